import assert from "node:assert/strict";
import { type ChromeEvent, exportChrome } from "#core/trace/export-chrome.ts";
import type { Span } from "#protocol/trace.ts";
import { call, eventful, hostileTexts, span, start, traceOf, whole } from "../support/exported-spans.ts";

type Slice = Extract<ChromeEvent, { ph: "X" }>;

/** What the Trace Event Format asks of each phase. */
const required: Readonly<Record<ChromeEvent["ph"], readonly string[]>> = {
  M: ["name", "ph", "pid", "tid", "args"],
  X: ["name", "cat", "ph", "ts", "dur", "pid", "tid"],
  b: ["name", "cat", "ph", "ts", "pid", "tid", "id"],
  e: ["name", "cat", "ph", "ts", "pid", "tid", "id"],
};

async function eventsOf(spans: readonly Span[]): Promise<readonly ChromeEvent[]> {
  const text = await whole(exportChrome(traceOf(spans)));
  const { traceEvents } = JSON.parse(text) as { traceEvents: readonly ChromeEvent[] };
  for (const event of traceEvents) checkFields(event);
  checkNesting(traceEvents);
  checkPairs(traceEvents);
  return traceEvents;
}

function checkFields(event: ChromeEvent): void {
  for (const field of required[event.ph]) assert.ok(field in event, `${event.ph} has ${field}`);
  for (const [key, value] of Object.entries(event)) {
    if (key === "ts" || key === "dur" || key === "pid" || key === "tid")
      assert.ok(Number.isSafeInteger(value) && Number(value) >= 0, `${key} is ${value}`);
  }
}

/** Of two slices in a thread, one holds the other or they are apart. */
function checkNesting(events: readonly ChromeEvent[]): void {
  const slices = events.filter((event) => event.ph === "X");
  for (const of of Map.groupBy(slices, ({ tid }) => tid).values()) {
    const open: Slice[] = [];
    for (const slice of of.toSorted((a, b) => a.ts - b.ts || b.dur - a.dur)) {
      while (open.length > 0 && endOf(open.at(-1)) <= slice.ts) open.pop();
      assert.ok(open.length === 0 || endOf(slice) <= endOf(open.at(-1)), `${slice.name} overlaps`);
      open.push(slice);
    }
  }
}

function checkPairs(events: readonly ChromeEvent[]): void {
  const open = new Map<string, number>();
  for (const event of events) {
    if (event.ph === "b") open.set(event.id, event.ts);
    if (event.ph === "e") assert.ok(event.ts >= (open.get(event.id) ?? Infinity) && open.delete(event.id));
  }
  assert.equal(open.size, 0);
}

function endOf(slice: Slice | undefined): number {
  return slice === undefined ? 0 : slice.ts + slice.dur;
}

const isSlice = (event: ChromeEvent): event is Slice => event.ph === "X";

describe("the Chrome trace", () => {
  it("puts calls below their steps, and those side by side into threads of their own", async () => {
    const events = await eventsOf(eventful);
    const threads = new Map(
      events.flatMap((event) =>
        event.ph === "M" && event.name === "thread_name" ? [[event.tid, event.args["name"]]] : [],
      ),
    );
    assert.deepEqual(
      events.filter(isSlice).map(({ name, ts, dur, tid }) => [threads.get(tid), name, ts, dur]),
      [
        ["main", "invoke_agent main", 0, 1_000_000],
        ["main", "step 1", 5_000, 425_000],
        ["main", "chat deepseek-flash", 10_000, 30_000],
        ["main", "queued", 10_000, 1_000],
        ["main", "first token", 11_000, 29_000],
        ["main", "chat deepseek-flash", 50_000, 200_500],
        ["main", "queued", 50_000, 250],
        ["main", "first token", 50_250, 100_125],
        ["main", "generating", 150_375, 100_125],
        ["main", "execute_tool read_file", 260_000, 140_000],
        ["main · in parallel 1", "execute_tool read_file", 261_000, 159_000],
        ["main", "question", 440_000, 460_000],
      ],
    );
  });

  it("has tokens, money and the cause in the arguments, and nothing that is not known", async () => {
    const slices = (await eventsOf(eventful)).filter(isSlice);
    assert.deepEqual(slices.find(({ args }) => args["attempt"] === 2)?.args, {
      turn: 1,
      outcome: "ok",
      provider: "deepseek",
      model: "deepseek-flash",
      attempt: 2,
      queued_ms: 0.25,
      first_token_ms: 100.125,
      generating_ms: 100.125,
      prompt_tokens: 1_000,
      cache_hit_tokens: 640,
      cache_miss_tokens: 360,
      output_tokens: 50,
      reasoning_tokens: 20,
      cost_usd: 0.000_000_123,
      cache_cause: "drift",
      is_cause_inferred: false,
      cache_reason: "model",
      reusable_tokens: 960,
      missed_tokens: 320,
      saved_usd: 0.000_1,
      lost_usd: 0.000_05,
      drift_place: "message 3",
    });
    assert.deepEqual(slices.find(({ args }) => args["attempt"] === 1)?.args, {
      turn: 1,
      outcome: "error",
      provider: "deepseek",
      model: "deepseek-flash",
      attempt: 1,
      queued_ms: 1,
      first_token_ms: 29,
      error_code: "http-429",
      error_message: "DeepSeek asks to slow down (429).",
    });
  });

  it("of an empty trace has the name of the session alone, and when it began", async () => {
    assert.deepEqual(JSON.parse(await whole(exportChrome(traceOf([], { version: "1.2.3" })))), {
      traceEvents: [{ name: "process_name", ph: "M", pid: 1, tid: 0, args: { name: "BooCode: A title" } }],
      displayTimeUnit: "ms",
      otherData: { session: "session-1", startedAt: new Date(start).toISOString(), version: "1.2.3" },
    });
  });
});

