import type { Links } from "marked";
import {
  bodyPreview,
  type Body,
  type Item,
  type SessionState,
  type ToolCall,
  type Turn,
  type Waiting,
} from "#protocol/session.ts";
import { callsOf, turnHeading, turnParts, type TurnPart } from "#protocol/turn-parts.ts";
import { BlockSplitter, type Block } from "./markdown/blocks.ts";

type Reasoning = Extract<Item, { kind: "reasoning" }>;

/** One row of the conversation: the unit that is drawn, measured and left out when it is out of sight. */
export type Row = {
  readonly key: string;
  /** Set on a turn's first row: the turn's hidden heading. */
  readonly heading?: string;
} & (
  | { readonly kind: "older"; readonly count: number }
  | { readonly kind: "summary"; readonly body: Body }
  | ({ readonly kind: "user"; readonly text: Body } & MessagePlace)
  | { readonly kind: "continued" }
  | { readonly kind: "thinking"; readonly item: Reasoning; readonly isInner: boolean }
  | { readonly kind: "block"; readonly block: Block; readonly links: Links }
  | { readonly kind: "call"; readonly call: ToolCall; readonly turn: string; readonly isInner: boolean }
  | { readonly kind: "explored"; readonly calls: readonly ToolCall[]; readonly isOpen: boolean }
  | { readonly kind: "status"; readonly turn: Turn; readonly waiting: Waiting | undefined }
  | { readonly kind: "ending"; readonly turn: Turn; readonly isLast: boolean }
);

/** Which turn a message belongs to, whether it began the turn, and whether the turn has ended. */
export interface MessagePlace {
  readonly turn: string;
  readonly number: number;
  readonly isFirst: boolean;
  readonly isEnded: boolean;
}

interface TurnRows {
  readonly turn: Turn;
  readonly isLast: boolean | undefined;
  readonly rows: readonly Row[];
}

type Bare = Row extends infer R ? (R extends Row ? Omit<R, "heading"> : never) : never;

/** Whether the user opened (or closed) a row. */
export type IsOpen = (row: string) => boolean | undefined;

/** Texts whose blocks are kept beside their rows; a miss only costs reading the text again. */
const maxSplitters = 200;

/** Makes the rows of a session, and the same objects again for what did not change. */
export class RowMaker {
  readonly #splitters = new Map<string, BlockSplitter>();
  readonly #turns = new Map<string, TurnRows>();
  #head: readonly Row[] = [];

