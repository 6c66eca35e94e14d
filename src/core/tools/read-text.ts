/** Reading a file for a tool: the editor's failures become advice that a model can follow. */
import { BooError } from "../errors.ts";
import type { DocumentText, FileStat, ReadTarget } from "../ports.ts";
import { formatCount } from "./cut.ts";
import { readTarget } from "./leave.ts";
import { relativePath, splitPath, type Place } from "./paths.ts";
import { nearNames } from "./similarity.ts";
import type { ToolRun } from "./tool.ts";

/** The text of a file, after asking leave; throws BooErrors whose messages say what to try instead. */
export async function readText(
  place: Place,
  run: ToolRun,
  target: ReadTarget = readTarget(place, run),
): Promise<DocumentText> {
  try {
    return await run.editor.read(place.path, run.signal, target);
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
  if (isAsked === true || place.folder === undefined || place.inFolder === "") return;
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

/** The error for a device, pipe or socket. */
export function notAFile(place: Place): BooError {
  return new BooError(
    "not-a-file",
    `"${place.label}" is a device, a pipe or a socket, not a file: there is no text in it.`,
  );
}

async function advise(error: BooError, place: Place, run: ToolRun): Promise<BooError> {
  const size = async (): Promise<string> => {
    const stat = await run.files.stat(place.real).catch(() => undefined);
    return stat?.realPath === place.real ? ` (${formatCount(stat.size)} bytes)` : "";
  };
  switch (error.code) {
    case "file-missing":
      return new BooError("file-missing", await describeMissing(place, run), { cause: error });
    case "file-binary":
      return new BooError(
        "file-binary",
        `"${place.label}" is binary${await size()}, not text. Look for its source, or go by its name and size.`,
        { cause: error },
      );
    case "file-huge":
      return new BooError(
        "file-huge",
        `"${place.label}" is too big to read${await size()}. Use search {"pattern":…,"path":"${place.label}"} for the lines you need.`,
        { cause: error },
      );
    case "not-a-file":
      return (await run.files.stat(place.real).catch(() => undefined))?.kind === "other"
        ? notAFile(place)
        : isDirectory(place);
    case "path-changed":
      return pathChanged(place, error);
    default:
      return error;
  }
}

function pathChanged(place: Place, cause: BooError): BooError {
  const message = `"${place.label}" leads elsewhere now than when leave was asked, so nothing was done. Look again with list_files.`;
  return new BooError("path-changed", message, { cause });
}

async function describeMissing(place: Place, run: ToolRun): Promise<string> {
  // Outside, leave was asked for one file: its neighbours are not looked at.
  const { folder } = place;
  if (folder === undefined) return `No file "${place.label}".`;
  const { parent, name } = splitPath(place.path);
  const top = { root: folder.path, real: await run.files.rootPath(folder.path) };
  const [namesakes, below] = await Promise.all([
    find({ ...top, glob: escapeGlob(name), limit: 4 }, run),
    find({ root: parent, real: splitPath(place.real).parent, glob: "*", limit: 2_000 }, run),
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

/** Help is not worth a failure: where the directory is gone or is another one by now, nothing is found. */
async function find(
  query: { readonly root: string; readonly real: string; readonly glob: string; readonly limit: number },
  run: ToolRun,
): Promise<readonly string[]> {
  try {
    const isWithheld = await run.guard.withheld(query.real);
    const asked = { ...query, withIgnored: false, ...(isWithheld && { isWithheld }) };
    return (await run.files.list(asked, run.signal)).paths;
  } catch (error) {
    if (error instanceof BooError) return [];
    throw error;
  }
}

/** A path as a glob that matches exactly it; by classes, since a backslash is a separator on Windows. */
function escapeGlob(path: string): string {
  return path.replace(/[[{}*?]/g, "[$&]");
}
