/** What a command did to the workspace's files, in the form in which tools report changes. */
import { decodeText } from "../decode-text.ts";
import { messageOf } from "../errors.ts";
import type { FileDifference, Snapshot } from "../shell-ports.ts";
import { formatCount, plural } from "../tools/cut.ts";
import { relativePath } from "../tools/paths.ts";
import type { TextChange, ToolResult, ToolRun } from "../tools/tool.ts";

/** More changed files than this are not told one by one: a build whose results nobody ignores. */
const mostChanges = 200;
/** It is found out within this time (ms): a command may have made more than can be looked at. */
const lookMs = 30_000;
/** After Stop it is still found out what had been changed, within this time (ms). */
const afterStopMs = 2_000;

/** What a command changed. */
export interface CommandChanges {
  readonly changes: readonly TextChange[];
  /** Files beside those, which are not told one by one. */
  readonly more: number;
}

/** Where nothing was changed, or nothing is known of it. */
export const noChanges: CommandChanges = { changes: [], more: 0 };

/** The changes since a snapshot; what is kept out says why it can not be reverted. */
export async function changesOf(snapshot: Snapshot, run: ToolRun): Promise<CommandChanges> {
  const signal = run.signal.aborted
    ? AbortSignal.timeout(afterStopMs)
    : AbortSignal.any([run.signal, AbortSignal.timeout(lookMs)]);
  try {
    const { files, more } = await snapshot.changes(mostChanges, signal);
    const folders = run.editor.folders();
    const changes = files.map((file) => changeOf(file, relativePath(folders, file.path) ?? file.path));
    return { changes, more };
  } catch (error) {
    run.log.warn(`What a command changed could not be found out: ${messageOf(error)}`);
    return noChanges;
  }
}

/** Two runs of one command together. */
export function addChanges(one: CommandChanges, other: CommandChanges): CommandChanges {
  return { changes: [...one.changes, ...other.changes], more: one.more + other.more };
}

/** What a result says of changes beside its output. */
export function toldChanges({ changes, more }: CommandChanges): Pick<ToolResult, "changes" | "moreFiles"> {
  return { ...(changes.length > 0 && { changes }), ...(more > 0 && { moreFiles: more }) };
}

/** What the model is told of changes that are too many to be kept; "" where all are. */
export function unlistedNote({ changes, more }: CommandChanges): string {
  if (more === 0) return "";
  return `[it changed ${plural(changes.length + more, "file")}; ${formatCount(more)} of them are not listed and can not be reverted]`;
}

function changeOf({ before, after, isTooLarge }: FileDifference, path: string): TextChange {
  const texts = [before, after].map((bytes) => (bytes === undefined ? undefined : decodeText(bytes)));
  const isBinary = texts.some((text) => typeof text === "string");
  if (!isTooLarge && !isBinary) {
    const [first, second] = texts.map((text) => (typeof text === "object" ? text.text : undefined));
    return { path, before: first, after: second };
  }
  const why = isTooLarge ? "It is too large to be kept" : "It is no text";
  // Only whether there was and is a file is told of what is not kept.
  return {
    path,
    before: before && "",
    after: after && "",
    keptOut: `${why}, so it can not be reverted here.`,
  };
}
