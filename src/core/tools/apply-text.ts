/** Changing a file for a tool: the write, its retry, and what the model is told about it. */
import { BooError } from "../errors.ts";
import type { Diagnostic, FoundFile } from "../ports.ts";
import { changedLines, formatChange, type LineChange } from "./changed-lines.ts";
import { plural } from "./cut.ts";
import { compareDiagnostics, diagnosticLine, worstFirst } from "./diagnostics-text.ts";
import { askToRead, askToWrite, foundAt } from "./leave.ts";
import { relativePath, resolvePath, type Place } from "./paths.ts";
import { isDirectory, notAFile, readText, refuseIgnored } from "./read-text.ts";
import type { ToolResult, ToolRun } from "./tool.ts";

/** The most lines about diagnostics, and about what a formatter changed, in one result. */
const maxReportLines = 20;
const maxFormatLines = 10;

/** The file that is meant to be changed under a path; throws where the workspace is not trusted, the path is no file's, or the file there is ignored and `ignored` does not say that this is meant. */
export async function resolveTarget(run: ToolRun, path: string, ignored?: boolean): Promise<Place> {
  if (!run.isTrusted) {
    throw new BooError(
      "not-trusted",
      "This workspace is not trusted, so files can be read but not changed. Tell the user what you would change, or ask them to trust it.",
    );
  }
  const place = await resolvePath(run, path);
  const isRoot = place.folder !== undefined && place.inFolder === "";
  const kind = place.stat?.kind ?? "missing";
  if (isRoot || kind === "directory" || kind === "other") {
    // What is there is told only with leave to look.
    await askToRead(place, run, foundAt(place));
    throw kind === "other" ? notAFile(place) : isDirectory(place);
  }
  // What is built or private is no more overwritten by the way than it is read.
  if (place.stat !== undefined) await refuseIgnored(place, ignored, run);
  return place;
}

/** How a file is changed: what becomes of its text, and the text of a file that is not there (absent: that is an error). */
export interface TextEdit {
  readonly existing: (text: string) => string;
  readonly missing?: string;
}

/**
 * Applies an edit to a file, once more where the file changed meanwhile, and reports what came of it. Leave is asked for the write, and
 * shown what it changes; what is read for that is told to nobody without leave, and where there is nothing to write, leave to read is asked.
 */
export async function applyText(place: Place, run: ToolRun, edit: TextEdit): Promise<ToolResult> {
  for (let attempt = 1; ; attempt++) {
    const change = await changeOf(place, run, edit);
    if (change.after === change.before) {
      await askToRead(place, run, change.found);
      return { output: "no change: the file already has this text", note: "no change" };
    }
    await askToWrite(place, run, change.found, change);
    try {
      return await writeAndReport(place, run, change);
    } catch (error) {
      const isOvertaken = error instanceof BooError && error.code === "file-changed";
      if (!isOvertaken) throw error;
      if (attempt === 2) {
        const message = `"${place.label}" keeps changing while it is written. Read it again, then retry.`;
        throw new BooError("file-changed", message, { cause: error });
      }
    }
  }
}

interface Change {
  readonly found: FoundFile;
  readonly before: string | undefined;
  readonly after: string;
}

async function changeOf(place: Place, run: ToolRun, edit: TextEdit): Promise<Change> {
  let found: FoundFile = { kind: "missing", links: 1 };
  const target = { real: place.real, allow: async (now: FoundFile) => void (found = now) };
  try {
    const before = await currentText(() => readText(place, run, target), edit);
    const after = before === undefined ? (edit.missing ?? "") : edit.existing(before);
    return { found, before, after };
  } catch (error) {
    const isOvertaken = error instanceof BooError && error.code === "path-changed";
    if (!isOvertaken && !run.signal.aborted) await askToRead(place, run, found);
    throw error;
  }
}

