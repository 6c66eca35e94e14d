/** Reading a file for a tool: the editor's failures become advice that a model can follow. */
import { BooError } from "../errors.ts";
import type { DocumentText } from "../ports.ts";
import { formatCount } from "./cut.ts";
import type { Place } from "./paths.ts";
import { nearNames } from "./similarity.ts";
import type { ToolRun } from "./tool.ts";

/** The text of a file; throws BooErrors whose messages say what to try instead. */
export async function readText(place: Place, run: ToolRun): Promise<DocumentText> {
  if (place.stat?.kind === "directory") throw isDirectory(place);
  try {
    return await run.editor.read(place.path, run.signal);
  } catch (error) {
    if (!(error instanceof BooError)) throw error;
    throw await advise(error, place, run);
  }
}

/** Refuses a path that .gitignore covers, unless the model asked for it by name. */
export async function refuseIgnored(place: Place, isAsked: boolean | undefined, run: ToolRun): Promise<void> {
  if (isAsked === true || place.inFolder === "") return;
  if (!(await run.files.isIgnored(place.folder.path, place.path))) return;
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

async function advise(error: BooError, place: Place, run: ToolRun): Promise<BooError> {
  const size = place.stat === undefined ? "" : ` (${formatCount(place.stat.size)} bytes)`;
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
      return isDirectory(place);
    default:
      return error;
  }
}

async function describeMissing(place: Place, run: ToolRun): Promise<string> {
  const slash = place.inFolder.lastIndexOf("/") + 1;
  const name = place.inFolder.slice(slash);
  const prefix = place.label.slice(0, place.label.length - name.length);
  const siblings = await namesIn(place, place.inFolder.slice(0, slash), run);
  const near = nearNames(name, siblings, 3).map((entry) => prefix + entry);
  const elsewhere = near.length > 0 ? [] : await sameName(place, name, run);
  const found = [...near, ...elsewhere];
  if (found.length > 0) return `No file "${place.label}". Did you mean ${found.join(" or ")}?`;
  return `No file "${place.label}". Find it with list_files {"glob":"*${name.replace(/\.[^.]*$/, "")}*"}.`;
}

async function namesIn(place: Place, parent: string, run: ToolRun): Promise<readonly string[]> {
  const query = { root: place.folder.path, glob: `${escapeGlob(parent)}*`, withIgnored: true, limit: 500 };
  const { paths } = await run.files.list(query, run.signal);
  return paths.map(baseName);
}

async function sameName(place: Place, name: string, run: ToolRun): Promise<readonly string[]> {
  const query = { root: place.folder.path, glob: `**/${escapeGlob(name)}`, withIgnored: false, limit: 3 };
  const { paths } = await run.files.list(query, run.signal);
  const prefix = place.label.slice(0, place.label.length - place.inFolder.length);
  return paths.map((path) => prefix + path.slice(place.folder.path.length + 1).replaceAll("\\", "/"));
}

/** A path as a glob that matches exactly it; by classes, since a backslash is a separator on Windows. */
export function escapeGlob(path: string): string {
  return path.replace(/[[{}*?]/g, "[$&]");
}

function baseName(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
