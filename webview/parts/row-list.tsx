import { Component, createRef, type ComponentChildren, type VNode } from "preact";
import type { Place } from "../arrangement.ts";
import { RowHeights, type Placed } from "../row-heights.ts";

/** How far beyond the visible part rows are drawn, in pixels. */
const overscan = 400;
/** How near to the end counts as being there. */
const endSlack = 4;

interface Props<R extends Placed> {
  readonly rows: readonly R[];
  readonly renderRow: (row: R) => ComponentChildren;
  readonly estimate: (row: R, width: number) => number;
  readonly label: string;
  readonly testId?: string;
  /** Where to begin: a row, or the end for undefined when the list follows its end. */
  readonly place: Place;
  readonly followsEnd: boolean;
  readonly onPlace?: (place: Place, isAtEnd: boolean) => void;
  readonly onNearTop?: () => void;
  readonly onClick?: (event: MouseEvent) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
}

/**
 * A list of which only the rows in sight are in the document, between two spacers. Rows stand in normal flow, so the
 * browser's own scroll anchoring keeps a reader's place when rows above turn out higher than estimated; only rows put
 * in front of all others need our help. While it follows its end it stays there as rows grow.
 */
export class RowList<R extends Placed> extends Component<Props<R>> {
  readonly #scroller = createRef<HTMLDivElement>();
  readonly #heights: RowHeights<R>;
  readonly #boxes = new Map<Element, string>();
  #observer: ResizeObserver | undefined;
  #width = 400;
  #viewport = 800;
  #top = 0;
  #isAtEnd: boolean;
  #range: readonly [number, number] = [0, 0];
  // Where the element has to be scrolled to after the next commit.
  #target: number | undefined;

  constructor(props: Props<R>) {
    super(props);
    this.#heights = new RowHeights((row) => this.props.estimate(row, this.#width));
    this.#heights.setRows(props.rows);
    const index = props.place === undefined ? -1 : this.#heights.indexOf(props.place.row);
    this.#isAtEnd = props.followsEnd && index === -1;
    if (index !== -1) this.#target = this.#top = this.#heights.startOf(index) + (props.place?.offset ?? 0);
  }

  /** Goes to the end and follows it. */
  jumpToEnd(): void {
    this.#isAtEnd = true;
    this.props.onPlace?.(undefined, true);
    this.forceUpdate();
  }

