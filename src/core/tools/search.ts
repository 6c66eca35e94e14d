import { z } from "zod";
import { joinLines, plural } from "./cut.ts";
import type { SearchMatch } from "../ports.ts";
import { nameIn, resolveScopes, withheldNote } from "./scope.ts";
import { defineTool, type ToolRun } from "./tool.ts";
import { toolInput } from "./tool-input.ts";

const maxMatches = 200;
const maxBytes = 24 * 1024;
const maxLineLength = 300;

/** Finds lines by regular expression, unsaved changes included, grouped by file. */
export const search = defineTool({
  name: "search",
  description: "Find lines by regular expression (ripgrep syntax); `path`: a file or directory.",
  input: toolInput({
    pattern: z.string(),
    glob: z.string().optional(),
    path: z.string().optional(),
    ignore_case: z.boolean().optional(),
    ignored: z.boolean().optional(),
  }),
  isReadOnly: true,
  title: ({ pattern, glob, path }) => {
    const where = [path, glob].filter((part) => part !== undefined).join(" ");
    return { verb: "Search", object: pattern, ...(where === "" ? {} : { detail: `in ${where}` }) };
  },
  run: async (input, run) => {
    const { matches, isCut, leftOut, withheld } = await searchAll(input, run);
    const files = new Set(matches.map((match) => match.name)).size;
    const hidden = leftOut === 0 ? "" : `\n[${plural(leftOut, "file")} left out: ${whyLeftOut}]`;
    const rest = hidden + withheldNote(withheld);
    if (matches.length === 0)
      return { output: rest === "" ? nothing(input) : `no matches to show${rest}`, note: "no matches" };
    const note = `${isCut ? "more than " : ""}${plural(matches.length, "match")} in ${plural(files, "file")}`;
    return { output: show(matches, input, isCut) + rest, note };
  },
});

const whyLeftOut =
  "they have several hard links, changed meanwhile, or match beyond 20 MB; search each by its path";

interface Input {
  readonly pattern: string;
  readonly glob?: string | undefined;
  readonly path?: string | undefined;
  readonly ignore_case?: boolean | undefined;
  readonly ignored?: boolean | undefined;
}

interface NamedMatch extends SearchMatch {
  /** As the model names its file. */
  readonly name: string;
}

interface Found {
  readonly matches: readonly NamedMatch[];
  readonly isCut: boolean;
  readonly leftOut: number;
  readonly withheld: number;
}

async function searchAll(input: Input, run: ToolRun): Promise<Found> {
  const overlays = run.editor.dirtyDocuments();
  const matches: NamedMatch[] = [];
  const searched = new Set<string>();
  let leftOut = 0;
  let withheld = 0;
  for (const scope of await resolveScopes(run, input)) {
    const { root, real, glob, links, isWithheld } = scope;
    const query = {
      ...{ root, real, links },
      ...(isWithheld && { isWithheld }),
      pattern: input.pattern,
      ...(glob === undefined ? {} : { glob }),
      ignoreCase: input.ignore_case === true,
      withIgnored: input.ignored === true,
      limit: maxMatches - matches.length,
      overlays,
    };
    const found = await run.files.search(query, run.signal);
    const fresh = found.matches
      .map((match) => ({ ...match, name: nameIn(scope, run, match.path) }))
      .filter(({ name }) => !searched.has(name));
    matches.push(...fresh);
    // Folders of a workspace can lie in one another.
    for (const { name } of fresh) searched.add(name);
    leftOut += found.leftOut;
    withheld += found.withheld;
    if (found.isCut) return { matches, isCut: true, leftOut, withheld };
  }
  return { matches, isCut: false, leftOut, withheld };
}

function show(matches: readonly NamedMatch[], input: Input, isCut: boolean): string {
  const expression = toRegExp(input);
  const lines: string[] = [];
  let name: string | undefined;
  for (const match of matches) {
    if (match.name !== name) lines.push((name = match.name));
    lines.push(`${match.line}: ${cutAround(match.text, expression)}`);
  }
  const rest = "narrow with a longer pattern, path or glob]";
  const text = joinLines(lines, { lines: lines.length, bytes: maxBytes }, () => `[cut; ${rest}`);
  return isCut && !text.endsWith("]") ? `${text}\n[first ${plural(matches.length, "match")}; ${rest}` : text;
}

/** A long line is shown around its match. */
function cutAround(text: string, expression: RegExp | undefined): string {
  const line = text.replace(/\r?\n?$/, "");
  if (line.length <= maxLineLength) return line;
  const at = expression?.exec(line)?.index ?? 0;
  const from = Math.max(0, Math.min(at - 100, line.length - maxLineLength));
  const part = line.slice(from, from + maxLineLength);
  return `${from > 0 ? "…" : ""}${part}${from + maxLineLength < line.length ? "…" : ""}`;
}

/** The pattern for this runtime, only to place a cut; ripgrep's own syntax may have no equal here. */
function toRegExp(input: Input): RegExp | undefined {
  try {
    return new RegExp(input.pattern, input.ignore_case === true ? "iu" : "u");
  } catch {
    return undefined;
  }
}

function nothing(input: Input): string {
  const where = input.path === undefined && input.glob === undefined ? "" : " there";
  return `no matches${where}; .gitignore is respected unless "ignored": true`;
}
