/** Paths are judged with their links resolved, so the paths of rules are, too. */
import type { Files } from "../ports.ts";

type RealPath = Files["realPath"];

/**
 * What an allowance of a path covers. Only the first name is resolved (/tmp is a link on some systems, and only their administrators
 * can make one there): whoever can put a link at a deeper place must not be able to move an allowance with it.
 */
export async function allowedPattern(pattern: string, realPath: RealPath): Promise<string> {
  const first = /^\/[^/*]+(?=\/|$)/.exec(pattern)?.[0];
  if (first === undefined) return pattern;
  return (await resolved(first, realPath)) + pattern.slice(first.length);
}

/** What a denial of a path covers: the path as written and where its links lead, and for a directory everything below. */
export async function deniedPatterns(pattern: string, realPath: RealPath): Promise<readonly string[]> {
  const names = pattern.split("/");
  const wild = names.findIndex((name) => name.includes("*"));
  const literal = names.slice(0, wild < 0 ? names.length : wild).join("/");
  const real = literal === "" ? pattern : (await resolved(literal, realPath)) + pattern.slice(literal.length);
  const below = (path: string): readonly string[] =>
    path.endsWith("/**") ? [path] : [path, `${path.replace(/\/$/, "")}/**`];
  return [...new Set([...below(pattern), ...below(real)])];
}

// Where nobody may look there is nothing to resolve.
async function resolved(path: string, realPath: RealPath): Promise<string> {
  return realPath(path).catch(() => path);
}
