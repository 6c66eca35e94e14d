import { CodeMarker, type Mark, type MarkCode, type Tint } from "./tint.ts";

/** The longest that colouring works at a time, in milliseconds. */
const sliceMs = 3;
/** How often the end of code that is still being written is coloured anew, in milliseconds. */
const openEveryMs = 120;

const names: readonly Tint[] = [
  "comment",
  "keyword",
  "string",
  "number",
  "function",
  "type",
  "property",
  "added",
  "removed",
];

/**
 * Colours code by the CSS Custom Highlight API: ranges over one text node, so that colours add no element. Works in
 * slices between frames; where the browser has no such API the code stays plain.
 */
class Painter {
  readonly #highlights = new Map<Tint, Highlight>();
  readonly #waiting = new Set<CodePaint>();
  #isScheduled = false;
  #mark: MarkCode | undefined;

  readonly isSupported = typeof CSS !== "undefined" && "highlights" in CSS;

  add(range: AbstractRange, tint: Tint): void {
    this.#highlightOf(tint)?.add(range);
  }

  remove(range: AbstractRange, tint: Tint): void {
    this.#highlights.get(tint)?.delete(range);
  }

  wait(paint: CodePaint): void {
    if (!this.isSupported) return;
    this.#waiting.add(paint);
    this.#schedule();
  }

  forget(paint: CodePaint): void {
    this.#waiting.delete(paint);
  }

  #highlightOf(tint: Tint): Highlight | undefined {
    if (this.#highlights.size === 0) {
      for (const name of names) {
        const highlight = new Highlight();
        this.#highlights.set(name, highlight);
        CSS.highlights.set(`code-${name}`, highlight);
      }
    }
    return this.#highlights.get(tint);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#waiting.size === 0) return;
    this.#isScheduled = true;
    const delay = Math.min(...[...this.#waiting].map((paint) => paint.dueAt)) - performance.now();
    const work = () => requestAnimationFrame(() => setTimeout(() => void this.#work()));
    if (delay > 16) setTimeout(work, delay);
    else work();
  }

  async #work(): Promise<void> {
    this.#mark ??= (await import("./grammar.ts")).markCode;
    const now = performance.now();
    const end = now + sliceMs;
    for (const paint of this.#waiting) {
      if (paint.dueAt > now) continue;
      this.#waiting.delete(paint);
      if (paint.work(this.#mark, end)) this.#waiting.add(paint);
      if (performance.now() >= end) break;
    }
    this.#isScheduled = false;
    this.#schedule();
  }
}

const painter = new Painter();

interface Painted {
  readonly range: AbstractRange;
  readonly tint: Tint;
}

/** The colours of one text node of code, until it is disposed. */
export class CodePaint {
  readonly #node: Text;
  readonly #language: string;
  #marker: CodeMarker | undefined;
  /** When it may be coloured next, as `performance.now()` counts. */
  dueAt = 0;
  #isOpen = true;
  #settled: Painted[] = [];
  #unsettled: Painted[] = [];

  constructor(node: Text, language: string) {
    this.#node = node;
    this.#language = language;
  }

  /** Tells that the node's text has grown or is whole. */
  update(isOpen: boolean): void {
    const isClosing = this.#isOpen && !isOpen;
    this.#isOpen = isOpen;
    if (isClosing) this.dueAt = 0;
    if (isClosing || this.#marker === undefined || this.#marker.isBehind(this.#node.data)) painter.wait(this);
  }

  /** Colours until `end`; true when there is more to do. */
  work(mark: MarkCode, end: number): boolean {
    this.#marker ??= new CodeMarker(this.#language, mark);
    const code = this.#node.data;
    this.dueAt = this.#isOpen ? performance.now() + openEveryMs : 0;
    do {
      const { marks, isSettled } = this.#marker.next(code, this.#isOpen);
      this.#clear(this.#unsettled);
      const painted = marks.map((each) => this.#paint(each));
      if (isSettled) this.#settled.push(...painted);
      this.#unsettled = isSettled ? [] : painted;
      if (!this.#marker.isBehind(code)) return false;
    } while (performance.now() < end);
    this.dueAt = 0;
    return true;
  }

  /** Takes the colours away. */
  dispose(): void {
    painter.forget(this);
    this.#clear(this.#settled);
    this.#clear(this.#unsettled);
    this.#settled = [];
    this.#unsettled = [];
  }

  #paint({ start, end, tint }: Mark): Painted {
    const range = new StaticRange({
      startContainer: this.#node,
      startOffset: start,
      endContainer: this.#node,
      endOffset: end,
    });
    painter.add(range, tint);
    return { range, tint };
  }

  #clear(painted: readonly Painted[]): void {
    for (const { range, tint } of painted) painter.remove(range, tint);
  }
}
