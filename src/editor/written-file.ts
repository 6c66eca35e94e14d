/**
 * Writing through the editor to a real path and, as far as that can be, nowhere else. The editor saves and makes files by their path, in a
 * process of its own, and follows links: so the path is resolved again directly before, and checked directly after. A link that takes a
 * directory's place in the milliseconds between is not seen in time, and what it leads to is written; that is found, taken back where it
 * is known what was there (nothing, or what the caller saw), and told.
 */
import { lstat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { BooError } from "#core/errors.ts";
import type { WriteResult, WriteTarget } from "#core/ports.ts";
import { changedPath, systemCode } from "#node/file-errors.ts";
import { HeldDirectory } from "#node/held-directory.ts";
import { ownTarget, readBytes } from "#node/read-bytes.ts";
import { lookAt } from "#node/real-file.ts";
import { isSamePath, realPathOf } from "#node/real-path.ts";
import { removeFile, replaceFile } from "#node/replace-file.ts";

/** A file that is about to be written: the editor's name for it, what may be written, and its bytes (undefined: there is no file). */
export interface WrittenFile {
  readonly path: string;
  readonly target: WriteTarget;
  readonly before: Uint8Array | undefined;
}

/** Throws BooError "path-changed" unless a path leads to a real path now. */
export async function requireLeadsTo(path: string, real: string): Promise<void> {
  if (!isSamePath(await realPathOf(path), real)) throw changedPath(path);
}

/** Lets the editor write and save between the two checks; the directory has to exist. Throws BooError "path-changed", which says what became of what was written. */
export async function writeInPlace(
  file: WrittenFile,
  write: () => Promise<WriteResult>,
): Promise<WriteResult> {
  const { path, target, before } = file;
  using held = await HeldDirectory.open(dirname(target.real));
  await requireLeadsTo(path, target.real);
  const found = lookAt(target.real);
  const isAsAllowed = found.kind === (before === undefined ? "missing" : "file");
  if (!isAsAllowed || found.links !== target.links) throw changedPath(path);
  const result = await write();
  if (await isInPlace(held, file)) return result;
  throw changedPath(
    path,
    result.isDirty ? "so the change is not saved" : await takeBack(held, file, result.text),
  );
}

async function isInPlace(held: HeldDirectory, { path, target }: WrittenFile): Promise<boolean> {
  const [isStill, real, found] = await Promise.all([
    held.isStill(),
    realPathOf(path).catch(() => ""),
    lstat(held.at(basename(target.real))).catch(() => undefined),
  ]);
  // An editor that replaces the file as it saves leaves fewer names, never more.
  return isStill && isSamePath(real, target.real) && found?.isFile() === true && found.nlink <= target.links;
}

async function takeBack(held: HeldDirectory, file: WrittenFile, text: string): Promise<string> {
  const { target, before } = file;
  const places = new Set([target.real, await realPathOf(file.path).catch(() => target.real)]);
  const told: string[] = [];
  for (const real of places) {
    if (!(await holds(real, text))) continue;
    const isOwn = real === target.real && (await held.isStill());
    if (before === undefined) await removeFile(real);
    else if (isOwn)
      await replaceFile({ real, links: 1 }, () => Buffer.from(before), new AbortController().signal);
    told.push(
      before === undefined || isOwn
        ? `so what was written to ${real} was taken back`
        : `and ${real} was written over by mistake: tell the user`,
    );
  }
  return told.length > 0 ? told.join(", ") : "and what was written may be there: tell the user";
}

async function holds(real: string, text: string): Promise<boolean> {
  try {
    const bytes = await readBytes(ownTarget(real));
    return new TextDecoder().decode(bytes).replaceAll("\r\n", "\n") === text.replaceAll("\r\n", "\n");
  } catch (error) {
    if (error instanceof BooError || systemCode(error) !== undefined) return false;
    throw error;
  }
}
