import assert from "node:assert/strict";
import type { Span } from "#protocol/trace.ts";
import { type AgentWorld, agentWorld, type WorldOptions } from "../support/agent-world.ts";
import { files, signal, turnId } from "../support/conversation.ts";
import { reply } from "../support/model-server/reply.ts";

const hour = 3_600_000;

/** A world whose clock and the server's cache go by the same hours. */
async function cachedWorld(options: WorldOptions = {}): Promise<AgentWorld> {
  const world = await agentWorld(
    () => reply.text("An answer of some length, so that there is something to keep."),
    {
      files,
      ...options,
      server: { cache: { unitTokens: 64 }, ...options.server },
    },
  );
  return world;
}

/** Lets time go by, for the agent and for the server's cache. */
function pass(world: AgentWorld, ms: number): void {
  world.ports.clock.time += ms;
  world.server.advanceClock(ms);
}

async function lastCall(world: AgentWorld, session = world.agent.session.id): Promise<Span> {
  const { spans } = await world.core.handlers["trace.spans"]({ session, limit: 1_000 }, signal);
  return spans.findLast(({ kind }) => kind === "model") ?? assert.fail("There is no call.");
}

function wordsOf({ cache }: Span): string {
  if (cache === undefined) return "no finding";
  const reason = cache.reason === undefined ? "" : ` ${cache.reason}`;
  return `${cache.cause}${reason}${cache.isInferred ? " (inferred)" : ""}${cache.missedTokens > 0 ? ", missed" : ""}`;
}

