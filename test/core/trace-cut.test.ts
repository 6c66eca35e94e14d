import assert from "node:assert/strict";
import type { SessionEvent } from "#protocol/session.ts";
import type { Span } from "#protocol/trace.ts";
import { type AgentWorld, agentWorld } from "../support/agent-world.ts";
import { files, signal } from "../support/conversation.ts";
import { dieAt } from "../support/die-at.ts";
import { reply } from "../support/model-server/reply.ts";

async function spansOf(world: AgentWorld): Promise<readonly Span[]> {
  const params = { session: world.agent.session.id, limit: 1_000 };
  return (await world.core.handlers["trace.spans"](params, signal)).spans;
}

describe("the trace of a turn whose window died", () => {
  const check = (
    name: string,
    fits: (event: SessionEvent) => boolean,
    expected: readonly string[],
    isWritten = false,
  ) =>
    it(name, async () => {
      const calls = reply.text("Looking. ").calls([
        ["read_file", { path: "package.json" }],
        ["list_files", {}],
      ]);
      await using world = await agentWorld([calls, reply.text("So far ").silence()], { files });
      world.ports.clock.now = () => performance.timeOrigin + performance.now();
      const next = await dieAt(world, fits, isWritten);
      await next.agent.idle();
      const spans = await spansOf(next);
      assert.deepEqual(
        spans.map(({ kind, name: called, outcome }) => `${kind} ${called} ${outcome}`).toSorted(),
        expected.toSorted(),
      );
      const ids = new Set(spans.map(({ id }) => id));
      assert.equal(ids.size, spans.length);
      for (const { kind, parent, startedAt, endedAt } of spans) {
        assert.ok(endedAt >= startedAt);
        assert.ok(kind === "turn" ? parent === undefined : ids.has(parent ?? ""), "hangs on what is there");
      }
      next.server.use([reply.text("Back again.")]);
      await next.agent.continue();
      await next.agent.idle();
      const turns = (await spansOf(next)).filter(({ kind }) => kind === "turn");
      assert.deepEqual(turns.map(({ outcome }) => outcome).toSorted(), ["interrupted", "ok"]);
    });

  check("before it was answered", ({ type }) => type === "step-start", [
    ...["turn invoke_agent main interrupted", "step step 1 interrupted"],
    "model chat deepseek-flash interrupted",
  ]);
  check("in the middle of calls", ({ type }) => type === "tool-start", [
    ...["turn invoke_agent main interrupted", "step step 1 interrupted", "model chat deepseek-flash ok"],
    ...["tool execute_tool read_file interrupted", "tool execute_tool list_files interrupted"],
  ]);
  check(
    "in the middle of a second answer",
    (event) => event.type === "text-delta" && event.text.startsWith("So far"),
    [
      ...["turn invoke_agent main interrupted", "step step 1 ok", "model chat deepseek-flash ok"],
      ...["tool execute_tool read_file ok", "tool execute_tool list_files ok"],
      ...["step step 2 interrupted", "model chat deepseek-flash interrupted"],
    ],
    true,
  );

  it("has nothing to add where it had ended", async () => {
    await using world = await agentWorld([reply.text("Done.")], { files });
    await world.say("go");
    const next = await world.reload();
    assert.equal((await spansOf(next)).length, 3);
  });
});