async function currentText(
  read: () => Promise<{ readonly text: string }>,
  edit: TextEdit,
): Promise<string | undefined> {
  try {
    return (await read()).text;
  } catch (error) {
    if (edit.missing !== undefined && error instanceof BooError && error.code === "file-missing")
      return undefined;
    throw error;
  }
}

async function writeAndReport(place: Place, run: ToolRun, change: Change): Promise<ToolResult> {
  const { before, after, found } = change;
  const { codeIntel, editor, signal } = run;
  // Problems are those of the workspace: a file outside has none to report.
  const hasProblems = codeIntel.isAvailable && place.folder !== undefined;
  // A file that its language server never looked at would show all its old problems as news.
  if (hasProblems && before !== undefined) await codeIntel.check(place.path, signal);
  const known = hasProblems ? codeIntel.diagnostics() : [];
  const settle = hasProblems ? codeIntel.watch([place.path]) : undefined;
  const target = { real: place.real, links: found.links };
  const written = await editor.write(place.path, after, before, signal, target);
  if (written.isDirty) run.unsaved.note(place.path);
  const changes = changedLines(before ?? "", written.text);
  const end = settle === undefined ? "settled" : await endOfWait(settle, signal);
  const note = formatChange(changes);
  const output = [
    [`ok ${note}`, before === undefined ? "created" : "", written.isDirty ? "unsaved" : ""]
      .filter(Boolean)
      .join(", "),
    ...describeFormatting(changedLines(after, written.text)),
    ...(settle === undefined || end === "stopped"
      ? []
      : describeProblems(run, known, codeIntel.diagnostics())),
    ...(end === "settled" ? [] : [`diagnostics did not settle: ${end}`]),
  ].join("\n");
  return { output, note, changes: [{ path: place.label, before, after: written.text }] };
}

type WaitEnd = "settled" | "took too long, check later" | "stopped";

/** How a wait for diagnostics ends; the edit has happened, so nothing here may throw it away. */
async function endOfWait(
  settle: (signal: AbortSignal) => Promise<boolean>,
  signal: AbortSignal,
): Promise<WaitEnd> {
  const stopped = Promise.withResolvers<WaitEnd>();
  const stop = (): void => stopped.resolve("stopped");
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (signal.aborted) return "stopped";
    const settled = settle(signal).then((isSettled): WaitEnd =>
      isSettled ? "settled" : "took too long, check later",
    );
    return await Promise.race([settled, stopped.promise]);
  } catch {
    return "stopped";
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function describeFormatting(changes: readonly LineChange[]): readonly string[] {
  if (changes.length === 0) return [];
  const lines = changes.flatMap(({ line, added, removed }) =>
    added.length === 0
      ? [`${line}: (${plural(removed.length, "line")} removed)`]
      : added.map((text, index) => `${line + index}: ${text.replace(/\n$/, "")}`),
  );
  const isLong = lines.length > maxFormatLines || lines.join("").length > 1_000;
  if (isLong)
    return [`formatted on save in ${plural(lines.length, "line")}: read it again before the next edit`];
  return ["formatted on save, now:", ...lines];
}

function describeProblems(
  run: ToolRun,
  before: readonly Diagnostic[],
  after: readonly Diagnostic[],
): readonly string[] {
  const folders = run.editor.folders();
  const { added, fixed } = compareDiagnostics(before, after);
  const show = (title: string, diagnostics: readonly Diagnostic[], most: number): readonly string[] => {
    const inside = worstFirst(diagnostics.filter((entry) => relativePath(folders, entry.path) !== undefined));
    if (inside.length === 0) return [];
    const lines = inside.slice(0, most).map((entry) => diagnosticLine(folders, entry));
    return [
      title,
      ...lines,
      ...(inside.length > most ? [`and ${inside.length - most} more: get_diagnostics`] : []),
    ];
  };
  const fixedLines = show("fixed:", fixed, 4);
  return [...show("new problems:", added, maxReportLines - fixedLines.length - 2), ...fixedLines];
}
