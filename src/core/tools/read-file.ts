import { z } from "zod";
import { BooError } from "../errors.ts";
import { byteLength, countFitting, cutText, formatCount, maxResultBytes, plural } from "./cut.ts";
import type { ReadTarget } from "../ports.ts";
import { readTarget } from "./leave.ts";
import { resolveFile } from "./paths.ts";
import { readText, refuseIgnored } from "./read-text.ts";
import { defineTool } from "./tool.ts";
import { positive, rare, toolInput } from "./tool-input.ts";

/** The most lines that one read gives. */
const maxLines = 2_000;

interface Range {
  readonly offset?: number | undefined;
  readonly limit?: number | undefined;
  readonly column?: number | undefined;
}

/** Reads a text file as it is, without line numbers; a whole file costs no token more than its text. */
export const readFile = defineTool({
  name: "read_file",
  description: "Read a text file; for a part, `offset` (first line, from 1) and `limit` (lines).",
  input: toolInput({
    path: z.string(),
    offset: positive.optional(),
    limit: positive.optional(),
    ignored: z.boolean().optional(),
    column: rare(positive.optional()),
  }),
  isReadOnly: true,
  title: ({ path, offset, limit }) => ({ verb: "Read", object: path, ...rangeTitle(offset, limit) }),
  run: async ({ path, ignored, ...range }, run) => {
    const place = await resolveFile(run, path);
    const refused = refuseIgnored(place, ignored, run);
    const { real, allow } = readTarget(place, run);
    const target: ReadTarget = {
      real,
      allow: async (found) => {
        // What the user may have to be asked about is not asked where it is refused anyway.
        if (found.kind !== "file" || found.links > 1) await refused;
        await allow(found);
      },
    };
    const [refusal, reading] = await Promise.allSettled([refused, readText(place, run, target)]);
    if (refusal.status === "rejected") throw refusal.reason;
    if (reading.status === "rejected") throw reading.reason;
    const { text } = reading.value;
    return text === "" ? { output: "[empty file]", note: "empty" } : showRange(text, range, place.label);
  },
});

function showRange(text: string, range: Range, label: string): { output: string; note: string } {
  const isShort =
    text.length * 3 <= maxResultBytes && range.offset === undefined && range.limit === undefined;
  const lines = text.split("\n");
  const isEnded = lines.at(-1) === "";
  const count = isEnded ? lines.length - 1 : lines.length;
  const note = plural(count, "line");
  if (isShort && count <= maxLines) return { output: text, note };
  const { offset = 1, limit = maxLines, column = 1 } = range;
  if (offset > count) {
    throw new BooError("past-end", `"${label}" has ${plural(count, "line")}. Use an offset up to ${count}.`);
  }
  const asked = lines.slice(offset - 1, Math.min(count, offset - 1 + limit));
  const shown = countFitting(asked, maxLines, maxResultBytes);
  if (shown === 0 || column > 1) return showLongLine(asked[0] ?? "", offset, column, count);
  const last = offset - 1 + shown;
  const body = asked.slice(0, shown).join("\n");
  const shownNote = `${offset}–${last} of ${formatCount(count)}`;
  if (last === count) return { output: isEnded ? `${body}\n` : body, note: offset === 1 ? note : shownNote };
  const isAsAsked = range.limit !== undefined && shown === range.limit;
  const rest = isAsAsked
    ? `[of ${formatCount(count)} lines]`
    : `[lines ${offset}–${last} of ${formatCount(count)}; go on with offset ${last + 1}]`;
  return { output: `${body}\n${rest}`, note: shownNote };
}

/** A line that does not fit into a result (minified code) is read by columns. */
function showLongLine(
  line: string,
  number: number,
  column: number,
  count: number,
): { output: string; note: string } {
  const part = cutText(line.slice(column - 1), maxResultBytes);
  const next = column + part.length;
  const place = `line ${formatCount(number)} of ${formatCount(count)}, characters ${formatCount(column)}–${formatCount(next - 1)}`;
  const onward = number < count ? `; go on with offset ${number + 1}` : "";
  const rest =
    next <= line.length
      ? `${place} of ${formatCount(line.length)}; go on with "offset":${number},"column":${next}, or search in it`
      : `${place}${onward}`;
  return { output: `${part}\n[${rest}]`, note: `line ${number}, ${plural(byteLength(part), "byte")}` };
}

function rangeTitle(offset: number | undefined, limit: number | undefined): { detail?: string } {
  if (offset === undefined && limit === undefined) return {};
  const from = offset ?? 1;
  return { detail: limit === undefined ? `from ${from}` : `${from}–${from + limit - 1}` };
}
