/** Revert turn: puts a turn's files back, where nobody has changed them since. */
import type { FileChange, RevertRefusal, Turn } from "#protocol/session.ts";
import { changedFiles } from "#protocol/changed-files.ts";
import { isAbort, messageOf } from "../errors.ts";
import type { Editor, Files, Store } from "../ports.ts";
import { resolvePath } from "../tools/paths.ts";

/** What reverting needs. */
export interface RevertPorts {
  readonly editor: Editor;
  readonly files: Files;
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
  const { path } = await resolvePath(ports, change.path);
  const { before, after } = await textsOf(change, ports.store);
  if (change.kind !== "created" && before === undefined)
    return "Its text from before the turn is no longer stored.";
  const current = await ports.editor.read(path, signal).catch(() => undefined);
  if (change.kind === "created" && current === undefined) return undefined;
  if (current?.text !== after) return "It was edited after the turn.";
  if (change.kind === "created") await ports.editor.remove(path);
  else await ports.editor.write(path, before ?? "", current?.text, signal);
  return undefined;
}
