/** What is at a path, found step by step as the system does it: links are followed before ".." is applied. */
import { lstat, readlink, realpath } from "node:fs/promises";
import { join, parse, sep } from "node:path";
import type { RealPath } from "#core/permissions/judgement.ts";

const linkLimit = 40;

/** Finds a path's real place, also of what does not exist yet. What may not be looked at, and what each process sees differently (/proc), is "other". */
export async function findRealPath(path: string): Promise<RealPath> {
  // Windows has forms of names that only it can tell apart; ".." is applied first there.
  if (sep === "\\") return findOnWindows(path);
  const pending = path.split("/").toReversed();
  let at = "/";
  let missing = 0;
  let links = 0;
  while (pending.length > 0) {
    const name = pending.pop() ?? "";
    if (name === "" || name === ".") continue;
    if (name === "..") {
      at = join(at, "..");
      missing = Math.max(0, missing - 1);
      continue;
    }
    const next = join(at, name);
    if (missing > 0) {
      [at, missing] = [next, missing + 1];
      continue;
    }
    const found = await look(next);
    if (found === "hidden" || next === "/proc") return { path: next, kind: "other", links: 1 };
    if (found === undefined) [at, missing] = [next, 1];
    else if (found.isSymbolicLink()) {
      if (++links > linkLimit) return { path: next, kind: "other", links: 1 };
      const target = await readlink(next);
      pending.push(...target.split("/").toReversed());
      if (target.startsWith("/")) at = "/";
    } else at = next;
  }
  return missing > 0 ? { path: at, kind: "missing", links: 1 } : describe(at);
}

type Stats = Awaited<ReturnType<typeof lstat>>;

async function look(path: string): Promise<Stats | "hidden" | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    return code === "ENOENT" || code === "ENOTDIR" ? undefined : "hidden";
  }
}

async function describe(path: string): Promise<RealPath> {
  const found = await look(path);
  if (found === undefined) return { path, kind: "missing", links: 1 };
  if (found === "hidden") return { path, kind: "other", links: 1 };
  if (found.isDirectory()) return { path, kind: "directory", links: 1 };
  return found.isFile()
    ? { path, kind: "file", links: Number(found.nlink) }
    : { path, kind: "other", links: 1 };
}

async function findOnWindows(path: string): Promise<RealPath> {
  const { root } = parse(path);
  const names = path.slice(root.length).split(/[\\/]/);
  for (let count = names.length; count >= 0; count--) {
    const real = await realpath(join(root, ...names.slice(0, count))).catch(() => undefined);
    if (real === undefined) continue;
    if (count === names.length) return describe(real);
    return { path: join(real, ...names.slice(count)), kind: "missing", links: 1 };
  }
  return { path, kind: "missing", links: 1 };
}