  rowsOf(session: SessionState, isOpen: IsOpen): readonly Row[] {
    const head = headRow(session);
    this.#head = keepSameRows(this.#head, head === undefined ? [] : [head]);
    const entries = session.turns.map((turn) => this.#entryOf(turn, session, isOpen));
    if (this.#turns.size > entries.length) this.#forgetOthers(session.turns);
    // A long session has tens of thousands, listed anew for each page that is read: a list that grew would be made several times.
    const count = entries.reduce((sum, entry) => sum + entry.rows.length, this.#head.length);
    const rows = Array.from<Row>({ length: count });
    let at = 0;
    for (const row of this.#head) rows[at++] = row;
    for (const entry of entries) for (const row of entry.rows) rows[at++] = row;
    return rows;
  }

  /** Makes a turn's rows anew the next time: what is open in it has changed. `row` is the key of one of them. */
  forgetTurnOf(row: string): void {
    const entry = this.#turns.get(row.slice(0, row.indexOf("/")));
    if (entry !== undefined) this.#turns.set(entry.turn.id, { ...entry, isLast: undefined });
  }

  #entryOf(turn: Turn, session: SessionState, isOpen: IsOpen): TurnRows {
    const isLast = turn === session.turns.at(-1);
    const earlier = this.#turns.get(turn.id);
    if (earlier?.turn === turn && earlier.isLast === isLast && turn.end !== undefined) return earlier;
    const entry = { turn, isLast, rows: this.#remake(earlier?.rows, turn, session, isOpen) };
    this.#turns.set(turn.id, entry);
    return entry;
  }

  #forgetOthers(turns: readonly Turn[]): void {
    const ids = new Set(turns.map(({ id }) => id));
    for (const id of this.#turns.keys()) if (!ids.has(id)) this.#turns.delete(id);
  }

  #remake(
    earlier: readonly Row[] | undefined,
    turn: Turn,
    session: SessionState,
    isOpen: IsOpen,
  ): readonly Row[] {
    const isLast = turn === session.turns.at(-1);
    return keepSameRows(
      earlier ?? [],
      this.#turnRows(turn, isLast ? session.waiting : undefined, isLast, isOpen),
    );
  }

  #turnRows(turn: Turn, waiting: Waiting | undefined, isLast: boolean, isOpen: IsOpen): readonly Row[] {
    const rows: Bare[] = turn.isContinued ? [{ kind: "continued", key: `${turn.id}/continued` }] : [];
    const parts = turnParts(turn);
    for (const part of parts) rows.push(...this.#partRows(turn, part, isOpen));
    const isThinking = isLive(parts.at(-1)) && turn.items.at(-1)?.kind === "reasoning";
    if (turn.end !== undefined) rows.push({ kind: "ending", key: `${turn.id}/end`, turn, isLast });
    // Live thinking is the last line itself, so that nothing moves when it ends.
    else if (!isThinking || waiting !== undefined)
      rows.push({ kind: "status", key: `${turn.id}/end`, turn, waiting });
    return rows.map((row, index) => (index === 0 ? { ...row, heading: turnHeading(turn) } : row) as Row);
  }

  #partRows(turn: Turn, part: TurnPart, isOpen: IsOpen): readonly Bare[] {
    const key = `${turn.id}/${part.id}`;
    switch (part.kind) {
      case "user": {
        const isFirst = part === turn.items[0] && !turn.isContinued;
        const place = { turn: turn.id, number: turn.number, isFirst, isEnded: turn.end !== undefined };
        return [{ kind: "user", key, text: part.text, ...place }];
      }
      case "reasoning":
        return [{ kind: "thinking", key, item: part, isInner: false }];
      case "tool":
        return [{ kind: "call", key, call: part.call, turn: turn.id, isInner: false }];
      case "text": {
        const splitter = this.#splitterOf(key);
        const blocks = splitter.update(part.text, part.isStreaming);
        return blocks.map((block, index) => ({
          kind: "block",
          key: `${key}:${index}`,
          block,
          links: splitter.links,
        }));
      }
      case "explored": {
        const inner = part.items.map((item) => `${turn.id}/${item.id}`);
        const isGroupOpen = isOpen(key) ?? inner.some((each) => isOpen(each) === true);
        const group: Bare = { kind: "explored", key, calls: callsOf(part.items), isOpen: isGroupOpen };
        return isGroupOpen ? [group, ...part.items.flatMap((item) => innerRow(turn, item))] : [group];
      }
    }
  }

  #splitterOf(key: string): BlockSplitter {
    const found = this.#splitters.get(key);
    if (found !== undefined) return found;
    const [oldest] = this.#splitters.keys();
    if (oldest !== undefined && this.#splitters.size >= maxSplitters) this.#splitters.delete(oldest);
    const splitter = new BlockSplitter();
    this.#splitters.set(key, splitter);
    return splitter;
  }
}

function headRow({ olderTurns, summary }: SessionState): Row | undefined {
  if (olderTurns > 0) return { kind: "older", key: "older", count: olderTurns };
  return summary === undefined ? undefined : { kind: "summary", key: "summary", body: summary };
}

function isLive(part: TurnPart | undefined): boolean {
  return part?.kind === "reasoning" && part.durationMs === undefined;
}

function innerRow(turn: Turn, item: Item): readonly Bare[] {
  const key = `${turn.id}/${item.id}`;
  if (item.kind === "tool") return [{ kind: "call", key, call: item.call, turn: turn.id, isInner: true }];
  return item.kind === "reasoning" ? [{ kind: "thinking", key, item, isInner: true }] : [];
}

function keepSameRows(earlier: readonly Row[], rows: readonly Row[]): readonly Row[] {
  const byKey = new Map(earlier.map((row) => [row.key, row]));
  return rows.map((row) => {
    const known = byKey.get(row.key);
    return known !== undefined && isShallowEqual(known, row) ? known : row;
  });
}

function isShallowEqual(a: object, b: object): boolean {
  const left = Object.entries(a);
  const right = b as Record<string, unknown>;
  return left.length === Object.keys(right).length && left.every(([key, value]) => isSame(value, right[key]));
}

// A group's calls are a new list each time, of the same objects.
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  return (
    Array.isArray(a) &&
    Array.isArray(b) &&
    a.length === b.length &&
    a.every((entry, index) => entry === b[index])
  );
}

const lineHeight = 20;

/** Rows are no wider than this, in pixels: `--measure` of the style. */
const widestRow = 744;

/** About how high a row will be in a list of a width, in pixels, until it is measured. */
export function estimateRow(row: Row, listWidth: number): number {
  const width = Math.min(listWidth, widestRow);
  const lines = (text: string) => Math.max(1, Math.ceil((text.length * 7) / Math.max(100, width - 32)));
  switch (row.kind) {
    case "block": {
      if (row.block.kind !== "code") return lines(row.block.source) * lineHeight + 8;
      return 48 + 18 * Math.min(400, row.block.code.split("\n").length);
    }
    case "user":
      return Math.min(9, lines(bodyPreview(row.text).slice(0, 2000))) * lineHeight + 40;
    case "ending":
      return row.turn.end?.reason === "done" ? 36 : 92;
    case "call":
      return row.call.status !== "running" || row.call.tail === undefined ? 24 : 240;
    default:
      return 24;
  }
}
