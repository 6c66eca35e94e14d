import assert from "node:assert/strict";
import type { Span } from "#protocol/trace.ts";
import { type AgentWorld, agentWorld, nextEvent, type WorldOptions } from "../support/agent-world.ts";
import { files, signal } from "../support/conversation.ts";
import { hold } from "../support/model-server/gate.ts";
import type { RecordedRequest } from "../support/model-server/exchange.ts";
import { reply, type Reply } from "../support/model-server/reply.ts";
import type { Script } from "../support/model-server.ts";

/** A world whose clock is the server's, so that both measure the same. */
async function timedWorld(script: Script, options: WorldOptions = {}): Promise<AgentWorld> {
  const world = await agentWorld(script, { files, ...options });
  world.ports.clock.now = () => performance.timeOrigin + performance.now();
  return world;
}

async function spansOf(world: AgentWorld): Promise<readonly Span[]> {
  const session = world.agent.session.id;
  const { spans } = await world.core.handlers["trace.spans"]({ session, limit: 1_000 }, signal);
  return spans;
}

/** The tree in words, each span below its parent in the order of their starts. */
function tree(spans: readonly Span[], parent?: string, depth = 0): readonly string[] {
  return spans
    .filter((span) => span.parent === parent)
    .toSorted((a, b) => a.startedAt - b.startedAt)
    .flatMap((span) => {
      const { kind, name, title = "", outcome, attempt, retries, error } = span;
      const words = [
        kind,
        name,
        title,
        outcome,
        attempt && `try ${attempt}`,
        retries && `${retries} retries`,
        error?.code,
      ];
      return [
        `${"  ".repeat(depth)}${words.filter(Boolean).join(" · ")}`,
        ...tree(spans, span.id, depth + 1),
      ];
    });
}

/** Three turns: parallel tools, a retry and a question, a cut stream that ends in an error. */
async function eventful(): Promise<AgentWorld> {
  const world = await timedWorld(
    [
      reply.calls([
        ["read_file", { path: "notes.md" }],
        ["list_files", {}],
      ]),
      reply.text("Both seen."),
      reply.rateLimited(0),
      reply.thinking("Hm.").toolCall("read_file", { path: "missing.md" }),
      reply.toolCall("read_file", { path: "package.json" }),
      reply.text("Now I know."),
      reply.text("Half").cut(),
      reply.noBalance(),
    ],
    { limits: { steps: 2, backOffMs: 0 } },
  );
  await world.say("first");
  const asked = new Promise<string>((resolve) => {
    world.agent.session.channel.listen(
      (event) => event.type === "question-asked" && resolve(event.question.id),
    );
  });
  await world.agent.prompt("second");
  await world.agent.answer(await asked, { value: "continue" });
  await world.agent.idle();
  await world.say("third");
  return world;
}

