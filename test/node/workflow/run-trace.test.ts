import assert from "node:assert/strict";
import type { Span } from "#protocol/trace.ts";
import type { AgentWorld } from "../../support/agent-world.ts";
import { hold } from "../../support/model-server/gate.ts";
import { reply } from "../../support/model-server/reply.ts";
import { ask, isOver, until, useRunWindows } from "../../support/run-windows.ts";

/** A trace as lines: indented by depth, in order of start; times are left out. */
function drawn(spans: readonly Span[]): readonly string[] {
  const below = (parent: string | undefined, depth: number): string[] =>
    spans
      .filter((span) => span.parent === parent)
      .toSorted((a, b) => a.startedAt - b.startedAt || a.name.localeCompare(b.name))
      .flatMap((span) => [
        `${" ".repeat(depth)}${span.kind} ${span.name} ${span.outcome}`,
        ...below(span.id, depth + 1),
      ]);
  return below(undefined, 0);
}

const byText = (a: string, b: string): number => a.localeCompare(b);

describe("the trace of a run", function () {
  this.timeout(20_000);
  const { write, open, beginPair } = useRunWindows();

  async function spansOf(window: AgentWorld, session: string): Promise<readonly Span[]> {
    await window.ports.store.append([]);
    return (await ask(window, "trace.spans", { session, limit: 500 })).spans;
  }

  /** Resolves when nothing in a run's trace is open. */
  function stillness(window: AgentWorld, run: string): Promise<void> {
    const channel = window.core.channel("trace", run);
    return new Promise((resolve) => {
      const look = () => channel?.state.open.length === 0 && resolve();
      channel?.listen(look);
      look();
    });
  }

  it("is a tree of run, phases, agents and their calls, with what they cost", async () => {
    write(
      "two",
      `phase("Look"); const [a] = await parallel([() => agent("first"), () => agent("second")]);
      phase("Tell"); await agent("third"); return a;`,
    );
    await using window = await open({
      answer: ({ question }) => {
        window.ports.clock.time += 7;
        return reply.text(`<${question.split("\n").at(-1)}>`);
      },
    });
    const { run } = await ask(window, "run.start", { workflow: "two" });
    const state = await until(window, run, isOver);
    const spans = await spansOf(window, run);
    const agent = (label: string) => [
      `  agent invoke_agent ${label} ok`,
      "   turn invoke_agent main ok",
      "    step step 1 ok",
      "     model chat deepseek-flash ok",
    ];
    assert.deepEqual(
      drawn(spans).map((line) => line.replace(/chat \S+/, "chat deepseek-flash")),
      [
        "run invoke_workflow two ok",
        " phase phase Look ok",
        ...agent("first"),
        ...agent("second"),
        " phase phase Tell ok",
        ...agent("third"),
      ],
    );
    const sum = (kind: Span["kind"]) =>
      spans
        .filter((span) => span.kind === kind)
        .reduce(
          ([tokens, usd], { usage: used, costUsd = 0 }) =>
            [
              tokens + (used?.promptTokens ?? Number.NaN) + (used?.outputTokens ?? Number.NaN),
              usd + costUsd,
            ] as const,
          [0, 0] as readonly [number, number],
        );
    const all = sum("model");
    const counted = window.server.requests.map(({ usage }) => usage);
    assert.equal(
      all[0],
      counted.reduce((total, used) => total + (used?.prompt_tokens ?? 0) + (used?.completion_tokens ?? 0), 0),
    );
    for (const kind of ["run", "phase", "agent", "turn"] as const) {
      assert.equal(sum(kind)[0], all[0], kind);
      assert.ok(Math.abs(sum(kind)[1] - all[1]) < 1e-9, kind);
    }
    assert.ok(Math.abs(all[1] - state.spent.usd) < 1e-9);
    assert.ok(spans.some(({ startedAt, endedAt }) => endedAt > startedAt));
    for (const { parent, startedAt, endedAt, name } of spans) {
      const up = spans.find(({ id }) => id === parent);
      assert.ok(up === undefined || (startedAt >= up.startedAt && endedAt <= up.endedAt), name);
    }
  });

  it("tells what a call was given and said, from the log of its agent", async () => {
    write("one", 'return await agent("what is up");');
    await using window = await open();
    const { run } = await ask(window, "run.start", { workflow: "one" });
    const { steps } = await until(window, run, isOver);
    const spans = await spansOf(window, run);
    const call = spans.find(({ kind }) => kind === "model");
    assert.equal(call?.origin, steps[0]?.session);
    const detail = await ask(window, "trace.detail", { session: call?.origin ?? "", span: call?.id ?? "" });
    assert.deepEqual(detail.output, { text: "<what is up>" });
    assert.ok(detail.segments.length > 2);
    const own = await spansOf(window, steps[0]?.session ?? "");
    assert.deepEqual(
      own.map(({ id }) => id),
      spans.flatMap(({ id, kind }) => (["run", "agent"].includes(kind) ? [] : [id])),
    );
  });

  it("has an attempt for each stop and resume; what was known is not told again", async () => {
    const held = await beginPair();
    await using window = held.window;
    const { run } = held;
    const channel = window.core.channel("trace", run);
    assert.deepEqual(
      channel?.state.open.map(({ kind }) => kind),
      ["run", "agent", "turn", "step", "model"],
    );
    await ask(window, "run.control", { run, action: "stop" });
    await stillness(window, run);
    held.goOn();
    await ask(window, "run.resume", { run });
    await until(window, run, isOver);
    const isTold = (line: string) => /^ ?\w|cancelled$/.test(line);
    assert.deepEqual(
      drawn(await spansOf(window, run))
        .filter(isTold)
        .map((line) => line.replace(/chat \S+/, "chat deepseek-flash")),
      [
        "run invoke_workflow pair cancelled",
        " agent invoke_agent first ok",
        " agent invoke_agent second interrupted",
        "  turn invoke_agent main cancelled",
        "   step step 1 cancelled",
        "    model chat deepseek-flash cancelled",
        "run invoke_workflow pair ok",
        " agent invoke_agent second ok",
      ],
    );
  });

  it("tells of an agent that was begun anew to its end, too", async () => {
    write("slow", 'return await agent("wait");');
    const gate = hold();
    let isHeld = true;
    await using window = await open({
      answer: () => (isHeld ? reply.holdHeaders(gate).text("late") : reply.text("done")),
    });
    const { run } = await ask(window, "run.start", { workflow: "slow" });
    await gate.reached;
    isHeld = false;
    await ask(window, "run.step", { run, step: "1.1", action: "restart" });
    await until(window, run, isOver);
    gate.release();
    await stillness(window, run);
    const spans = await spansOf(window, run);
    const turns = spans.filter(({ kind }) => kind === "turn");
    assert.deepEqual(
      turns.map(({ outcome, parent }) => [outcome, parent]),
      [
        ["cancelled", `${run}/1.1`],
        ["ok", `${run}/1.1`],
      ],
    );
    assert.equal(new Set(turns.map(({ origin }) => origin)).size, 2);
    assert.equal(spans.filter(({ kind }) => kind === "model").length, 2);
  });

  const phases = (text: string, body: string, expected: readonly string[]) =>
    it(`has the phases of ${text}`, async () => {
      write("child", 'phase("Inner"); await agent("in");');
      write("phased", body);
      await using window = await open();
      const { run } = await ask(window, "run.start", { workflow: "phased" });
      assert.equal((await until(window, run, isOver)).status, "done");
      const spans = await spansOf(window, run);
      const told = spans.filter(({ kind }) => kind === "phase");
      assert.deepEqual(
        told
          .map(({ id, title }) => `${title} ${spans.filter(({ parent }) => parent === id).length}`)
          .toSorted(byText),
        expected,
      );
      assert.equal(new Set(told.map(({ id }) => id)).size, told.length);
    });
  phases(
    "agents that name theirs, one after the other",
    'for (const n of [1, 2, 3]) await agent(`n${n}`, { phase: "Check" });',
    ["Check 3"],
  );
  phases(
    "a pipeline, side by side",
    `await pipeline([1, 2, 3], (n) => agent(\`a\${n}\`, { phase: "A" }), (n) => agent(\`b\${n}\`, { phase: "B" }));`,
    ["A 3", "B 3"],
  );
  phases(
    "a workflow within another",
    'phase("Outer"); await agent("one"); await workflow("child"); await agent("two"); await agent("three");',
    ["Inner 1", "Outer 1", "Outer 2"],
  );
  phases(
    "one that is come back to",
    'phase("A"); await agent("x"); phase("B"); await agent("y"); phase("A"); await agent("z");',
    ["A 1", "A 1", "B 1"],
  );

  it("says of failed and shell steps, and of a script that threw", async () => {
    write(
      "bad",
      `await sh("exit 3"); await sh("true", { cwd: "none" }).catch(() => {});
      await agent("x"); throw new Error("no more");`,
    );
    await using window = await open({ answer: () => reply.error(400, "bad request", "bad") });
    const { run } = await ask(window, "run.start", { workflow: "bad" });
    await until(window, run, isOver);
    const spans = await spansOf(window, run);
    const told = spans.flatMap(({ kind, name, outcome, error }) =>
      ["run", "agent", "tool", "question"].includes(kind)
        ? [[kind, name, outcome, error?.message?.slice(0, 11)]]
        : [],
    );
    assert.deepEqual(told, [
      ["tool", "execute_tool sh", "ok", undefined],
      ["tool", "execute_tool sh", "error", "There is no"],
      ["agent", "invoke_agent x", "error", "DeepSeek di"],
      ["run", "invoke_workflow bad", "error", "no more"],
    ]);
  });

  it("ends what a crash left open, before the next attempt", async () => {
    write("cut", 'phase("P"); await agent("a"); return await ask("Go on?");');
    await using window = await open();
    const { run } = await ask(window, "run.start", { workflow: "cut" });
    await until(window, run, ({ steps }) => steps.length === 2);
    const events = await window.core.runs.events(run);
    const { RunTrace } = await import("#core/workflow/run-trace.ts");
    const before = await spansOf(window, run);
    const next = new RunTrace(run, window.core.runTraces, events);
    const told = async () =>
      (await spansOf(window, run)).slice(before.length).map(({ kind, outcome }) => `${kind} ${outcome}`);
    assert.deepEqual(await told(), [], "Nothing has begun yet.");
    next.take({ type: "log", at: 0, level: "info", text: "on" });
    next.take({ type: "log", at: 0, level: "info", text: "and on" });
    assert.deepEqual(await told(), ["question interrupted", "phase interrupted", "run interrupted"]);
  });

  it("is exported like that of a session", async () => {
    write("one", 'return await agent("what is up");');
    await using window = await open();
    const { run } = await ask(window, "run.start", { workflow: "one" });
    await until(window, run, isOver);
    const { exportTrace } = await import("#core/trace/export.ts");
    const { name, text } = await exportTrace(window.core, window.ports, { session: run, format: "otlp" });
    assert.match(name, /^one.*otlp\.json$/);
    const spans = JSON.parse(text).resourceSpans[0].scopeSpans[0].spans as readonly {
      readonly name: string;
      readonly attributes: readonly {
        readonly key: string;
        readonly value: { readonly stringValue?: string };
      }[];
    }[];
    const operations = spans.map(
      ({ attributes }) => attributes.find(({ key }) => key === "gen_ai.operation.name")?.value.stringValue,
    );
    assert.deepEqual(operations.map(String).toSorted(byText), [
      ...["chat", "invoke_agent", "invoke_agent", "invoke_workflow", "undefined", "undefined"],
    ]);
  });
});
