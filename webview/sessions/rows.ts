import type { FoundSession, MessageHit, SessionEntry } from "#protocol/sessions.ts";
import { formatAge, formatDay } from "./when.ts";

/** The deepest that forks of forks are set in; deeper ones stand below each other. */
const deepest = 4;

/** Where a row is among its siblings, as assistive technology is told; all count from 1. */
export interface TreePlace {
  readonly level: number;
  readonly position: number;
  readonly siblings: number;
}

/** One row of the list of sessions. */
export type Row =
  | { readonly kind: "heading"; readonly key: string; readonly text: string }
  | SessionRow
  | HitRow
  | { readonly kind: "more"; readonly key: string };

/** A session's row. */
export interface SessionRow extends TreePlace {
  readonly kind: "session";
  readonly key: string;
  readonly entry: SessionEntry;
  /** When it changed last, next to its heading. */
  readonly when: string;
  /** How far it is set in, 0 for a session that is nobody's fork here. */
  readonly depth: number;
  /** Whether its forks are shown, undefined where it has none. */
  readonly isOpen: boolean | undefined;
}

/** A message of the session above that holds the words. */
export interface HitRow extends TreePlace {
  readonly kind: "hit";
  readonly key: string;
  readonly session: string;
  readonly hit: MessageHit;
  readonly depth: number;
}

/** What rows are made of. */
export interface RowSource {
  readonly found: readonly FoundSession[];
  readonly hasMore: boolean;
  readonly closed: ReadonlySet<string>;
  readonly now: number;
  readonly locale?: string;
}

interface Branch {
  readonly found: FoundSession;
  readonly forks: readonly Branch[];
  readonly newest: number;
}

/** The key of a session's row. */
export function rowKey(session: string): string {
  return `session/${session}`;
}

/** The rows of what was found: pinned ones, then the rest by day; forks below what they come from, hits below their session. */
export function rowsOf({ found, hasMore, closed, now, locale }: RowSource): readonly Row[] {
  const roots = treesOf(found).toSorted(byPinThenNewest);
  const rows: Row[] = [];
  let heading = "";
  roots.forEach((root, index) => {
    const { isPinned } = root.found.entry;
    const group = isPinned ? "Pinned" : formatDay(root.newest, now, locale);
    if (group !== heading) rows.push({ kind: "heading", key: `heading/${group}`, text: group });
    heading = group;
    const when = (at: number) => formatAge(at, now, group, locale);
    addBranch(rows, root, { closed, when }, { level: 1, position: index + 1, siblings: roots.length });
  });
  if (hasMore) rows.push({ kind: "more", key: "more" });
  return rows;
}

function addBranch(
  rows: Row[],
  branch: Branch,
  context: { readonly closed: ReadonlySet<string>; readonly when: (at: number) => string },
  place: TreePlace,
): void {
  const { found, forks } = branch;
  const { entry, hits } = found;
  const isOpen = forks.length === 0 ? undefined : !context.closed.has(entry.id);
  const depth = Math.min(deepest, place.level - 1);
  const when = context.when(entry.updatedAt);
  const shown = isOpen === true ? forks : [];
  const siblings = hits.length + shown.length;
  const level = place.level + 1;
  rows.push({ kind: "session", key: rowKey(entry.id), entry, when, depth, isOpen, ...place });
  hits.forEach((hit, index) => {
    const key = `hit/${index}/${entry.id}`;
    rows.push({ kind: "hit", key, session: entry.id, hit, depth, level, position: index + 1, siblings });
  });
  shown.forEach((fork, index) =>
    addBranch(rows, fork, context, { level, position: hits.length + index + 1, siblings }),
  );
}

// A fork whose origin is not here stands by itself; so does a pinned one, which is wanted at the top.
function treesOf(found: readonly FoundSession[]): readonly Branch[] {
  const ids = new Set(found.map(({ entry }) => entry.id));
  const originOf = ({ entry }: FoundSession): string | undefined => {
    const origin = entry.isPinned ? undefined : entry.forkOf?.session;
    return origin !== undefined && ids.has(origin) && origin !== entry.id ? origin : undefined;
  };
  const forksOf = Map.groupBy(found, originOf);
  const placed = new Set<string>();
  const branchOf = (one: FoundSession): Branch => {
    placed.add(one.entry.id);
    const forks = (forksOf.get(one.entry.id) ?? [])
      .filter(({ entry }) => !placed.has(entry.id))
      .map(branchOf);
    const newest = Math.max(one.entry.updatedAt, ...forks.map((fork) => fork.newest));
    return { found: one, forks: forks.toSorted(byNewest), newest };
  };
  const roots = (forksOf.get(undefined) ?? []).map(branchOf);
  // What is left are circles, which only a damaged store could hold: they are shown all the same.
  for (const one of found) if (!placed.has(one.entry.id)) roots.push(branchOf(one));
  return roots;
}

function byPinThenNewest(a: Branch, b: Branch): number {
  return Number(b.found.entry.isPinned) - Number(a.found.entry.isPinned) || byNewest(a, b);
}

// An imported session is as old as the one that was exported; all windows are to show them in one order.
function byNewest(a: Branch, b: Branch): number {
  return b.newest - a.newest || (a.found.entry.id < b.found.entry.id ? -1 : 1);
}

/** The last part of a folder's path; of a saved workspace its name; of several folders all their names. */
export function projectName(folder: string): string {
  return folder
    .split("\n")
    .map(
      (path) =>
        path
          .replace(/\.code-workspace$/, "")
          .split(/[/\\]/)
          .findLast((part) => part !== "") ?? "",
    )
    .filter((name) => name !== "")
    .join(", ");
}
