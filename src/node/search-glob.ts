/** Globs as searches take them: gitignore syntax with braces, relative to the root. */
import { stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import ignore from "ignore";

const mostBraces = 200;

/** A glob relative to `root`; a plain folder becomes everything below it, and undefined means all files. */
export async function relativeGlob(root: string, glob: string | undefined): Promise<string | undefined> {
  if (glob === undefined) return undefined;
  const below = isAbsolute(glob) ? relative(root, glob) : glob;
  const plain = (sep === "\\" ? below.replaceAll("\\", "/") : below)
    .replace(/^(\.\/)+/, "")
    .replace(/\/+$/, "");
  if (plain === "" || plain === ".") return undefined;
  const found = await stat(join(root, plain)).catch(() => undefined);
  return found?.isDirectory() === true ? `${plain}/**` : plain;
}

/** Whether a glob asks for what is inside `.git`. */
export function namesGit(root: string, glob: string | undefined): boolean {
  return /(^|\/)\.git(\/|$)/.test(glob ?? "") || root.split(sep).includes(".git");
}

/** A test of paths relative to the root (with "/") that decides as ripgrep's `--glob` does. */
export function globTest(glob: string | undefined): (path: string) => boolean {
  if (glob === undefined) return () => true;
  const isNegative = glob.startsWith("!");
  const rules = ignore({ ignorecase: false }).add(expandBraces(isNegative ? glob.slice(1) : glob));
  return (path) => rules.ignores(path) !== isNegative;
}

// gitignore syntax has no braces; ripgrep's globs do.
function expandBraces(glob: string): string[] {
  const done: string[] = [];
  const open = [glob];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const match = /^(.*?)\{([^{}]*)\}(.*)$/s.exec(next);
    if (match === null || done.length + open.length > mostBraces) done.push(next);
    else for (const choice of (match[2] ?? "").split(",")) open.push(`${match[1]}${choice}${match[3]}`);
  }
  return done;
}

/** Orders paths as a sorted walk does: folder by folder, names by code point. */
export function comparePaths(a: string, b: string): number {
  const left = a.split("/");
  const right = b.split("/");
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const [one = "", other = ""] = [left[index], right[index]];
    if (one !== other) return Buffer.compare(Buffer.from(one), Buffer.from(other));
  }
  return left.length - right.length;
}
