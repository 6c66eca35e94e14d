import assert from "node:assert/strict";
import { goingOn, runWords } from "#protocol/run-words.ts";
import type { RunEntry } from "#protocol/run-state.ts";

const entry: RunEntry = {
  ...{ run: "r", folder: "f", workflow: "fan", file: "fan.js", startedAt: 0, attempt: 1, status: "running" },
  ...{ ended: 3, agents: 12, cached: 0, failed: 0, spent: { tokens: 0, usd: 0 } },
};

describe("a run in one line", () => {
  const check = (name: string, change: Partial<RunEntry>, expected: string) =>
    it(name, () => assert.equal(runWords({ ...entry, ...change }), expected));
  check("says how far it is", {}, "running 3/12");
  check("names no agents where there are none", { ended: 0, agents: 0 }, "running");
  check("does not count what failed as done", { ended: 12, failed: 2 }, "running 10/12 · 2 failed");
  check("says first that it waits", { isAsking: true }, "waits for your answer · running 3/12");
  check(
    "says what it took",
    { status: "done", ended: 12, durationMs: 48_000, spent: { tokens: 9, usd: 0.012 }, cached: 9 },
    "done 12/12 · 48.0 s · $0.012 · 9 cached",
  );
});

describe("runs that go on", () => {
  const check = (name: string, entries: readonly Partial<RunEntry>[], expected: unknown) =>
    it(name, () => assert.deepEqual(goingOn(entries.map((change) => ({ ...entry, ...change }))), expected));
  check("are not told of where there are none", [], undefined);
  check("are told of with their agents", [{}], { icon: "sync~spin", text: "fan 3/12", run: "r" });
  check("go without agents at first", [{ agents: 0 }], { icon: "sync~spin", text: "fan", run: "r" });
  check("may pause", [{ status: "paused" }], { icon: "debug-pause", text: "fan 3/12", run: "r" });
  check("are counted", [{}, {}], { icon: "sync~spin", text: "2 workflows run" });
  check("are counted, all of them paused", [{ status: "paused" }, { status: "paused" }], {
    ...{ icon: "debug-pause", text: "2 workflows are paused" },
  });
  check("are told of first where one waits for an answer", [{}, { run: "q", isAsking: true }], {
    ...{ icon: "question", text: "fan waits for you", run: "q" },
  });
});
