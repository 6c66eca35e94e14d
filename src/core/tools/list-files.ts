import { z } from "zod";
import { joinLines, plural } from "./cut.ts";
import { nameIn, resolveScopes, withheldNote, type Scope } from "./scope.ts";
import { defineTool, type ToolRun } from "./tool.ts";
import { toolInput } from "./tool-input.ts";

/** Where there are more names than fit, deep directories are counted instead. */
const maxNames = 500;
const maxFiles = 10_000;
const maxBytes = 24 * 1024;

/** Lists files that .gitignore does not cover, one line per directory. */
export const listFiles = defineTool({
  name: "list_files",
  description: `List files that .gitignore does not cover (\`ignored\`: those, too). \`glob\`: "*.ts" (any depth), "src/**/*.ts".`,
  input: toolInput({
    glob: z.string().optional(),
    path: z.string().optional(),
    ignored: z.boolean().optional(),
  }),
  isReadOnly: true,
  title: ({ glob, path }) => ({
    verb: "List",
    object: glob ?? path ?? "files",
    ...(glob && path ? { detail: `in ${path}` } : {}),
  }),
  run: async (input, run) => {
    const scopes = await resolveScopes(run, input);
    const { paths, isCut, withheld } = await listAll(scopes, input.ignored === true, run);
    const rest = withheldNote(withheld);
    const count = `${isCut ? "more than " : ""}${plural(paths.length, "file")}`;
    if (paths.length === 0) return { output: nothing(input.glob, input.path) + rest, note: "no files" };
    return { output: show(paths, count, isCut) + rest, note: count };
  },
});

async function listAll(
  scopes: readonly Scope[],
  withIgnored: boolean,
  run: ToolRun,
): Promise<{ readonly paths: readonly string[]; readonly isCut: boolean; readonly withheld: number }> {
  // Folders of a workspace can lie in one another.
  const paths = new Set<string>();
  let isCut = false;
  let withheld = 0;
  for (const scope of scopes) {
    const { root, real, glob, isWithheld } = scope;
    if (scope.isFile) {
      paths.add(nameIn(scope, run, root));
      continue;
    }
    const limit = maxFiles - paths.size;
    const where = { root, real, ...(glob === undefined ? {} : { glob }), ...(isWithheld && { isWithheld }) };
    const query = { ...where, withIgnored, limit };
    const found = await run.files.list(query, run.signal);
    for (const path of found.paths) paths.add(nameIn(scope, run, path));
    isCut ||= found.isCut;
    withheld += found.withheld;
  }
  return { paths: [...paths], isCut, withheld };
}

function nothing(glob: string | undefined, path: string | undefined): string {
  if (glob === undefined) return "no files";
  const where = path === undefined ? "" : ` below ${path} (the glob is relative to it)`;
  return `no files match ${glob}${where}; .gitignore is respected unless "ignored": true`;
}

function show(paths: readonly string[], count: string, isCut: boolean): string {
  const depth = deepestFitting(paths);
  const lines = groupByDirectory(paths, depth);
  const isWhole = depth === undefined && !isCut;
  const text = joinLines(
    lines,
    { lines: maxNames, bytes: maxBytes },
    () => `[cut; ${count}: narrow with path or glob]`,
  );
  return isWhole || text.endsWith("]") ? text : `${text}\n[${count}; more with path or glob]`;
}

/** The depth to which all names fit (undefined: all of them); at least the first level. */
function deepestFitting(paths: readonly string[]): number | undefined {
  if (paths.length <= maxNames) return undefined;
  for (let depth = 12; depth > 1; depth--) {
    if (new Set(paths.map((path) => clip(path, depth))).size <= maxNames) return depth;
  }
  return 1;
}

/** A path, or the directory at a depth that stands for it: "src/core/". */
function clip(path: string, depth: number): string {
  const parts = path.split("/");
  return parts.length <= depth ? path : `${parts.slice(0, depth).join("/")}/`;
}

function groupByDirectory(paths: readonly string[], depth: number | undefined): readonly string[] {
  const names = new Map<string, string[]>();
  const counts = new Map<string, number>();
  for (const path of paths) {
    const shown = depth === undefined ? path : clip(path, depth);
    if (shown.endsWith("/")) counts.set(shown, (counts.get(shown) ?? 0) + 1);
    if (shown.endsWith("/") && counts.get(shown) !== 1) continue;
    const slash = shown.lastIndexOf("/", shown.length - 2) + 1;
    const directory = shown.slice(0, slash);
    names.set(directory, [...(names.get(directory) ?? []), shown]);
  }
  return [...names]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([directory, entries]) => {
      const list = entries.map((entry) => {
        const name = entry.slice(directory.length);
        return name.endsWith("/") ? `${name} (${plural(counts.get(entry) ?? 0, "file")})` : name;
      });
      return directory === "" ? list.join(", ") : `${directory}: ${list.join(", ")}`;
    });
}