describe("causes of a cache miss, made on purpose", () => {
  const check = (
    name: string,
    run: (world: AgentWorld) => Promise<string | void>,
    expected: string,
    options: WorldOptions = {},
  ) =>
    it(name, async () => {
      await using world = await cachedWorld(options);
      await world.say("A first question about the tides of the harbour.");
      pass(world, 60_000);
      await world.say("And a second one.");
      pass(world, 60_000);
      const session = await run(world);
      assert.equal(wordsOf(await lastCall(world, session ?? undefined)), expected);
    });
  const again = async (world: AgentWorld): Promise<void> => void (await world.say("And a third."));

  check("nothing is missed", again, "none");
  check(
    "another model",
    async (world) => {
      await world.agent.choose({ provider: "deepseek", model: "deepseek-v4-pro", effort: "high" });
      await again(world);
    },
    "declared model, missed",
  );
  check(
    "another effort",
    async (world) => {
      await world.agent.choose({ provider: "deepseek", model: "deepseek-flash", effort: "max" });
      await again(world);
    },
    "declared effort, missed",
  );
  check(
    "an effort that is not the highest, before and after",
    async (world) => {
      await world.agent.choose({ provider: "deepseek", model: "deepseek-flash", effort: "low" });
      await again(world);
    },
    "none",
  );
  check(
    "a fault that changes the system text",
    async (world) => {
      const { header } = world.agent.session.transcript;
      assert.ok(header);
      // As a bug would: behind the log's back.
      const bytes = world.agent.session.transcript.bytes();
      const at = new TextDecoder().decode(bytes).indexOf(header.system.slice(0, 10));
      bytes[at] = 88;
      await again(world);
    },
    "drift, missed",
  );
  check(
    "a tool that was added behind the log's back",
    async (world) => {
      const { transcript } = world.agent.session;
      const header = transcript.header ?? assert.fail();
      const added = { name: "zzz", description: "One more.", parameters: { type: "object", properties: {} } };
      Object.defineProperty(transcript, "header", {
        get: () => ({ ...header, tools: [...header.tools, added] }),
      });
      await again(world);
    },
    "drift, missed",
  );
  check(
    "an edit of an earlier message",
    async (world) => {
      const params = { session: world.agent.session.id, turn: turnId(world, 2), text: "Asked otherwise." };
      const { session } = await world.core.handlers["session.resend"](params, signal);
      await world.core.supervisor.find(session)?.idle();
      return session;
    },
    "declared edit",
  );
  check(
    "a new session that begins with a summary",
    async (world) => {
      const { session } = await world.core.handlers["session.summarize"](
        { session: world.agent.session.id },
        signal,
      );
      const agent = world.core.supervisor.find(session) ?? assert.fail();
      await agent.prompt("Go on from there.");
      await agent.idle();
      return session;
    },
    "declared compaction",
  );
  check(
    "a cache that has let go",
    async (world) => {
      pass(world, 7 * hour);
      await again(world);
    },
    "expired (inferred), missed",
    { server: { cache: { unitTokens: 64, timeToLiveMs: 6 * hour } } },
  );
  check(
    "a request sent before the last one was stored",
    async (world) => {
      await world.say(`A third that is soon followed: ${"tides and moons ".repeat(60)}`);
      pass(world, 100);
      await world.say("By a fourth.");
    },
    "too-soon (inferred), missed",
    { server: { cache: { unitTokens: 64, buildDelayMs: 30_000 } } },
  );

  check(
    "a prompt that is too short for the cache",
    async (world) => {
      await again(world);
    },
    "small (inferred)",
    // A server's unit is as large as it likes; what the settings say of it is what is concluded from.
    { server: { cache: { unitTokens: 8_192 } }, settings: { cache: { unitTokens: 8_192 } } },
  );

  it("a drift is told with the texts, and warned of in the log", async () => {
    await using world = await cachedWorld();
    await world.say("First.");
    const bytes = world.agent.session.transcript.bytes();
    bytes[40] = 88;
    await world.say("Second.");
    const { cache } = await lastCall(world);
    assert.equal(cache?.drift?.place, "system");
    assert.notEqual(cache.drift.before, cache.drift.after);
    assert.ok(
      world.ports.logged.some((line) =>
        /did not begin as the one before \(system\).*; number 1 of this session/.test(line),
      ),
    );
  });

  describe("over a reload of the window", () => {
    const reloaded = async (
      before: (world: AgentWorld) => Promise<void>,
      after: (world: AgentWorld) => void,
    ): Promise<Span> => {
      await using world = await cachedWorld();
      await world.say("A first question about the tides of the harbour.");
      await before(world);
      const again = await world.reload();
      after(again);
      await again.say("And one after the reload.");
      return lastCall(again);
    };
    /** As a bug would: behind the log's back. */
    const spoil = (world: AgentWorld): void => void (world.agent.session.transcript.bytes()[40] = 88);

    it("the same bytes are no drift", async () => {
      const { cache } = await reloaded(
        async () => {},
        () => {},
      );
      assert.deepEqual([cache?.cause, cache?.drift], ["none", undefined]);
    });

    it("a drift is told with both texts", async () => {
      const { cache } = await reloaded(async () => {}, spoil);
      assert.deepEqual([cache?.cause, cache?.drift?.place], ["drift", "system"]);
      assert.equal(cache?.drift?.before?.replace(/^(.{40})./s, "$1X"), cache?.drift?.after);
    });

    it("what was sent and is not in the log is told as far as it is known", async () => {
      const { cache } = await reloaded(
        async (world) => {
          spoil(world);
          await world.say("A second one, with a fault in it.");
        },
        () => {},
      );
      assert.deepEqual([cache?.cause, cache?.drift?.before], ["drift", undefined]);
      assert.match(cache?.drift?.place ?? "", /^system/);
      assert.match(cache?.drift?.after ?? "", /^\{"role":"system"/);
    });

    it("another tool is told", async () => {
      const { cache } = await reloaded(
        async () => {},
        ({ agent }) => {
          const { transcript } = agent.session;
          const header = transcript.header ?? assert.fail();
          const tools = header.tools.slice(1);
          Object.defineProperty(transcript, "header", { get: () => ({ ...header, tools }) });
        },
      );
      assert.deepEqual([cache?.cause, cache?.drift?.place], ["drift", "tools"]);
      assert.match(cache?.drift?.after ?? "", /^"tools":\[/);
    });
  });
});