describe("the trace of a session", () => {
  it("is a tree of turns, steps, tries, tools and questions", async () => {
    await using world = await eventful();
    assert.deepEqual(tree(await spansOf(world)), [
      "turn · invoke_agent main · first · ok",
      "  step · step 1 · ok",
      "    model · chat deepseek-flash · ok · try 1",
      "    tool · execute_tool read_file · Read notes.md · ok",
      "    tool · execute_tool list_files · List files · ok",
      "  step · step 2 · ok",
      "    model · chat deepseek-flash · ok · try 1",
      "turn · invoke_agent main · second · ok",
      "  step · step 1 · ok · 1 retries",
      "    model · chat deepseek-flash · error · try 1 · http-429",
      "    model · chat deepseek-flash · ok · try 2",
      "    tool · execute_tool read_file · Read missing.md · error · tool-failed",
      "  step · step 2 · ok",
      "    model · chat deepseek-flash · ok · try 1",
      "    tool · execute_tool read_file · Read package.json · ok",
      "  question · question · The agent has made 2 model calls in this turn. Should it go on? · ok",
      "  step · step 3 · ok",
      "    model · chat deepseek-flash · ok · try 1",
      "turn · invoke_agent main · third · error · no-balance",
      "  step · step 1 · error · 1 retries · no-balance",
      "    model · chat deepseek-flash · error · try 1 · cut",
      "    model · chat deepseek-flash · error · try 2 · no-balance",
    ]);
  });

  it("has the times that the server measured, and parts that add up to the whole", async () => {
    await using world = await eventful();
    const spans = await spansOf(world);
    const calls = spans.filter(({ kind }) => kind === "model").toSorted((a, b) => a.startedAt - b.startedAt);
    assert.equal(calls.length, world.server.requests.length);
    for (const [index, call] of calls.entries()) {
      const times = world.server.requests[index]?.times;
      const { queuedMs = 0, firstTokenMs = 0, generatingMs = 0 } = call.timings;
      assert.ok(Math.abs(queuedMs + firstTokenMs + generatingMs - (call.endedAt - call.startedAt)) < 0.01);
      if (call.outcome !== "ok") continue;
      const measured = (times?.lastByteAt ?? 0) - (times?.receivedAt ?? 0);
      assert.ok(
        firstTokenMs + generatingMs >= measured - 1,
        "the client waits at least as long as the server takes",
      );
    }
    for (const span of spans) {
      const parent = spans.find(({ id }) => id === span.parent);
      if (parent === undefined) continue;
      assert.ok(
        parent.startedAt <= span.startedAt && span.endedAt <= parent.endedAt,
        `${span.name} is within its parent`,
      );
    }
  });

  it("has the server's own tokens and money at every level", async () => {
    await using world = await eventful();
    const spans = await spansOf(world);
    const sum = (some: readonly Span[], of: (span: Span) => number | undefined) =>
      some.reduce((total, span) => total + (of(span) ?? 0), 0);
    const calls = spans.filter(({ kind, outcome }) => kind === "model" && outcome === "ok");
    const answered = world.server.requests.filter(
      ({ status, usage }) => status === 200 && usage !== undefined,
    );
    const told = answered.slice(0, calls.length).map(({ usage }) => usage?.prompt_tokens ?? 0);
    assert.deepEqual(
      calls.toSorted((a, b) => a.startedAt - b.startedAt).map(({ usage }) => usage?.promptTokens),
      told,
    );
    for (const { usage } of calls)
      assert.equal((usage?.cacheHitTokens ?? 0) + (usage?.cacheMissTokens ?? 0), usage?.promptTokens);
    for (const parent of spans.filter(({ kind }) => kind === "turn" || kind === "step")) {
      const below = calls.filter(
        (call) =>
          call.parent === parent.id || spans.find(({ id }) => id === call.parent)?.parent === parent.id,
      );
      assert.equal(
        parent.usage?.promptTokens ?? 0,
        sum(below, ({ usage }) => usage?.promptTokens),
      );
      assert.ok(Math.abs((parent.costUsd ?? 0) - sum(below, ({ costUsd }) => costUsd)) < 1e-9);
    }
    assert.ok(
      Math.abs((world.agent.session.state.costUsd ?? 0) - sum(calls, ({ costUsd }) => costUsd)) < 1e-9,
    );
  });

  it("says that counts are not whole where a call was cut", async () => {
    await using world = await eventful();
    const spans = await spansOf(world);
    const third = spans.filter(({ turn, kind }) => turn === 3 && kind !== "model");
    assert.deepEqual(
      third.map(({ isUsageWhole, usage }) => [isUsageWhole, usage?.promptTokens]),
      [
        [false, undefined],
        [false, undefined],
      ],
    );
  });

  it("has no time that runs backwards where the clock is set back", async () => {
    let now = 1_000_000;
    const setBack = (request: RecordedRequest, index: number): Reply => {
      now -= 60_000;
      return index === 0 ? reply.toolCall("list_files", {}) : reply.text(request.path);
    };
    await using world = await timedWorld(setBack);
    world.ports.clock.now = () => (now += 1);
    await world.say("go");
    for (const { startedAt, endedAt, timings } of await spansOf(world)) {
      assert.ok(endedAt >= startedAt);
      assert.ok(Object.values(timings).every((ms) => ms >= 0));
    }
  });

  it("is told live, and what was told is what is kept", async () => {
    await using world = await timedWorld([reply.toolCall("list_files", {}), reply.text("Done.")]);
    const channel = world.core.channel("trace", world.agent.session.id);
    const told: string[] = [];
    channel?.listen(({ type, span }) => told.push(`${type} ${span.kind}`));
    await world.say("go");
    assert.deepEqual(told, [
      ...["span-start turn", "span-start step", "span-start model", "span-end model"],
      ...["span-start tool", "span-end tool", "span-end step"],
      ...["span-start step", "span-start model", "span-end model", "span-end step", "span-end turn"],
    ]);
    assert.deepEqual(channel?.state, { open: [], ended: 6 });
    assert.equal((await spansOf(world)).length, 6);
  });
});

