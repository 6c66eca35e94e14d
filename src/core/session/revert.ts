/** Revert turn: puts a turn's files back, where nobody has changed them since. */
import type { FileChange, RevertRefusal, Turn } from "#protocol/session.ts";
import { changedFiles } from "#protocol/changed-files.ts";
import { BooError, isAbort, messageOf } from "../errors.ts";
import type { Editor, FoundFile } from "../ports.ts";
import type { Store } from "../store-ports.ts";
import { resolvePath, type PathWorld, type Place } from "../tools/paths.ts";

/** What reverting needs. */
export interface RevertPorts extends PathWorld {
  readonly store: Store;
}

/** What became of each file. */
export interface RevertResult {
  readonly reverted: readonly string[];
  readonly refused: readonly RevertRefusal[];
}

/** Reverts each file of a turn that is still as the turn left it; refuses the others, with the reason. */
export async function revertTurn(turn: Turn, ports: RevertPorts, signal: AbortSignal): Promise<RevertResult> {
  const reverted: string[] = [];
  const refused: RevertRefusal[] = [];
  for (const change of changedFiles(turn)) {
    try {
      const reason = await revertFile(change, ports, signal);
      if (reason === undefined) reverted.push(change.path);
      else refused.push({ path: change.path, reason });
    } catch (error) {
      if (isAbort(error)) throw error;
      refused.push({ path: change.path, reason: messageOf(error) });
    }
  }
  return { reverted, refused };
}

/** The texts of a file before and after a turn, for the diff; throws nothing: a text that is gone is undefined. */
export async function textsOf(
  change: FileChange,
  store: Store,
): Promise<{ before: string | undefined; after: string | undefined }> {
  const read = async (hash: string | undefined): Promise<string | undefined> =>
    hash === undefined ? undefined : store.readBlob(hash);
  const [before, after] = await Promise.all([read(change.before), read(change.after)]);
  return { before, after };
}

async function revertFile(
  change: FileChange,
  ports: RevertPorts,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (change.keptOut !== undefined) return change.keptOut;
  const place = await resolvePath(ports, change.path);
  // The click is leave for the file that the turn changed, not for where its name leads by now.
  if (place.label !== change.path) return `It leads to ${place.label} by now.`;
  const { before, after } = await textsOf(change, ports.store);
  if (change.kind !== "created" && before === undefined)
    return "Its text from before the turn is no longer stored.";
  const current = await currentText(place, ports.editor, signal);
  if (change.kind === "created" && current === undefined) return undefined;
  if (current !== after) return "It was edited after the turn.";
  const { path, real } = place;
  if (change.kind === "created") await ports.editor.remove(path, real);
  else await ports.editor.write(path, before ?? "", current, signal, { real, links: 1 });
  return undefined;
}

/** The text of a file that only this name leads to; undefined where there is none. */
async function currentText(place: Place, editor: Editor, signal: AbortSignal): Promise<string | undefined> {
  const allow = async ({ links }: FoundFile): Promise<void> => {
    if (links > 1) throw new BooError("hard-links", "It has other names (hard links) by now.");
  };
  try {
    return (await editor.read(place.path, signal, { real: place.real, allow })).text;
  } catch (error) {
    if (error instanceof BooError && error.code === "file-missing") return undefined;
    throw error;
  }
}
