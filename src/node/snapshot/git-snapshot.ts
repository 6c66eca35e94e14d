/** How a folder was at a moment, as a tree of git objects. */
import { join } from "node:path";
import type { FileDifference } from "#core/shell-ports.ts";
import { decodeText } from "../plain-text.ts";
import type { ShadowRepository } from "./git.ts";

/** Larger files are told as changed, without their texts (bytes). */
export const largestKept = 2 * 1024 * 1024;

const gitLink = "160000";
const noObject = /^0+$/;

/** A path that differs between two trees; undefined where it is in one alone. */
interface TreeChange {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Writes down how the folder is now, and gives the tree's name; undefined where git could not. */
export async function writeTree(
  repository: ShadowRepository,
  signal: AbortSignal,
): Promise<string | undefined> {
  // A file that can not be read makes git end with 1, and the others are taken all the same.
  const added = await repository.run(["add", "--all", "--ignore-errors", "--", "."], signal);
  if (added.status !== 0 && added.status !== 1) return undefined;
  const written = await repository.run(["write-tree"], signal);
  return written.status === 0 ? written.output.toString().trim() : undefined;
}

/** What differs between two trees of a folder, in path order, at most `limit` files. */
export async function compareTrees(
  repository: ShadowRepository,
  trees: readonly [string, string],
  folder: string,
  limit: number,
  signal: AbortSignal,
): Promise<{ readonly files: readonly FileDifference[]; readonly isCut: boolean }> {
  if (trees[0] === trees[1]) return { files: [], isCut: false };
  const args = ["diff-tree", "-r", "-z", "--no-renames", "--no-commit-id", ...trees];
  const { output } = await repository.run(args, signal);
  const all = readChanges(output.toString());
  const shown = all.slice(0, limit);
  const texts = await readTexts(
    repository,
    shown.flatMap(({ before, after }) => [before ?? [], after ?? []].flat()),
    signal,
  );
  const files = shown.map((change) => differenceOf(change, texts, folder));
  return { files, isCut: all.length > limit };
}

function readChanges(output: string): readonly TreeChange[] {
  const fields = output.split("\0");
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [modeBefore = "", modeAfter = "", before = "", after = ""] = (fields[at] ?? "").slice(1).split(" ");
    if (modeBefore === gitLink || modeAfter === gitLink) continue;
    const named = (object: string): string | undefined => (noObject.test(object) ? undefined : object);
    changes.push({ path: fields[at + 1] ?? "", before: named(before), after: named(after) });
  }
  return changes;
}

type KeptText = { readonly text: string } | { readonly keptOut: "binary" | "too-large" };

/** Texts by object; two requests: sizes first, so that nothing large is read. */
async function readTexts(
  repository: ShadowRepository,
  objects: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, KeptText>> {
  const texts = new Map<string, KeptText>();
  const names = [...new Set(objects)];
  if (names.length === 0) return texts;
  const sizes = await repository.run(
    ["cat-file", "--batch-check=%(objectname) %(objectsize)"],
    signal,
    `${names.join("\n")}\n`,
  );
  const small: string[] = [];
  for (const line of sizes.output.toString().trim().split("\n")) {
    const [name = "", size = ""] = line.split(" ");
    if (Number(size) <= largestKept) small.push(name);
    else texts.set(name, { keptOut: "too-large" });
  }
  if (small.length === 0) return texts;
  const { output } = await repository.run(["cat-file", "--batch"], signal, `${small.join("\n")}\n`);
  let at = 0;
  while (at < output.length) {
    const end = output.indexOf(0x0a, at);
    const [name = "", , size = "0"] = output.toString("utf8", at, end).split(" ");
    const from = end + 1;
    const decoded = decodeText(output.subarray(from, from + Number(size)));
    texts.set(name, typeof decoded === "string" ? { keptOut: "binary" } : { text: decoded.text });
    at = from + Number(size) + 1;
  }
  return texts;
}

function differenceOf(
  { path, before, after }: TreeChange,
  texts: ReadonlyMap<string, KeptText>,
  folder: string,
): FileDifference {
  const sides = [before, after].map((object) => (object === undefined ? undefined : texts.get(object)));
  const keptOut = sides.flatMap((side) => (side !== undefined && "keptOut" in side ? [side.keptOut] : []))[0];
  const text = (side: (typeof sides)[number]): string | undefined =>
    side === undefined ? undefined : "text" in side && keptOut === undefined ? side.text : "";
  const [first, second] = sides;
  return {
    path: join(folder, path),
    before: text(first),
    after: text(second),
    ...(keptOut !== undefined && { keptOut }),
  };
}
