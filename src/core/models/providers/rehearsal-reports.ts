/** How Rehearsal tells what a tool answered. */
import { z } from "zod";

const shownLines = 40;

/** A text as a code block that nothing in it can end, cut to its first lines. */
export function codeBlock(text: string, language = "text"): string {
  const lines = text.replace(/\n$/, "").split("\n");
  const cut =
    lines.length > shownLines
      ? [...lines.slice(0, shownLines), `… ${lines.length - shownLines} more lines`]
      : lines;
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((match) => match[0].length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${cut.join("\n")}\n${fence}`;
}

/** A name as inline code. */
export function inlineCode(text: string): string {
  return text.includes("`") ? `\`\` ${text} \`\`` : `\`${text}\``;
}

/** The paths in an answer of list_files, which has one line per directory. */
export function pathsIn(listing: string): readonly string[] {
  return listing.split("\n").flatMap((line) => {
    if (line.startsWith("[")) return [];
    const [, directory = "", names = ""] = /^(.*\/): (.*)$/.exec(line) ?? ["", "", line];
    return names
      .split(", ")
      .flatMap((name) => (name === "" || / \([\d,]+ files?\)$/.test(name) ? [] : [directory + name]));
  });
}

const texts = z.record(z.string(), z.string()).optional().catch(undefined);
const manifestSchema = z.object({
  name: z.string().optional().catch(undefined),
  version: z.string().optional().catch(undefined),
  description: z.string().optional().catch(undefined),
  scripts: texts,
  dependencies: texts,
  devDependencies: texts,
});

/** What a package.json says, or undefined where the text is not one. */
export function describeManifest(text: string): string | undefined {
  const manifest = parseManifest(text);
  if (manifest === undefined) return undefined;
  const { name, version, description, scripts, dependencies, devDependencies } = manifest;
  const title = [name === undefined ? "A package without a name" : `**${name}**`, version]
    .filter(Boolean)
    .join(" ");
  const lines = [
    `${title}${description === undefined ? ", without a description." : `: ${description}`}`,
    "",
    listLine("Scripts", scripts),
    listLine("Dependencies", dependencies),
    listLine("Development dependencies", devDependencies),
  ];
  return lines.filter((line) => line !== undefined).join("\n");
}

function parseManifest(text: string): z.output<typeof manifestSchema> | undefined {
  try {
    return manifestSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function listLine(title: string, entries: Readonly<Record<string, string>> | undefined): string {
  const all = Object.entries(entries ?? {});
  if (all.length === 0) return `- ${title}: none`;
  const shown = all.slice(0, 12).map(([name, value]) => `${inlineCode(name)} (${inlineCode(value)})`);
  return `- ${title}: ${shown.join(", ")}${all.length > 12 ? `, and ${all.length - 12} more` : ""}`;
}

/** The language of a file's code block, by its extension. */
export function languageOf(path: string): string {
  const extension = /\.(\w+)$/.exec(path)?.[1]?.toLowerCase() ?? "";
  return /^[a-z]{1,10}$/.test(extension) ? extension : "text";
}
