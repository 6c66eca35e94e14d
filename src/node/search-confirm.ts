/**
 * Confirms what a search found. An engine walks by names: a link that takes a directory's place while it does so would show it what lies
 * elsewhere. So each line that is to be told is found again in a file that was opened for certain.
 */
import { join } from "node:path";
import { BooError } from "#core/errors.ts";
import { hugeBytes, systemCode } from "./file-errors.ts";
import { readOpen } from "./read-bytes.ts";
import { openReal } from "./real-file.ts";
import { cutLine, type Line } from "./search-engine.ts";

const atOnce = 4;

/** The lines that are in regular files with one name at their real paths below a directory; `leftOut` counts files with lines that are not. */
export async function confirmLines(
  directory: string,
  lines: readonly Line[],
): Promise<{ readonly lines: readonly Line[]; readonly leftOut: number }> {
  const files = [...Map.groupBy(lines, ({ path }) => path).values()];
  const confirmed: Line[] = [];
  let leftOut = 0;
  const left = files.values();
  const work = async (): Promise<void> => {
    for (const found of left) {
      const rows = await rowsOf(join(directory, found[0]?.path ?? ""));
      const kept = found.filter(({ line, text }) => isRow(rows[line - 1], text));
      confirmed.push(...kept);
      if (kept.length < found.length) leftOut += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { lines: confirmed, leftOut };
}

function isRow(row: string | undefined, text: string): boolean {
  return row !== undefined && fold(cutLine(row)) === fold(text);
}

async function rowsOf(path: string): Promise<readonly string[]> {
  try {
    using opened = await openReal(path);
    if (!opened.stats.isFile() || opened.stats.nlink !== 1) return [];
    return decode(await readOpen(opened, path, hugeBytes)).split("\n");
  } catch (error) {
    if (error instanceof BooError || systemCode(error) !== undefined) return [];
    throw error;
  }
}

function decode(bytes: Buffer): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder("utf-16le").decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  return new TextDecoder().decode(bytes);
}

// Decoders differ in how many signs stand for bytes that are no text, and in whether a byte order mark is shown.
function fold(text: string): string {
  return text.replace(/^\uFEFF/, "").replaceAll(/\uFFFD+/g, "\uFFFD");
}
