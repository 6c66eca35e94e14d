import { z } from "zod";
import { BooError } from "../errors.ts";
import type { CodeIntel, Diagnostic } from "../ports.ts";
import { joinLines, plural } from "./cut.ts";
import { countText, diagnosticLine, worstFirst } from "./diagnostics-text.ts";
import { askToRead, foundAt } from "./leave.ts";
import { relativePath, resolvePath } from "./paths.ts";
import { notAFile } from "./read-text.ts";
import type { Scope } from "./scope.ts";
import { defineTool, type ToolRun } from "./tool.ts";
import { toolInput } from "./tool-input.ts";

const maxLines = 100;
const maxBytes = 16 * 1024;

/** The editor's current problems, of one file (which it then looks at afresh), of a directory, or all that it knows. */
export const getDiagnostics = defineTool({
  name: "get_diagnostics",
  description:
    "Errors and warnings of the editor's language servers: in a file, checked afresh, in a directory, or all known.",
  input: toolInput({ path: z.string().optional() }),
  isReadOnly: true,
  title: ({ path }) => ({ verb: "Check", object: path ?? "problems" }),
  run: async ({ path }, run) => {
    const known = await knownDiagnostics(run, path);
    const found = worstFirst(known.diagnostics);
    const note = countText(found);
    const doubt = known.isSettled ? "" : unsettled;
    if (found.length === 0) return { output: `no problems${path === undefined ? unseen : ""}${doubt}`, note };
    const folders = run.editor.folders();
    const lines = found.map((entry) => diagnosticLine(folders, entry));
    const rest = (shown: number): string =>
      `[first ${shown} of ${plural(found.length, "problem")} (${note}); name a path, or more {"name":"get_diagnostics_summary"} for counts]`;
    return { output: joinLines(lines, { lines: maxLines, bytes: maxBytes }, rest) + doubt, note };
  },
});

const unsettled = "\n[some files are still being checked; ask again]";
const unseen = " known (some language servers look only at files named by path)";

// TypeScript's server reports by itself only on files that are shown; others report on whole projects or not at all.
const sources = "*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}";
const mostSources = 200;
const lookMs = 10_000;

/** A directory, and which files in it are withheld. */
type Root = Pick<Scope, "root" | "real" | "isWithheld">;

/** Has the language servers look at the source files below directories, as many as the time allows; false where that is not all. */
async function lookAt(roots: readonly Root[], run: ToolRun): Promise<boolean> {
  const deadline = AbortSignal.timeout(lookMs);
  const signal = AbortSignal.any([run.signal, deadline]);
  let isSettled = true;
  for (const place of roots) {
    const query = { ...place, glob: sources, withIgnored: false, limit: mostSources };
    const { paths } = await run.files.list(query, run.signal);
    for (const path of paths) {
      if (deadline.aborted) return false;
      // A file that can not be opened has no diagnostics to wait for.
      isSettled = (await run.codeIntel.check(path, signal).catch(() => !deadline.aborted)) && isSettled;
      run.signal.throwIfAborted();
    }
  }
  return isSettled;
}

/** Diagnostics, and whether they are the last word on the files as they are now. */
interface Known {
  readonly diagnostics: readonly Diagnostic[];
  readonly isSettled: boolean;
}

/** The diagnostics of a file (after a fresh look), below a directory, or of the whole workspace; throws "no-diagnostics" where nothing reports any. */
export async function knownDiagnostics(run: ToolRun, path: string | undefined): Promise<Known> {
  const codeIntel = requireCodeIntel(run);
  const folders = run.editor.folders();
  const all = (): readonly Diagnostic[] =>
    codeIntel.diagnostics().filter((entry) => relativePath(folders, entry.path) !== undefined);
  if (path === undefined) {
    const roots = await Promise.all(folders.map((folder) => openRoot(folder.path, run)));
    const isSettled = await lookAt(roots, run);
    return { diagnostics: await withoutWithheld(all(), roots, run), isSettled };
  }
  const place = await resolvePath(run, path);
  await askToRead(place, run, foundAt(place));
  if (place.stat?.kind === "other") throw notAFile(place);
  if (place.stat?.kind === "directory") {
    const roots = [await rootAt(place.path, place.real, run)];
    const isSettled = await lookAt(roots, run);
    const isInside = ({ path: file }: Diagnostic): boolean =>
      relativePath([{ name: "", path: place.path }], file) !== undefined;
    const known = place.folder === undefined ? codeIntel.diagnostics() : all();
    return { diagnostics: await withoutWithheld(known.filter(isInside), roots, run), isSettled };
  }
  if (
    place.stat === undefined &&
    !run.editor.dirtyDocuments().some((document) => document.path === place.path)
  ) {
    throw new BooError(
      "file-missing",
      `No file "${place.label}". Find it with list_files, or leave out the path for all problems.`,
    );
  }
  const isSettled = await codeIntel.check(place.path, run.signal);
  return { diagnostics: codeIntel.diagnostics(place.path), isSettled };
}

async function openRoot(root: string, run: ToolRun): Promise<Root> {
  const real = await run.files.rootPath(root);
  await run.guard.file({ operation: "read", path: real, kind: "directory", links: 1 });
  return rootAt(root, real, run);
}

async function rootAt(root: string, real: string, run: ToolRun): Promise<Root> {
  const isWithheld = await run.guard.withheld(real);
  return { root, real, ...(isWithheld && { isWithheld }) };
}

// What is wrong with a file says what is in it.
async function withoutWithheld(
  found: readonly Diagnostic[],
  roots: readonly Root[],
  run: ToolRun,
): Promise<readonly Diagnostic[]> {
  const tests = roots.flatMap(({ isWithheld }) => isWithheld ?? []);
  if (tests.length === 0) return found;
  const paths = [...new Set(found.map(({ path }) => path))];
  const real = new Map(
    await Promise.all(paths.map(async (path) => [path, await run.files.realPath(path)] as const)),
  );
  return found.filter(({ path }) => !tests.some((isWithheld) => isWithheld(real.get(path) ?? path)));
}

function requireCodeIntel({ codeIntel }: ToolRun): CodeIntel {
  if (codeIntel.isAvailable) return codeIntel;
  throw new BooError(
    "no-diagnostics",
    "There is no editor here, so no diagnostics. Read the code and check it yourself, and say that it was not checked.",
  );
}
