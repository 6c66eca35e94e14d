import assert from "node:assert/strict";
import type { ViewMessage } from "../../../src/protocol/protocol.ts";
import type { OpenSpan, Span, TraceEvent } from "../../../src/protocol/trace.ts";
import { TraceFeed } from "../../../webview/trace/feed.ts";
import { begun, drawn, span } from "./world.ts";

/** A host with spans in pages of two, which answers when it is told to. */
function makeHost(stored: Span[]) {
  const posted: ViewMessage[] = [];
  const asked: {
    readonly before: string | undefined;
    readonly answer: () => void;
    readonly refuse: () => void;
  }[] = [];
  const feed = new TraceFeed({
    post: (message) => void posted.push(message),
    ask: ({ before }) =>
      new Promise((resolve, reject) => {
        const end = before === undefined ? stored.length : Number(before);
        const begin = Math.max(0, end - 2);
        const page = { spans: stored.slice(begin, end), ...(begin > 0 && { before: String(begin) }) };
        asked.push({ before, answer: () => resolve(page), refuse: () => reject(new Error("closed")) });
      }),
    rest: () => Promise.resolve(),
    changed: () => {},
    wordsOf: () => "The store is closed.",
  });
  const turnOver = async () => {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  };
  const answer = async () => {
    asked.shift()?.answer();
    await turnOver();
  };
  const refuse = async () => {
    asked.shift()?.refuse();
    await turnOver();
  };
  const snapshot = (open: readonly OpenSpan[], ended: number, seq = 0) =>
    feed.receive({ type: "snapshot", channel: "trace", key: "s", seq, state: { open, ended } });
  const events = (seq: number, ...all: readonly TraceEvent[]) =>
    feed.receive({ type: "events", channel: "trace", key: "s", seq, events: all });
  return { feed, posted, asked, answer, refuse, snapshot, events };
}

const five = [1, 2, 3, 4, 5].map((n) => span(`t${n}`, "turn", [n, n + 1], { turn: n }));
const end = (one: Span): TraceEvent => ({ type: "span-end", span: one });
const start = (one: OpenSpan): TraceEvent => ({ type: "span-start", span: one });

describe("following a trace", () => {
  it("reads page by page, the newest first", async () => {
    const { feed, asked, answer } = makeHost(five);
    feed.follow("s");
    assert.equal(feed.reading.value.status, "first");
    await answer();
    assert.deepEqual([drawn(feed.table), feed.reading.value.status], ["t4 t5", "older"]);
    await answer();
    await answer();
    assert.deepEqual(
      [drawn(feed.table), feed.reading.value.status, asked.length],
      ["t1 t2 t3 t4 t5", "done", 0],
    );
  });

  it("takes in what happens meanwhile, once", async () => {
    const { feed, answer, snapshot, events } = makeHost(five);
    feed.follow("s");
    snapshot([begun("t6", "turn", 6)], 5);
    events(1, start(begun("a", "step", 6, { parent: "t6" })));
    await answer();
    events(2, end(span("a", "step", [6, 7], { parent: "t6" })), end(span("t6", "turn", [6, 8])));
    await answer();
    await answer();
    assert.equal(drawn(feed.table), "t1 t2 t3 t4 t5 t6(a)");
    assert.equal(feed.table.open.size, 0);
  });

  it("says what failed, and goes on from there", async () => {
    const { feed, asked, answer, refuse } = makeHost(five);
    feed.follow("s");
    await answer();
    await refuse();
    assert.deepEqual(feed.reading.value, { status: "failed", message: "The store is closed." });
    void feed.readOn();
    assert.equal(asked[0]?.before, "3");
    await answer();
    await answer();
    assert.equal(drawn(feed.table), "t1 t2 t3 t4 t5");
  });

  it("asks for a snapshot where a message is missing, and reads what it missed", async () => {
    const stored = five.slice(0, 2);
    const { feed, posted, answer, snapshot, events } = makeHost(stored);
    feed.follow("s");
    snapshot([], 2);
    await answer();
    events(2, end(span("t4", "turn", [4, 5])));
    assert.equal(drawn(feed.table), "t1 t2");
    assert.equal(posted.filter(({ type }) => type === "subscribe").length, 2);
    stored.push(...five.slice(2, 4));
    snapshot([], 4, 2);
    await answer();
    assert.equal(drawn(feed.table), "t1 t2 t3 t4");
    events(3, end(span("t5", "turn", [5, 6])));
    assert.equal(drawn(feed.table), "t1 t2 t3 t4 t5");
  });

  it("a span of which nothing is heard any more does not grow for ever", async () => {
    const { feed, answer, snapshot } = makeHost([]);
    feed.follow("s");
    snapshot([begun("t1", "turn", 1)], 0);
    await answer();
    assert.equal(feed.table.open.size, 1);
    snapshot([], 0);
    await answer();
    assert.deepEqual([feed.table.open.size, feed.table.outcome(1)], [0, "interrupted"]);
  });

  it("leaves a session for another one, and what comes late of it alone", async () => {
    const { feed, posted, asked, answer, snapshot } = makeHost(five);
    feed.follow("s");
    const late = asked[0];
    feed.follow("other");
    late?.answer();
    await answer();
    snapshot([begun("t9", "turn", 9)], 0);
    assert.deepEqual(
      posted.map((message) => `${message.type} ${"key" in message ? message.key : ""}`),
      ["subscribe s", "unsubscribe s", "subscribe other"],
    );
    assert.equal(feed.table.placeOf("t9"), undefined);
  });

  it("shows nothing of no session", () => {
    const { feed, asked, posted } = makeHost(five);
    feed.follow("");
    assert.deepEqual([asked.length, posted.length, feed.reading.value.status], [0, 0, "idle"]);
  });
});
