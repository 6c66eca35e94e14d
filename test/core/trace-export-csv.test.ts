import assert from "node:assert/strict";
import { exportCsv } from "#core/trace/export-csv.ts";
import type { Span } from "#protocol/trace.ts";
import { call, eventful, hostileTexts, span, traceOf, whole } from "../support/exported-spans.ts";

/** Reads RFC 4180, and refuses what it does not allow. */
function parse(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  let at = 0;
  while (at < text.length) {
    const isQuoted = text[at] === '"';
    const pattern = isQuoted ? /"((?:[^"]|"")*)"(,|\r\n)/y : /([^",\r\n]*)(,|\r\n)/y;
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    assert.ok(found, `RFC 4180 at ${at}: ${text.slice(at, at + 40)}`);
    const [all, cell = "", end] = found;
    rows.at(-1)?.push(isQuoted ? cell.replaceAll('""', '"') : cell);
    at += all.length;
    if (end === "\r\n") rows.push([]);
  }
  assert.deepEqual(rows.pop(), []);
  return rows;
}

/** The rows as records of those cells that are not empty. */
async function recordsOf(spans: readonly Span[]): Promise<readonly Readonly<Record<string, string>>[]> {
  const [header = [], ...rows] = parse(await whole(exportCsv(traceOf(spans))));
  return rows.map((row) => {
    assert.equal(row.length, header.length);
    return Object.fromEntries(row.flatMap((cell, index) => (cell === "" ? [] : [[header[index], cell]])));
  });
}

describe("the CSV of a trace", () => {
  it("has a row for each model and tool call, in the order of their starts", async () => {
    const records = await recordsOf(eventful);
    assert.deepEqual(
      records.map(({ kind, span: id, parent, started_at, duration_ms, outcome }) => [
        kind,
        id,
        parent,
        started_at,
        duration_ms,
        outcome,
      ]),
      [
        ["model", "s1/1", "s1", "2026-01-05T12:00:00.010Z", "30", "error"],
        ["model", "s1/2", "s1", "2026-01-05T12:00:00.050Z", "200.5", "ok"],
        ["tool", "call-a", "s1", "2026-01-05T12:00:00.260Z", "140", "ok"],
        ["tool", "call-b", "s1", "2026-01-05T12:00:00.261Z", "159", "error"],
      ],
    );
  });

  it("has times, tokens and money in full", async () => {
    const [, record] = await recordsOf(eventful);
    assert.deepEqual(record, {
      session: "session-1",
      agent: "main",
      turn: "1",
      kind: "model",
      name: "chat deepseek-flash",
      span: "s1/2",
      parent: "s1",
      started_at: "2026-01-05T12:00:00.050Z",
      ended_at: "2026-01-05T12:00:00.250Z",
      duration_ms: "200.5",
      outcome: "ok",
      provider: "deepseek",
      model: "deepseek-flash",
      attempt: "2",
      queued_ms: "0.25",
      first_token_ms: "100.125",
      generating_ms: "100.125",
      prompt_tokens: "1000",
      cache_hit_tokens: "640",
      cache_miss_tokens: "360",
      output_tokens: "50",
      reasoning_tokens: "20",
      cost_usd: "0.000000123",
      cache_cause: "drift",
      is_cause_inferred: "false",
      cache_reason: "model",
      reusable_tokens: "960",
      missed_tokens: "320",
      saved_usd: "0.0001",
      lost_usd: "0.00005",
      drift_place: "message 3",
    });
  });

  it("of an empty trace is its header", async () => {
    const [header, ...rows] = parse(await whole(exportCsv(traceOf([]))));
    assert.deepEqual([header?.[0], rows], ["session", []]);
  });

  it("has nothing where tokens are not known, and 0 where there were none", async () => {
    const [unknown, none] = await recordsOf([
      call("a", 1, 2),
      call("b", 2, 3, { usage: { promptTokens: 0 }, costUsd: 0 }),
    ]);
    assert.deepEqual([unknown?.["prompt_tokens"], unknown?.["cost_usd"]], [undefined, undefined]);
    assert.deepEqual([none?.["prompt_tokens"], none?.["cost_usd"]], ["0", "0"]);
  });
});

describe("a cell", () => {
  const check = (title: string, expected: string) =>
    it(JSON.stringify(title.slice(0, 40)), async () => {
      const [record] = await recordsOf([span("a", 1, 2, { title })]);
      assert.equal(record?.["title"] ?? "", expected);
    });

  for (const text of hostileTexts.filter((each) => !each.startsWith("="))) check(text, text.toWellFormed());
  for (const text of ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "  =1", "＝1"])
    check(text, `'${text}`);
  check("a=1", "a=1");
  check(" spaces ", " spaces ");

  it("of a number is never a formula, nor has it an exponent", async () => {
    const [record] = await recordsOf([call("a", 1, 2, { costUsd: 1e-9, usage: { promptTokens: 1e21 } })]);
    assert.equal(record?.["cost_usd"], "0.000000001");
    assert.equal(record?.["prompt_tokens"], "1000000000000000000000");
  });
});