describe("the detail of a span", () => {
  const detail = async (world: AgentWorld, span: string) =>
    world.core.handlers["trace.detail"]({ session: world.agent.session.id, span }, signal);

  it("is a request in parts, of which those are marked that were sent before", async () => {
    await using world = await timedWorld([
      reply.toolCall("read_file", { path: "notes.md" }),
      reply.text("It is high."),
    ]);
    await world.say("How is the tide?");
    const calls = (await spansOf(world)).filter(({ kind }) => kind === "model");
    const { segments, output } = await detail(world, calls[1]?.id ?? "");
    const said = segments.filter(({ kind }) => kind !== "tool");
    assert.deepEqual(
      said.map(({ kind, label, isReused }) => `${kind} ${label} ${isReused ? "reused" : "new"}`),
      [
        "system System text reused",
        "user Message reused",
        "assistant Calls read_file new",
        "result Result of read_file new",
      ],
    );
    assert.ok(segments.filter(({ kind }) => kind === "tool").every(({ isReused }) => isReused));
    const tokens = segments.reduce((sum, segment) => sum + (segment.tokens ?? 0), 0);
    assert.ok(Math.abs(tokens - (calls[1]?.usage?.promptTokens ?? 0)) < segments.length);
    assert.deepEqual(output, { text: "It is high." });
    const index = segments.length - 1;
    const params = { session: world.agent.session.id, span: calls[1]?.id ?? "", index };
    const { text } = await world.core.handlers["trace.segment"](params, signal);
    assert.match(text, /^\{"role":"tool".*The tide is high/);
  });

  it("is a tool's arguments and result", async () => {
    await using world = await timedWorld([
      reply.toolCall("read_file", { path: "package.json" }),
      reply.text("ok"),
    ]);
    await world.say("go");
    const tool = (await spansOf(world)).find(({ kind }) => kind === "tool");
    const { input, output } = await detail(world, tool?.id ?? "");
    assert.deepEqual(input, { text: '{"path":"package.json"}' });
    assert.deepEqual(output, { text: '{"name":"demo"}' });
  });

  it("is that of the log as it is now", async () => {
    await using world = await timedWorld([reply.text("First."), reply.text("Second.")]);
    const outputs: unknown[] = [];
    for (const question of ["one", "two"]) {
      await world.say(question);
      const call = (await spansOf(world)).findLast(({ kind }) => kind === "model");
      outputs.push((await detail(world, call?.id ?? "")).output);
    }
    assert.deepEqual(outputs, [{ text: "First." }, { text: "Second." }]);
  });

  it("of a try that failed is what it had said until then", async () => {
    await using world = await timedWorld(
      [
        reply.thinking("Hm.").text("The tide is").cut(),
        reply.rateLimited(0),
        reply.text("The tide is high."),
        reply.text("It will").cut(),
        reply.noBalance(),
      ],
      { limits: { backOffMs: 0 } },
    );
    await world.say("How is the tide?");
    await world.say("And tomorrow?");
    const calls = (await spansOf(world)).filter(({ kind }) => kind === "model");
    const found = await Promise.all(calls.map(({ id }) => detail(world, id)));
    assert.deepEqual(
      found.map(({ output, thinking, isPartial }) => ({ output, thinking, isPartial })),
      [
        { output: { text: "The tide is" }, thinking: "Hm.", isPartial: true },
        { output: undefined, thinking: undefined, isPartial: undefined },
        { output: { text: "The tide is high." }, thinking: "", isPartial: undefined },
        { output: { text: "It will" }, thinking: "", isPartial: true },
        { output: undefined, thinking: undefined, isPartial: undefined },
      ],
    );
  });

  it("of what was stopped is what it had said until then", async () => {
    const gate = hold();
    await using world = await timedWorld([reply.text("So far.").hold(gate)]);
    const said = nextEvent(world.agent, ({ type }) => type === "text-delta");
    await world.agent.prompt("go");
    await said;
    await world.agent.stop();
    const call = (await spansOf(world)).find(({ kind }) => kind === "model");
    const { output, isPartial } = await detail(world, call?.id ?? "");
    assert.deepEqual([call?.outcome, output, isPartial], ["cancelled", { text: "So far." }, true]);
  });

  it("has no bodies where the settings keep them out", async () => {
    await using world = await timedWorld([reply.text("Secret.")], { settings: { traceBodies: false } });
    await world.say("go");
    const call = (await spansOf(world)).find(({ kind }) => kind === "model");
    const found = await detail(world, call?.id ?? "");
    assert.deepEqual([found.hasBodies, found.input, found.output], [false, undefined, undefined]);
    const params = { session: world.agent.session.id, span: call?.id ?? "", index: 0 };
    await assert.rejects(async () => world.core.handlers["trace.segment"](params, signal), {
      code: "no-bodies",
    });
  });
});
