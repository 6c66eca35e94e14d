import assert from "node:assert/strict";
import { setTimeout as timer } from "node:timers/promises";
import type { Span } from "#protocol/trace.ts";
import { type AgentWorld, agentWorld } from "../support/agent-world.ts";
import { files, signal } from "../support/conversation.ts";
import { wallClock } from "../support/model-server/exchange.ts";
import { reply } from "../support/model-server/reply.ts";

/** How far a time of the trace may be from what the server or a tool measured itself, in milliseconds. */
const closeMs = 5;
/** Runs that are made at most. */
const mostRuns = 20;
const pace = { tokensPerSecond: 100 };

/** A stretch of time that somebody measured himself. */
interface Measured {
  readonly from: number;
  readonly to: number;
}

/** What the trace says, and what was measured elsewhere. */
interface Comparison {
  readonly name: string;
  readonly traced: number;
  readonly measured: number;
}

/** A session of three turns, with everything in it that takes time, and what its tools and its user measured. */
interface TimedSession extends AsyncDisposable {
  readonly world: AgentWorld;
  /** By what the tools were asked for. */
  readonly tools: ReadonlyMap<string, Measured>;
  readonly question: Measured;
  readonly turns: readonly Measured[];
}

async function timedSession(): Promise<TimedSession> {
  const world = await agentWorld(
    [
      reply
        .pause(30)
        .thinking("Both at once.")
        .calls([
          ["read_file", { path: "notes.md" }],
          ["read_file", { path: "package.json" }],
        ])
        .pace(pace),
      reply.pause(20).text("Both were seen.").pace(pace),
      reply.rateLimited(),
      reply.pause(10).toolCall("read_file", { path: "missing.md" }).pace(pace),
      reply.toolCall("read_file", { path: "notes.md" }).pace(pace),
      reply.pause(25).text("Now I know more.").pace(pace),
      reply.pause(15).text("Half of the").pace(pace).cut(),
      reply.noBalance(),
    ],
    { files, limits: { steps: 2, backOffMs: 40 } },
  );
  const { clock, editor } = world.ports;
  clock.now = wallClock;
  clock.sleep = async (ms, stop) => timer(ms, undefined, { signal: stop });
  const tools = new Map<string, Measured>();
  const read = editor.read.bind(editor);
  const turns: Measured[] = [];
  const measure = async <T>(into: (measured: Measured) => void, work: () => Promise<T>): Promise<T> => {
    const from = wallClock();
    try {
      return await work();
    } finally {
      into({ from, to: wallClock() });
    }
  };
  // Files of different sizes: calls that run at the same time do not end at the same time.
  Object.assign(editor, {
    read: (path: string, stop: AbortSignal) => {
      // The project's rules are looked for, too, which is no call.
      if (!(path.replace(/^.*\//, "") in files)) return read(path, stop);
      return measure(
        (measured) => tools.set(`${turns.length + 1} ${path.replace(/^.*\//, "")}`, measured),
        async () => {
          await timer(path.endsWith("notes.md") ? 45 : 20);
          return read(path, stop);
        },
      );
    },
  });
  const turn = (text: string) =>
    measure(
      (measured) => turns.push(measured),
      () => world.say(text),
    );
  await turn("first");
  const asked = Promise.withResolvers<string>();
  let askedAt = 0;
  world.agent.session.channel.listen((event) => {
    if (event.type !== "question-asked") return;
    askedAt = wallClock();
    asked.resolve(event.question.id);
  });
  let question: Measured = { from: 0, to: 0 };
  await measure(
    (measured) => turns.push(measured),
    async () => {
      await world.agent.prompt("second");
      const id = await asked.promise;
      await timer(35);
      question = { from: askedAt, to: wallClock() };
      await world.agent.answer(id, { value: "continue" });
      await world.agent.idle();
    },
  );
  await turn("third");
  return { world, tools, question, turns, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

const byStart = (spans: readonly Span[], kind: Span["kind"]): readonly Span[] =>
  spans.filter((span) => span.kind === kind).toSorted((a, b) => a.startedAt - b.startedAt);

function compareCalls({ world }: TimedSession, spans: readonly Span[]): readonly Comparison[] {
  const calls = byStart(spans, "model");
  assert.equal(calls.length, world.server.requests.length);
  return calls.flatMap((call, index) => {
    const { times, chunks } = world.server.requests[index] ?? assert.fail();
    const { bodyAt = 0, firstByteAt = 0, lastByteAt = 0 } = times;
    const { queuedMs = 0, firstTokenMs = 0, generatingMs } = call.timings;
    const name = `call ${index + 1}`;
    const sentAt = call.startedAt + queuedMs;
    const saidAt = chunks[0]?.at ?? firstByteAt;
    const before = calls[index - 1];
    const wasTried = before?.parent === call.parent ? before : undefined;
    const earlier = world.server.requests[index - 1]?.times.lastByteAt ?? 0;
    return [
      { name: `${name}: whole`, traced: call.endedAt - sentAt, measured: lastByteAt - bodyAt },
      { name: `${name}: to first token`, traced: firstTokenMs, measured: saidAt - bodyAt },
      ...(generatingMs === undefined
        ? []
        : [{ name: `${name}: generating`, traced: generatingMs, measured: lastByteAt - saidAt }]),
      ...(wasTried === undefined
        ? []
        : [{ name: `${name}: wait`, traced: sentAt - wasTried.endedAt, measured: bodyAt - earlier }]),
    ];
  });
}

function compareOthers(
  { tools, question, turns }: TimedSession,
  spans: readonly Span[],
): readonly Comparison[] {
  const lengthOf = ({ from, to }: Measured): number => to - from;
  const ran = byStart(spans, "tool").filter(({ outcome }) => outcome === "ok");
  assert.equal(ran.length, tools.size);
  return [
    ...ran.map((tool) => {
      const name = `${tool.turn} ${(tool.title ?? "").replace("Read ", "")}`;
      const measured = lengthOf(tools.get(name) ?? assert.fail(`Nobody measured ${name}.`));
      return { name, traced: tool.timings.toolMs ?? 0, measured };
    }),
    ...byStart(spans, "question").map(({ timings }) => {
      return { name: "question", traced: timings.waitingForUserMs ?? 0, measured: lengthOf(question) };
    }),
    ...byStart(spans, "turn").map(({ startedAt, endedAt }, index) => {
      const measured = lengthOf(turns[index] ?? assert.fail());
      return { name: `turn ${index + 1}`, traced: endedAt - startedAt, measured };
    }),
  ];
}

describe("times of a trace", () => {
  // A busy machine adds time at random, now here, now there; what the trace itself adds would be there in every run.
  it("are those that the server, the tools and the user measured themselves, to within 5 ms", async () => {
    const closest = new Map<string, Comparison>();
    const distance = ({ traced, measured }: Comparison): number => Math.abs(traced - measured);
    let far: readonly Comparison[] = [];
    for (let run = 0; run < mostRuns; run++) {
      await using session = await timedSession();
      const { world } = session;
      const params = { session: world.agent.session.id, limit: 1_000 };
      const { spans } = await world.core.handlers["trace.spans"](params, signal);
      for (const one of [...compareCalls(session, spans), ...compareOthers(session, spans)]) {
        const before = closest.get(one.name);
        if (before === undefined || distance(one) < distance(before)) closest.set(one.name, one);
      }
      far = [...closest.values()].filter((one) => distance(one) > closeMs);
      if (far.length === 0) return;
    }
    const words = far.map(
      ({ name, traced, measured }) => `${name}: ${traced.toFixed(1)}, not ${measured.toFixed(1)}`,
    );
    assert.fail(`In no run these were close: ${words.join("; ")}`);
  }).timeout(60_000);
});
