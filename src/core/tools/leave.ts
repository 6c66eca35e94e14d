/** Asking leave: what the guard is told about a place before it is touched. */
import type { FileStat, FoundFile, ReadTarget } from "../ports.ts";
import type { KnownPlace, Place } from "./paths.ts";
import type { ToolRun } from "./tool.ts";

/** Asks for leave to read what is at a place; throws BooError "denied". */
export async function askToRead(place: Place, run: ToolRun, found: FoundFile): Promise<void> {
  await run.guard.file({ operation: "read", path: place.real, ...found });
  run.signal.throwIfAborted();
}

/** Asks for leave to write a text; `before` is undefined for a new file. */
export async function askToWrite(
  place: Place,
  run: ToolRun,
  found: FoundFile,
  change: { readonly before: string | undefined; readonly after: string },
): Promise<void> {
  const { before, after } = change;
  await run.guard.file({
    operation: "write",
    path: place.real,
    ...found,
    change: { ...(before !== undefined && { before }), after },
  });
  run.signal.throwIfAborted();
}

/** The file at a place as something to read: leave is asked once it is known what is there. */
export function readTarget(place: Place, run: ToolRun): ReadTarget {
  return { real: place.real, allow: (found) => askToRead(place, run, found) };
}

/** What a look at a place found. */
export function foundAt({ stat }: KnownPlace): FoundFile {
  return stat === undefined ? { kind: "missing", links: 1 } : foundIn(stat);
}

/** Directories have many names by nature ("..", "."), which say nothing. */
function foundIn({ kind, links }: FileStat): FoundFile {
  return { kind, links: kind === "file" ? links : 1 };
}
