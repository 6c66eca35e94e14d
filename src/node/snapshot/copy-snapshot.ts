/** How a small folder was at a moment, as a copy in memory: for machines without git. */
import { readFile, stat } from "node:fs/promises";
import { BooError } from "#core/errors.ts";
import type { Files } from "#core/ports.ts";
import type { FileDifference } from "#core/shell-ports.ts";
import { decodeText } from "../plain-text.ts";
import { largestKept } from "./git-snapshot.ts";

const mostFiles = 3_000;
const mostBytes = 48 * 1024 * 1024;
const atOnce = 16;

interface Kept {
  readonly size: number;
  readonly mtimeMs: number;
  /** Undefined for a large file. */
  readonly bytes: Buffer | undefined;
}

/** Copies a folder without what is ignored; throws BooError "folder-huge" where it is too large. */
export async function copyFolder(folder: string, files: Files, signal: AbortSignal) {
  const before = await look(folder, files, signal);
  return async (
    limit: number,
    until: AbortSignal,
  ): Promise<{ readonly files: readonly FileDifference[]; readonly isCut: boolean }> => {
    const after = await look(folder, files, until, before);
    const paths = [...new Set([...before.keys(), ...after.keys()])].toSorted();
    const changed = paths.flatMap((path) => differenceOf(path, before.get(path), after.get(path)));
    return { files: changed.slice(0, limit), isCut: changed.length > limit };
  };
}

async function look(
  folder: string,
  files: Files,
  signal: AbortSignal,
  known?: ReadonlyMap<string, Kept>,
): Promise<ReadonlyMap<string, Kept>> {
  const { paths, isCut } = await files.list(
    { root: folder, real: folder, withIgnored: false, limit: mostFiles },
    signal,
  );
  if (isCut) throw tooLarge(folder);
  const found = new Map<string, Kept>();
  let total = 0;
  const left = paths.values();
  const work = async (): Promise<void> => {
    for (const path of left) {
      signal.throwIfAborted();
      const kept = await keep(path, known?.get(path)).catch(() => undefined);
      if (kept === undefined) continue;
      total += kept.bytes?.length ?? 0;
      if (total > mostBytes) throw tooLarge(folder);
      found.set(path, kept);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return found;
}

async function keep(path: string, known: Kept | undefined): Promise<Kept | undefined> {
  const { size, mtimeMs, isFile } = await stat(path).then((found) => ({
    size: found.size,
    mtimeMs: found.mtimeMs,
    isFile: found.isFile(),
  }));
  if (!isFile) return undefined;
  if (known?.size === size && known.mtimeMs === mtimeMs) return known;
  return { size, mtimeMs, bytes: size <= largestKept ? await readFile(path) : undefined };
}

function differenceOf(
  path: string,
  before: Kept | undefined,
  after: Kept | undefined,
): readonly FileDifference[] {
  if (before === after) return [];
  if (before !== undefined && after !== undefined && isSame(before, after)) return [];
  const texts = [before, after].map((kept) => textOf(kept));
  const keptOut = texts.find((text) => text === "too-large" || text === "binary");
  const [first, second] = texts.map((text) =>
    typeof text === "object" ? text.text : text === undefined ? undefined : "",
  );
  if (keptOut === "too-large" || keptOut === "binary")
    return [
      {
        path,
        before: first === undefined ? undefined : "",
        after: second === undefined ? undefined : "",
        keptOut,
      },
    ];
  return [{ path, before: first, after: second }];
}

function isSame(before: Kept, after: Kept): boolean {
  if (before.bytes === undefined || after.bytes === undefined)
    return before.size === after.size && before.mtimeMs === after.mtimeMs;
  return before.bytes.equals(after.bytes);
}

function textOf(kept: Kept | undefined): { readonly text: string } | "too-large" | "binary" | undefined {
  if (kept === undefined) return undefined;
  if (kept.bytes === undefined) return "too-large";
  const decoded = decodeText(kept.bytes);
  return typeof decoded === "string" ? "binary" : { text: decoded.text };
}

function tooLarge(folder: string): BooError {
  return new BooError("folder-huge", `${folder} is too large to be remembered without git`);
}
