/** A trace as a table for spreadsheets: one row for each model and tool call. */
import type { Span } from "#protocol/trace.ts";
import type { ExportedTrace } from "./exported-trace.ts";
import { byStart, Pace } from "./pace.ts";
import { figures, identity } from "./span-columns.ts";

const chunkLength = 65_536;

// OWASP, "CSV Injection": spreadsheets run a cell that begins so; some pass over blanks before it, and full-width forms count.
const formula = /^(?:[\t\r\n]|\s*[=+\-@＝＋－＠])/;

// `is_usage_whole` and `retries` are said of turns and steps alone.
const columns = [...identity, ...figures].filter(({ name }) => !["is_usage_whole", "retries"].includes(name));

/** The CSV of RFC 4180 in pieces, calls in the order of their starts; lets others run every few milliseconds. */
export async function* exportCsv({ spans }: ExportedTrace): AsyncGenerator<string> {
  const pace = new Pace();
  let chunk = `${columns.map(({ name }) => name).join(",")}\r\n`;
  for (const span of await byStart(spans, pace)) {
    if (span.kind !== "model" && span.kind !== "tool") continue;
    chunk += rowOf(span);
    if (chunk.length >= chunkLength || pace.isDue) {
      yield chunk;
      chunk = "";
    }
    if (pace.isDue) await pace.pause();
  }
  yield chunk;
}

function rowOf(span: Span): string {
  return `${columns.map(({ of }) => cellOf(of(span))).join(",")}\r\n`;
}

function cellOf(value: string | number | boolean | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "number") return plainNumber(value);
  if (typeof value === "boolean") return String(value);
  const text = value.toWellFormed();
  const safe = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]|^\s|\s$/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
}

// 12 digits hold a thousandth of a billionth of a dollar; exponents are no numbers to some readers.
function plainNumber(value: number): string {
  if (!Number.isFinite(value)) return "";
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(12).replace(/\.?0+$/, "");
}