  /** Brings a row into sight. */
  reveal(index: number): void {
    const start = this.#heights.startOf(index);
    const end = this.#heights.startOf(index + 1);
    if (start >= this.#top && end <= this.#top + this.#viewport) return;
    this.#target = this.#top = start < this.#top ? start : Math.max(0, end - this.#viewport);
    this.forceUpdate();
  }

  /** Watches a row's element for its height. */
  watch(element: Element, key: string): () => void {
    this.#boxes.set(element, key);
    this.#observer?.observe(element);
    return () => {
      this.#boxes.delete(element);
      this.#observer?.unobserve(element);
    };
  }

  override componentWillUpdate(next: Props<R>): void {
    if (next.rows === this.props.rows) return;
    const anchorIndex = this.#heights.indexAt(this.#top);
    const anchor = this.props.rows[anchorIndex];
    const into = this.#top - this.#heights.startOf(anchorIndex);
    const isMoved = next.rows[anchorIndex]?.key !== anchor?.key;
    this.#heights.setRows(next.rows);
    if (this.#isAtEnd || !isMoved || anchor === undefined) return;
    const index = this.#heights.indexOf(anchor.key);
    if (index !== -1) this.#target = this.#top = this.#heights.startOf(index) + into;
  }

  override componentDidMount(): void {
    const scroller = this.#scroller.current;
    if (scroller === null) return;
    this.#observer = new ResizeObserver((entries) => this.#measure(entries));
    this.#observer.observe(scroller);
    for (const element of this.#boxes.keys()) this.#observer.observe(element);
    this.#settle();
  }

  override componentDidUpdate(): void {
    this.#settle();
  }

  override componentWillUnmount(): void {
    this.#observer?.disconnect();
  }

  #settle(): void {
    const scroller = this.#scroller.current;
    if (scroller === null) return;
    if (this.#isAtEnd) {
      this.#target = undefined;
      scroller.scrollTop = scroller.scrollHeight;
      this.#top = scroller.scrollTop;
    } else if (this.#target !== undefined) {
      scroller.scrollTop = this.#target;
      this.#target = undefined;
      this.#top = scroller.scrollTop;
    }
    if (this.#range[0] === 0 && this.#top < overscan) this.props.onNearTop?.();
  }

  #measure(entries: readonly ResizeObserverEntry[]): void {
    for (const entry of entries) {
      if (entry.target === this.#scroller.current) {
        this.#resize(entry.contentRect.width, entry.target.clientHeight);
        continue;
      }
      const key = this.#boxes.get(entry.target);
      const height = entry.borderBoxSize[0]?.blockSize;
      if (key !== undefined && height !== undefined)
        this.#heights.measure(key, height, this.#indexInRange(key));
    }
    const [first, end] = this.#wantedRange();
    if (first < this.#range[0] || end > this.#range[1]) this.forceUpdate();
    else this.#settle();
  }

  #resize(width: number, viewport: number): void {
    if (width !== this.#width) this.#heights.forget(new Set(this.#boxes.values()));
    this.#width = width;
    this.#viewport = viewport;
  }

  #indexInRange(key: string): number {
    const [first, end] = this.#range;
    for (let index = first; index < end; index++) if (this.props.rows[index]?.key === key) return index;
    return 0;
  }

  #wantedRange(margin = overscan): readonly [number, number] {
    const top = this.#isAtEnd ? this.#heights.total - this.#viewport : this.#top;
    return this.#heights.range(top - margin, top + this.#viewport + margin);
  }

  #scroll = (): void => {
    const scroller = this.#scroller.current;
    if (scroller === null) return;
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const toEnd = scrollHeight - clientHeight - scrollTop;
    if (toEnd <= endSlack && scrollTop >= this.#top) this.#isAtEnd = this.props.followsEnd;
    else if (scrollTop < this.#top - 0.5 && toEnd > 1) this.#isAtEnd = false;
    this.#top = scrollTop;
    this.#tellPlace();
    const [first, end] = this.#wantedRange(overscan / 2);
    if (first < this.#range[0] || end > this.#range[1]) this.forceUpdate();
    else if (first === 0 && scrollTop < overscan) this.props.onNearTop?.();
  };

  #tellPlace(): void {
    if (this.props.onPlace === undefined) return;
    const index = this.#heights.indexAt(this.#top);
    const row = this.props.rows[index];
    const offset = Math.round(this.#top - this.#heights.startOf(index));
    this.props.onPlace(
      this.#isAtEnd || row === undefined ? undefined : { row: row.key, offset },
      this.#isAtEnd,
    );
  }

  // A turn of the wheel shows the wish to leave the end before it has an effect.
  #wheel = (event: WheelEvent): void => {
    const scroller = this.#scroller.current;
    if (event.deltaY < 0 && scroller !== null && scroller.scrollHeight > scroller.clientHeight)
      this.#isAtEnd = false;
  };

  override render({ rows, renderRow, label, testId, onClick, onKeyDown }: Props<R>): VNode {
    const range = this.#wantedRange();
    this.#range = range;
    const before = this.#heights.startOf(range[0]);
    const after = this.#heights.total - this.#heights.startOf(range[1]);
    return (
      <div
        ref={this.#scroller}
        class="row-list"
        role="region"
        aria-label={label}
        tabIndex={0}
        data-testid={testId}
        onScroll={this.#scroll}
        onWheel={this.#wheel}
        onClick={onClick}
        onKeyDown={onKeyDown}
      >
        <div key=" before" class="spacer" style={{ height: `${before}px` }} />
        {rows.slice(range[0], range[1]).map((row) => (
          <RowBox key={row.key} row={row} list={this as never} renderRow={renderRow as never} />
        ))}
        <div key=" after" class="spacer" style={{ height: `${after}px` }} />
      </div>
    );
  }
}

interface BoxProps {
  readonly row: Placed;
  readonly list: RowList<Placed>;
  readonly renderRow: (row: Placed) => ComponentChildren;
}

// Draws again only when its row is another object.
class RowBox extends Component<BoxProps> {
  readonly #element = createRef<HTMLDivElement>();
  #unwatch: (() => void) | undefined;

  override shouldComponentUpdate(next: BoxProps): boolean {
    return next.row !== this.props.row;
  }

  override componentDidMount(): void {
    if (this.#element.current !== null)
      this.#unwatch = this.props.list.watch(this.#element.current, this.props.row.key);
  }

  override componentWillUnmount(): void {
    this.#unwatch?.();
  }

  override render({ row, renderRow }: BoxProps): VNode {
    return (
      <div ref={this.#element} class="row">
        {renderRow(row)}
      </div>
    );
  }
}