describe("threads of a Chrome trace", () => {
  const check = (name: string, spans: readonly Span[], expected: readonly (readonly [string, number])[]) =>
    it(name, async () => {
      const slices = (await eventsOf(spans)).filter(isSlice);
      assert.deepEqual(
        slices.map(({ name: said, tid }) => [said, tid]),
        expected,
      );
    });
  const named = (name: string, from: number, to: number, fields: Partial<Span> = {}): Span =>
    span(name, from, to, { name, ...fields });

  check(
    "one after the other share one",
    [named("b", 10, 20), named("a", 0, 10)],
    [
      ["a", 1],
      ["b", 1],
    ],
  );
  check(
    "the parent of equal length goes first",
    [named("b", 0, 9, { parent: "a" }), named("a", 0, 9, { kind: "step" })],
    [
      ["a", 1],
      ["b", 1],
    ],
  );
  check(
    "what only seems to be within another is apart",
    [named("a", 0, 9), named("b", 1, 8)],
    [
      ["a", 1],
      ["b", 2],
    ],
  );
  check(
    "what outlives its parent is apart",
    [named("a", 0, 9), named("b", 1, 10, { parent: "a" })],
    [
      ["a", 1],
      ["b", 2],
    ],
  );
  check("a parent that has not ended changes nothing", [named("b", 1, 2, { parent: "a" })], [["b", 1]]);
  check("a parent that is itself does no harm", [named("a", 1, 2, { parent: "a" })], [["a", 1]]);
  check(
    "agents have their own",
    [named("a", 0, 9), named("b", 1, 2, { parent: "a", agent: "two" })],
    [
      ["a", 1],
      ["b", 2],
    ],
  );
  check(
    "a free one is used again",
    [named("a", 0, 9), named("b", 1, 3), named("c", 4, 5)],
    [
      ["a", 1],
      ["b", 2],
      ["c", 2],
    ],
  );
  check(
    "a moment has a place",
    [named("a", 3, 3), named("b", 3, 3, { parent: "a" })],
    [
      ["a", 1],
      ["b", 1],
    ],
  );
  check("a clock that was set back makes no negative time", [named("a", 9, 3)], [["a", 1]]);

  it("are at most 32 for an agent; what else runs at the time is asynchronous", async () => {
    const events = await eventsOf(Array.from({ length: 40 }, (_, at) => named(`n${at}`, at, 100)));
    const count = (ph: string): number => events.filter((event) => event.ph === ph).length;
    assert.deepEqual([count("X"), count("b"), count("e")], [32, 8, 8]);
  });

  it("nest in 200 trees made by chance", async () => {
    let seed = 7;
    const chance = (below: number): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    for (let round = 0; round < 200; round++) {
      const spans = Array.from({ length: 60 }, (_, at) => {
        const from = chance(1_000) / 7;
        const make = chance(3) === 0 ? call : span;
        return make(`n${at}`, from, from + chance(300) / 7, {
          parent: `n${chance(60)}`,
          agent: chance(4) === 0 ? "other" : "main",
          timings: { queuedMs: chance(20) / 7, firstTokenMs: chance(200) / 7, generatingMs: chance(200) / 7 },
        });
      });
      await eventsOf(spans);
    }
  });

  for (const text of hostileTexts)
    it(`have names like ${JSON.stringify(text.slice(0, 40))}`, async () => {
      const odd = span(text, 1, 2, { name: text, title: text, agent: text });
      const [slice] = (await eventsOf([odd])).filter(isSlice);
      assert.deepEqual([slice?.name, slice?.args["title"]], [text.toWellFormed(), text.toWellFormed()]);
    });
});
