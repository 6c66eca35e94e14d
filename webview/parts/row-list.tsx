import { Component, createRef, type ComponentChildren, type HTMLAttributes, type VNode } from "preact";
import type { Place } from "../arrangement.ts";
import { RowHeights, type Placed } from "../row-heights.ts";

/** How far beyond the visible part rows are drawn, in pixels. */
const overscan = 600;
/** How long after a far jump its surroundings are drawn, in milliseconds. */
const restMs = 50;
/** How near to the end counts as being there. */
const endSlack = 4;

/** What others ask of a list. */
export interface RowListHandle {
  /** Goes to the end and follows it. */
  jumpToEnd(): void;
  /** Brings a row into sight. */
  reveal(index: number): void;
  /** Puts a row at the upper edge; false where there is no such row. */
  show(key: string): boolean;
  /** Says again that the beginning is near, if it is. */
  lookUp(): void;
}

interface Props<R extends Placed> {
  /** Receives the handle while the list is drawn. */
  readonly handle?: { current: RowListHandle | null };
  readonly rows: readonly R[];
  readonly renderRow: (row: R) => ComponentChildren;
  readonly estimate: (row: R, width: number) => number;
  readonly label: string;
  readonly testId?: string;
  /** Where to begin: a row, or the end for undefined when the list follows its end. */
  readonly place: Place;
  readonly followsEnd: boolean;
  /** Whether rows that come in front of all others are seen by whoever is at the top. */
  readonly staysAtTop?: boolean;
  /** What floats at the lower edge; inside, so that the wheel over it turns the list. */
  readonly floating?: ComponentChildren;
  readonly onPlace?: (place: Place, isAtEnd: boolean) => void;
  readonly onNearTop?: () => void;
  readonly onClick?: (event: MouseEvent) => void;
  readonly onKeyDown?: (event: KeyboardEvent) => void;
  /** What else the scrolling element is to assistive technology and to the pointer. */
  readonly attributes?: HTMLAttributes<HTMLDivElement>;
}

/**
 * A list of which only the rows in sight are in the document, between two spacers. Rows stand in normal flow, so the
 * browser's own scroll anchoring keeps a reader's place when rows above turn out higher than estimated; only rows put
 * in front of all others need our help. While it follows its end it stays there as rows grow.
 */
export class RowList<R extends Placed> extends Component<Props<R>> implements RowListHandle {
  readonly #scroller = createRef<HTMLDivElement>();
  readonly #heights: RowHeights<R>;
  readonly #boxes = new Map<Element, string>();
  #observer: ResizeObserver | undefined;
  #margin = overscan;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #width = 400;
  #viewport = 800;
  #top = 0;
  #isAtEnd: boolean;
  #range: readonly [number, number] = [0, 0];
  // Where the element has to be scrolled to after the next commit.
  #target: number | undefined;
  // The row that the next commit puts so far below the upper edge: above it are rows whose heights are only guessed.
  #wanted: { readonly key: string; readonly below: number } | undefined;

  constructor(props: Props<R>) {
    super(props);
    this.#heights = new RowHeights((row) => this.props.estimate(row, this.#width));
    this.#heights.setRows(props.rows);
    const index = props.place === undefined ? -1 : this.#heights.indexOf(props.place.row);
    this.#isAtEnd = props.followsEnd && index === -1;
    if (index === -1 || props.place === undefined) return;
    this.#wanted = { key: props.place.row, below: -props.place.offset };
    this.#target = this.#top = this.#heights.startOf(index) + props.place.offset;
  }

  jumpToEnd(): void {
    this.#isAtEnd = true;
    this.props.onPlace?.(undefined, true);
    this.forceUpdate();
  }

