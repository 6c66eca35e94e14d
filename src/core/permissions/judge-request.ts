/**
 * Looks up the real places that a judgement needs, at the moment of use, and judges.
 * What is changed between this look and the command's own use of a path (by a process that runs beside it) is not seen here: a sandbox holds where
 * there is one; without one that window remains.
 */
import { parseLine } from "./command-line.ts";
import type { Judgement, LineJudgement, RealPath, World } from "./judgement.ts";
import type { ParsedLine } from "./parsed-line.ts";
import { isNamePattern, matchEntries } from "./path-policy.ts";
import { isWithin } from "./path-within.ts";
import { judge } from "./policy.ts";

/** What is asked for, with paths as they were said: absolute, links and ".." in them. */
export type Request =
  | { readonly operation: "read" | "write"; readonly path: string }
  | { readonly operation: "network"; readonly host: string }
  | {
      readonly operation: "execute";
      readonly line: string;
      /** Where it runs: absolute and real. */
      readonly folder: string;
      /** "posix" where the shell is not bash. */
      readonly dialect?: "bash" | "posix";
    };

/** Finds what is at a path as the system does: links are followed before ".." is applied. */
export type Resolve = (path: string) => Promise<RealPath>;

/** The names in a folder, as they are now; without it, what a pattern such as "*.ts" matches counts as being no link. */
export type List = (folder: string) => Promise<readonly string[]>;

/** Judges a command line. */
export function judgeRequest(
  request: Extract<Request, { operation: "execute" }>,
  world: World,
  resolve: Resolve,
  list?: List,
): Promise<LineJudgement>;
export function judgeRequest(
  request: Request,
  world: World,
  resolve: Resolve,
  list?: List,
): Promise<Judgement | LineJudgement>;
export async function judgeRequest(
  request: Request,
  world: World,
  resolve: Resolve,
  list?: List,
): Promise<Judgement | LineJudgement> {
  switch (request.operation) {
    case "network":
      return judge(request, world);
    case "read":
    case "write":
      return judge({ operation: request.operation, ...(await resolve(request.path)) }, world);
    case "execute": {
      const line = parseLine(request.line, {
        folder: request.folder,
        home: world.home,
        isWindows: world.isWindows,
        dialect: request.dialect ?? "bash",
      });
      const matched = list === undefined ? undefined : await matchAll(line, world, list);
      const paths = [...line.paths, ...(matched?.paths ?? [])];
      const resolved = await resolveAll(paths, world, resolve);
      return judge(
        { operation: "execute", line, resolved, ...(matched && { entries: matched.entries }) },
        world,
      );
    }
  }
}

async function resolveAll(
  paths: readonly string[],
  world: World,
  resolve: Resolve,
): Promise<ReadonlyMap<string, RealPath>> {
  const resolved = new Map<string, RealPath>();
  const add = async (some: readonly string[]): Promise<void> => {
    const found = await Promise.allSettled(some.map(async (path) => [path, await resolve(path)] as const));
    // What can not be looked at is not known, and asked.
    for (const one of found) if (one.status === "fulfilled") resolved.set(...one.value);
  };
  await add(paths);
  // Of folders that stand in for others it counts whether something of that name is there.
  const firsts = new Set<string>();
  for (const { path } of resolved.values())
    for (const folder of world.replaced ?? []) {
      const root = folder.replace(/\/$/, "");
      if (path !== folder && isWithin(path, folder, world))
        firsts.add(`${root}/${path.slice(root.length + 1).split("/")[0]}`);
    }
  await add([...firsts].filter((path) => !resolved.has(path)));
  return resolved;
}

// A pattern that matches more names than this is judged by its folder alone.
const matchLimit = 500;

/** The names that patterns of a line match now: each may be a link. */
async function matchAll(
  line: ParsedLine,
  world: World,
  list: List,
): Promise<{ readonly entries: ReadonlyMap<string, readonly string[]>; readonly paths: readonly string[] }> {
  const entries = new Map<string, readonly string[]>();
  const paths = new Set<string>();
  for (const { path, rest } of line.commands.flatMap(({ uses }) => uses)) {
    if (path === undefined || rest === undefined || !isNamePattern(rest.split("/")[0] ?? "")) continue;
    const names = entries.get(path) ?? (await list(path).catch(() => []));
    const found = matchEntries({ path, rest }, names, world) ?? [];
    if (found.length > matchLimit) continue;
    entries.set(path, names);
    for (const match of found) paths.add(match.path);
  }
  return { entries, paths: [...paths] };
}
