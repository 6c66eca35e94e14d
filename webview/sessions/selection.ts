import type { HitRow, Row, SessionRow } from "./rows.ts";

/** Where the cursor is, and which sessions are chosen beside it. */
export interface Selection {
  /** The key of the row with the cursor. */
  readonly cursor: string | undefined;
  /** Where the cursor was last, for when its row is gone. */
  readonly index: number;
  /** The key of the row at which a stretch began. */
  readonly anchor: string | undefined;
  readonly chosen: ReadonlySet<string>;
}

/** Nothing is chosen and the cursor is nowhere. */
export const noSelection: Selection = { cursor: undefined, index: 0, anchor: undefined, chosen: new Set() };

/** Rows that a page key goes over. */
const pageRows = 10;

/** Whether the cursor can stand on a row. */
export function isItem(row: Row | undefined): row is SessionRow | HitRow {
  return row?.kind === "session" || row?.kind === "hit";
}

/** The index of the row that a key goes to from another one; undefined for other keys and where there is none. */
export function indexAfter(key: string, rows: readonly Row[], from: number): number | undefined {
  const step = { ArrowDown: 1, ArrowUp: -1, PageDown: pageRows, PageUp: -pageRows }[key];
  if (key === "Home") return nearestItem(rows, 0, 1);
  if (key === "End") return nearestItem(rows, rows.length - 1, -1);
  if (step === undefined) return undefined;
  const wanted = Math.max(0, Math.min(rows.length - 1, from + step));
  const direction = Math.sign(step);
  return nearestItem(rows, wanted, direction) ?? nearestItem(rows, wanted, -direction);
}

/** The cursor on a row; what was chosen is kept, given up, or becomes the stretch from the anchor. */
export function moveTo(
  selection: Selection,
  rows: readonly Row[],
  index: number,
  how: "alone" | "keeping" | "extending",
): Selection {
  const row = rows[index];
  if (!isItem(row)) return selection;
  const cursor = row.key;
  if (how === "alone") return { cursor, index, anchor: cursor, chosen: new Set() };
  if (how === "keeping") return { ...selection, cursor, index, anchor: cursor };
  const anchor = selection.anchor ?? selection.cursor ?? cursor;
  const begin = rows.findIndex(({ key }) => key === anchor);
  const [first, last] = begin < 0 ? [index, index] : [Math.min(begin, index), Math.max(begin, index)];
  const stretch = rows.slice(first, last + 1).filter((one) => one.kind === "session");
  return { cursor, index, anchor, chosen: new Set(stretch.map(({ entry }) => entry.id)) };
}

/** The cursor on a session, which is chosen or no longer is. */
export function toggle(selection: Selection, rows: readonly Row[], index: number): Selection {
  const row = rows[index];
  if (row?.kind !== "session") return selection;
  const chosen = new Set(selection.chosen);
  if (!chosen.delete(row.entry.id)) chosen.add(row.entry.id);
  return { cursor: row.key, index, anchor: row.key, chosen };
}

/** Everything at hand chosen. */
export function chooseAll(selection: Selection, rows: readonly Row[]): Selection {
  const sessions = rows.filter((row) => row.kind === "session");
  return { ...selection, chosen: new Set(sessions.map(({ entry }) => entry.id)) };
}

/** The selection among changed rows: without what is gone, and the cursor where its row was. */
export function settle(selection: Selection, rows: readonly Row[]): Selection {
  const ids = new Set(rows.flatMap((row) => (row.kind === "session" ? [row.entry.id] : [])));
  const isWhole = [...selection.chosen].every((id) => ids.has(id));
  const chosen = isWhole ? selection.chosen : new Set([...selection.chosen].filter((id) => ids.has(id)));
  if (selection.cursor === undefined) return isWhole ? selection : { ...selection, chosen };
  const index = rows.findIndex(({ key }) => key === selection.cursor);
  if (index === selection.index && isWhole) return selection;
  if (index >= 0) return { ...selection, index, chosen };
  const last = Math.min(selection.index, rows.length - 1);
  const nearest = nearestItem(rows, last, 1) ?? nearestItem(rows, last, -1);
  const cursor = nearest === undefined ? undefined : rows[nearest]?.key;
  return { cursor, index: nearest ?? 0, anchor: cursor, chosen };
}

/** The sessions that a deed is about: the chosen ones if the row is among them or is none, else the row's own. */
export function targetsOf(
  selection: Selection,
  rows: readonly Row[],
  row: Row | undefined,
): readonly SessionRow[] {
  const own = row?.kind === "session" ? row.entry.id : row?.kind === "hit" ? row.session : undefined;
  const ids = own === undefined || selection.chosen.has(own) ? selection.chosen : new Set([own]);
  return rows.filter((one): one is SessionRow => one.kind === "session" && ids.has(one.entry.id));
}

function nearestItem(rows: readonly Row[], from: number, step: number): number | undefined {
  for (let index = from; index >= 0 && index < rows.length; index += step)
    if (isItem(rows[index])) return index;
  return undefined;
}
