/** What a turn did to files, its tool calls taken together. */
import type { FileChange, Turn } from "./session.ts";

/** The files that a turn changed, one entry each: from the first state before to the last state after. */
export function changedFiles(turn: Turn): readonly FileChange[] {
  const byPath = new Map<string, FileChange>();
  for (const item of turn.items) {
    if (item.kind !== "tool" || item.call.status !== "ended") continue;
    for (const change of item.call.files) {
      const earlier = byPath.get(change.path);
      byPath.set(change.path, earlier === undefined ? change : mergeChange(earlier, change));
    }
  }
  return [...byPath.values()];
}

/** How many files a turn changed beside those: too many to be listed and reverted. */
export function unlistedFiles(turn: Turn): number {
  let count = 0;
  for (const item of turn.items)
    if (item.kind === "tool" && item.call.status === "ended") count += item.call.moreFiles ?? 0;
  return count;
}

function mergeChange(earlier: FileChange, later: FileChange): FileChange {
  const keptOut = later.keptOut ?? earlier.keptOut;
  return {
    path: later.path,
    kind: earlier.kind === "created" ? "created" : later.kind,
    added: earlier.added + later.added,
    removed: earlier.removed + later.removed,
    ...(earlier.before === undefined ? {} : { before: earlier.before }),
    ...(later.after === undefined ? {} : { after: later.after }),
    ...(keptOut === undefined ? {} : { keptOut }),
  };
}
