/** Reading a file for a tool: the editor's failures become advice that a model can follow. */
import { BooError } from "../errors.ts";
import type { DocumentText, FileStat } from "../ports.ts";
import { formatCount } from "./cut.ts";
import { relativePath, splitPath, type Place } from "./paths.ts";
import { nearNames } from "./similarity.ts";
import type { ToolRun } from "./tool.ts";

/** The text of a file; throws BooErrors whose messages say what to try instead. */
export async function readText(place: Place, run: ToolRun): Promise<DocumentText> {
  try {
    return await run.editor.read(place.path, run.signal);
  } catch (error) {
    if (!(error instanceof BooError)) throw error;
    throw await advise(error, place, run);
  }
}

/** Refuses a path that .gitignore covers, unless the model asked for it by name. */
export async function refuseIgnored(
  place: Place & { readonly stat?: FileStat | undefined },
  isAsked: boolean | undefined,
  run: ToolRun,
): Promise<void> {
  if (isAsked === true || place.inFolder === "") return;
  // Rules like "dist/" cover what is in a directory, so the question is about something in it.
  const asked = place.stat?.kind === "directory" ? `${place.path}/_` : place.path;
  if (!(await run.files.isIgnored(place.folder.path, asked, "file"))) return;
  throw new BooError(
    "ignored",
    `"${place.label}" is ignored by .gitignore (built, installed or private). If you really need it, pass "ignored": true.`,
  );
}

/** The error for a directory where a file was meant. */
export function isDirectory(place: Place): BooError {
  return new BooError(
    "not-a-file",
    `"${place.label}" is a directory. Use list_files {"path":"${place.label}"}.`,
  );
}

function isSpecial(place: Place): BooError {
  return new BooError(
    "not-a-file",
    `"${place.label}" is a pipe, a socket or a device, which can not be read or written.`,
  );
}

async function advise(error: BooError, place: Place, run: ToolRun): Promise<BooError> {
  const stat = await run.files.stat(place.path).catch(() => undefined);
  const size = stat === undefined ? "" : ` (${formatCount(stat.size)} bytes)`;
  switch (error.code) {
    case "file-missing":
      return new BooError("file-missing", await describeMissing(place, run), { cause: error });
    case "file-binary":
      return new BooError(
        "file-binary",
        `"${place.label}" is binary${size}, not text. Look for its source, or go by its name and size.`,
        { cause: error },
      );
    case "file-huge":
      return new BooError(
        "file-huge",
        `"${place.label}" is too big to read${size}. Use search {"pattern":…,"path":"${place.label}"} for the lines you need.`,
        { cause: error },
      );
    case "not-a-file":
      return stat?.kind === "other" ? isSpecial(place) : isDirectory(place);
    default:
      return error;
  }
}

async function describeMissing(place: Place, run: ToolRun): Promise<string> {
  const { parent, name } = splitPath(place.path);
  const [namesakes, below] = await Promise.all([
    find(place.folder.path, escapeGlob(name), 4, run),
    run.files.stat(parent).then((stat) => (stat?.kind === "directory" ? find(parent, "*", 2_000, run) : [])),
  ]);
  const siblings = below.map(splitPath).filter((entry) => entry.parent === parent);
  const near = nearNames(
    name,
    siblings.map((entry) => entry.name),
    3,
  );
  const candidates = [
    // A name that is everywhere (index.ts) says nothing.
    ...(namesakes.length < 4 ? namesakes : []),
    ...near.map((entry) => place.path.slice(0, -name.length) + entry),
  ];
  const found = candidates.slice(0, 4).map((path) => relativePath(run.editor.folders(), path) ?? path);
  if (found.length > 0) return `No file "${place.label}". Did you mean ${found.join(" or ")}?`;
  return `No file "${place.label}". Find it with list_files {"glob":"*${name.replace(/\.[^.]*$/, "")}*"}.`;
}

async function find(root: string, glob: string, limit: number, run: ToolRun): Promise<readonly string[]> {
  return (await run.files.list({ root, glob, withIgnored: false, limit }, run.signal)).paths;
}

/** A path as a glob that matches exactly it; by classes, since a backslash is a separator on Windows. */
export function escapeGlob(path: string): string {
  return path.replace(/[[{}*?]/g, "[$&]");
}