  reveal(index: number): void {
    const start = this.#heights.startOf(index);
    const end = this.#heights.startOf(index + 1);
    if (start >= this.#top && end <= this.#top + this.#viewport) return;
    this.#target = this.#top = start < this.#top ? start : Math.max(0, end - this.#viewport);
    this.forceUpdate();
  }

  show(key: string): boolean {
    const index = this.#heights.indexOf(key);
    if (index === -1) return false;
    this.#follow(false);
    this.#wanted = { key, below: 0 };
    this.#target = this.#top = this.#heights.startOf(index);
    this.forceUpdate();
    return true;
  }

  lookUp(): void {
    if (this.#range[0] === 0 && this.#top < overscan) this.props.onNearTop?.();
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
    const isAtTop = next.staysAtTop === true && this.#top === 0;
    const moved = this.#isAtEnd || isAtTop ? [] : this.#findMoved(next.rows);
    this.#heights.setRows(next.rows);
    for (const { key, below } of moved) {
      const index = this.#heights.indexOf(key);
      if (index === -1) continue;
      this.#wanted = { key, below };
      this.#target = this.#top = Math.max(0, this.#heights.startOf(index) - below);
      return;
    }
  }

  // The rows in sight that will have another index, because rows were put in front of them, and how far below the
  // upper edge they are. Where older rows come in behind the first one, that one says nothing; elsewhere it says that
  // what comes is below it.
  #findMoved(next: readonly R[]): readonly { readonly key: string; readonly below: number }[] {
    const [first, end] = this.#wantedRange(0);
    const { rows, onNearTop } = this.props;
    if (onNearTop === undefined && rows[first] !== undefined && next[first]?.key === rows[first].key)
      return [];
    return rows.slice(first, end).flatMap((row, offset) => {
      const index = first + offset;
      const below = this.#heights.startOf(index) - this.#top;
      return next[index]?.key === row.key ? [] : [{ key: row.key, below }];
    });
  }

  override componentDidMount(): void {
    const scroller = this.#scroller.current;
    if (scroller === null) return;
    if (this.props.handle !== undefined) this.props.handle.current = this;
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
    clearTimeout(this.#resting);
    if (this.props.handle !== undefined) this.props.handle.current = null;
  }

  #settle(): void {
    const scroller = this.#scroller.current;
    if (scroller === null) return;
    this.#follow(this.#isAtEnd);
    if (this.#isAtEnd) {
      this.#target = undefined;
      scroller.scrollTop = scroller.scrollHeight;
      this.#top = scroller.scrollTop;
    } else if (this.#target !== undefined) {
      scroller.scrollTop = this.#target;
      this.#target = undefined;
      this.#align(scroller);
      this.#top = scroller.scrollTop;
    }
    this.lookUp();
  }

  #align(scroller: HTMLElement): void {
    const wanted = this.#wanted;
    this.#wanted = undefined;
    const element = [...this.#boxes.keys()].find((box) => this.#boxes.get(box) === wanted?.key);
    if (wanted === undefined || element === undefined) return;
    const below = element.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
    scroller.scrollTop += below - wanted.below;
  }

  // At the end, the browser's anchoring would pull away from it as rows above are measured.
  #follow(isAtEnd: boolean): void {
    this.#isAtEnd = isAtEnd;
    const scroller = this.#scroller.current;
    if (scroller !== null) scroller.style.overflowAnchor = isAtEnd ? "none" : "auto";
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
    const index = this.#heights.indexAt(this.#top);
    const into = this.#top - this.#heights.startOf(index);
    const isOther = width !== this.#width;
    this.#width = width;
    this.#viewport = viewport;
    if (!isOther) return;
    this.#heights.forget(new Set(this.#boxes.values()));
    if (!this.#isAtEnd) this.#target = this.#top = this.#heights.startOf(index) + into;
    this.forceUpdate();
  }

  #indexInRange(key: string): number {
    const [first, end] = this.#range;
    for (let index = first; index < end; index++) if (this.props.rows[index]?.key === key) return index;
    return 0;
  }

  #wantedRange(margin = this.#margin): readonly [number, number] {
    const top = this.#isAtEnd ? this.#heights.total - this.#viewport : this.#top;
    return this.#heights.range(top - margin, top + this.#viewport + margin);
  }

  #scroll = (): void => {
    const scroller = this.#scroller.current;
    // Where the list is about to be put counts, not where it still is.
    if (scroller === null || this.#target !== undefined) return;
    const { scrollTop, scrollHeight, clientHeight } = scroller;
    const toEnd = scrollHeight - clientHeight - scrollTop;
    if (toEnd <= endSlack && scrollTop >= this.#top) this.#follow(this.props.followsEnd);
    else if (scrollTop < this.#top - 0.5 && toEnd > 1) this.#follow(false);
    this.#top = scrollTop;
    this.#tellPlace();
    const [first, end] = this.#wantedRange(overscan / 2);
    if (first >= this.#range[1] || end <= this.#range[0]) this.#drawFar();
    else if (first < this.#range[0] || end > this.#range[1]) this.forceUpdate();
    else if (first === 0 && scrollTop < overscan) this.props.onNearTop?.();
  };

  // Far from what is drawn everything is new: what is in sight first, what surrounds it when the reader rests.
  #drawFar(): void {
    this.#margin = 0;
    this.forceUpdate();
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => {
      this.#margin = overscan;
      this.forceUpdate();
    }, restMs);
  }

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
      this.#follow(false);
  };

  override render(props: Props<R>): VNode {
    const { rows, renderRow, label, testId, floating, onClick, onKeyDown, attributes } = props;
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
        {...attributes}
      >
        <div key=" before" class="spacer" style={{ height: `${before}px` }} />
        {rows.slice(range[0], range[1]).map((row) => (
          <RowBox key={row.key} row={row} list={this as never} renderRow={renderRow as never} />
        ))}
        <div key=" after" class="spacer" style={{ height: `${after}px` }} />
        {floating !== undefined && (
          <div key=" floating" class="floating-over">
            {floating}
          </div>
        )}
      </div>
    );
  }
}

interface BoxProps {
  readonly row: Placed;
  readonly list: RowList<Placed>;
  readonly renderRow: (row: Placed) => ComponentChildren;
}

// Draws again only when its row is another object; a row that can not be drawn takes no other with it.
class RowBox extends Component<BoxProps, { isBroken: boolean }> {
  override state = { isBroken: false };
  readonly #element = createRef<HTMLDivElement>();
  #unwatch: (() => void) | undefined;

  override shouldComponentUpdate(next: BoxProps, state: { isBroken: boolean }): boolean {
    return next.row !== this.props.row || state.isBroken !== this.state.isBroken;
  }

  override componentDidCatch(): void {
    this.setState({ isBroken: true });
  }

  override componentDidMount(): void {
    if (this.#element.current !== null)
      this.#unwatch = this.props.list.watch(this.#element.current, this.props.row.key);
  }

  override componentWillUnmount(): void {
    this.#unwatch?.();
  }

  override render({ row, renderRow }: BoxProps, { isBroken }: { isBroken: boolean }): VNode {
    return (
      <div ref={this.#element} class="row">
        {isBroken ? <p class="broken">This part could not be drawn.</p> : renderRow(row)}
      </div>
    );
  }
}
