import assert from "node:assert/strict";
import type { RunEventOf } from "#protocol/run.ts";
import { type AgentWorld, agentWorld, type WorldOptions } from "../../support/agent-world.ts";
import { type TurnState, turnState } from "../../support/model-server/flow.ts";
import { reply, type Reply } from "../../support/model-server/reply.ts";
import { logOf, ofType, type RunRecord, WorkflowWorld } from "../../support/workflow-world.ts";

const numberSchema = '{ type: "object", properties: { n: { type: "integer" } }, required: ["n"] }';

type Answer = (state: TurnState) => Reply;

describe("real agents of workflows", () => {
  const world = new WorkflowWorld("isolated-vm");
  after(() => world[Symbol.asyncDispose]());

  /** Runs a script with agents whose model answers as a function of where their conversation stands. */
  async function run(
    text: string,
    answer: Answer,
    use: (record: RunRecord, agents: AgentWorld) => unknown,
    { opened, ...options }: WorldOptions & { readonly opened?: (agents: AgentWorld) => void } = {},
  ): Promise<void> {
    const script = ({ json }: { readonly json?: Parameters<typeof turnState>[0] | undefined }): Reply =>
      json === undefined ? reply.error(400, "unreadable", "bad_request") : answer(turnState(json));
    await using agents = await agentWorld(script, options);
    agents.ports.clock.time = Date.UTC(2026, 10, 20, 12);
    opened?.(agents);
    const { run: begun, events } = await world.begin(text, {
      agents: agents.core.workflowAgents("default"),
      settings: { backOffMs: 1, concurrency: 8 },
      // A person who will not wait.
      listener: (event) => {
        if (event.type === "step-wait" && event.why === "rate limit")
          setImmediate(() => begun.retry(event.step));
      },
    });
    await use({ run: begun, events, end: await begun.done }, agents);
  }

  const sessionsOf = ({ events }: RunRecord): readonly string[] =>
    ofType(events, "step-session").map(({ session }) => session);
  const endOf = ({ events }: RunRecord): RunEventOf<"step-end"> | undefined => ofType(events, "step-end")[0];

  it("give their last words, and use the project's tools on the way", () =>
    run(
      'return await agent("what is in a.txt?", { label: "reader" });',
      ({ results }) =>
        results.length === 0
          ? reply.text("Let me look.").toolCall("read_file", { path: "a.txt" })
          : reply.text(`It says ${results[0]?.includes("forty-two")}.`),
      ({ end }) => assert.deepEqual([end.outcome, end.result], ["done", "It says true."]),
      { files: { "a.txt": "forty-two" } },
    ));

  it("give a result that fits the schema, and make no further call after it", () =>
    run(
      `return await agent("count", { schema: ${numberSchema} });`,
      () => reply.toolCall("final_answer", { result: { n: 7 } }),
      ({ end }, { server }) => assert.deepEqual([end.result, server.requests.length], [{ n: 7 }, 1]),
    ));

  it("are told what does not fit, and mend it", () =>
    run(
      `return await agent("count", { schema: ${numberSchema} });`,
      ({ results }) => reply.toolCall("final_answer", { result: { n: results.length < 2 ? "x" : 3 } }),
      ({ end }, { server }) => {
        assert.deepEqual([end.result, server.requests.length], [{ n: 3 }, 3]);
        const { results } = turnState(server.requests[1]?.json ?? { messages: [], model: "" });
        assert.match(results[0] ?? "", /does not satisfy the schema.*\/n/s);
      },
    ));

  it("are told to use the tool where they answer in words, and may answer in JSON", () =>
    run(
      `return await agent("count", { schema: ${numberSchema} });`,
      ({ question }) => (/calling final_answer/.test(question) ? reply.text('{"n": 4}') : reply.text("four")),
      ({ end }, { server }) => assert.deepEqual([end.result, server.requests.length], [{ n: 4 }, 2]),
    ));

  it("give up after five returns, with the last raw text", () =>
    run(
      `try { await agent("count", { schema: ${numberSchema} }); } catch (e) { return [e.message.includes("schema"), e.rawText]; }`,
      () => reply.toolCall("final_answer", { result: { n: "no" } }),
      ({ end }, { server }) =>
        assert.deepEqual([end.result, server.requests.length], [[true, '{"n":"no"}'], 6]),
    ));

  it("share one header, whatever their type, tools and schema", () =>
    run(
      `return await parallel([
        () => agent("a"), () => agent("b", { agentType: "reviewer" }),
        () => agent("c", { tools: ["read_file"] }), () => agent("d", { schema: ${numberSchema} }),
      ]);`,
      ({ question }) =>
        question.includes("JSON Schema")
          ? reply.toolCall("final_answer", { result: { n: 1 } })
          : reply.text("ok"),
      ({ end }, { server }) => {
        assert.deepEqual(end.result, ["ok", "ok", "ok", { n: 1 }]);
        const heads = server.requests.map(({ text }) => text.slice(0, text.indexOf('{"role":"user"')));
        assert.equal(new Set(heads).size, 1);
        const tools = server.requests.map(({ json }) => JSON.stringify(json?.tools));
        assert.equal(new Set(tools).size, 1);
      },
    ));

  it("let the first go ahead, so that the others find the header cached", () =>
    run(
      'return await parallel(["a", "b", "c", "d"].map((p) => () => agent(p)));',
      () => reply.text("ok"),
      (_record, { server }) => {
        const [first, ...others] = server.requests;
        assert.ok(others.every(({ times }) => times.receivedAt >= (first?.times.firstByteAt ?? Infinity)));
      },
    ));

  it("may use only the tools that their call gives", () =>
    run(
      'return await agent("write it", { tools: ["read_file"] });',
      ({ results }) =>
        results.length === 0
          ? reply.toolCall("write_file", { path: "b.txt", content: "x" })
          : reply.text(results.join()),
      ({ end }, { ports }) => {
        assert.match(String(end.result), /may not use write_file. It may use: read_file/);
        assert.equal(ports.workspace.disk.has("/project/b.txt"), false);
      },
    ));

  it("may not reach other tools through the gateway", () =>
    run(
      'return await agent("stop it", { tools: ["read_file"] });',
      ({ results }) =>
        results.length === 0
          ? reply.toolCall("more", { name: "shell_stop", input: { id: "1" } })
          : reply.text(results.join()),
      ({ end }) => assert.match(String(end.result), /may not use shell_stop/),
    ));

  it("use at most so many tool calls", () =>
    run(
      'return await agent("look", { maxToolCalls: 2 });',
      ({ results }) =>
        results.length < 3 ? reply.toolCall("list_files", { path: "." }) : reply.text(results[2] ?? ""),
      ({ end }) => assert.match(String(end.result), /2 tool calls of this task are used up/),
    ));

  it("cost what the server counted", () =>
    run(
      'await agent("a"); return [budget.spent()];',
      () => reply.text("one two three"),
      (record, { server }) => {
        const { usage } = server.requests[0] ?? {};
        const { spent } = endOf(record) ?? {};
        assert.equal(spent?.tokens, (usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
        assert.ok((spent?.usd ?? 0) > 0);
      },
    ));

  it("are told apart by sessions, which lists do not show", () =>
    run(
      'return await parallel([() => agent("a", { label: "one" }), () => agent("b", { label: "two" })]);',
      () => reply.text("ok"),
      async (record, { core, ports }) => {
        const ids = sessionsOf(record);
        assert.equal(new Set(ids).size, 2);
        const { library } = core.supervisor;
        await library.load();
        assert.deepEqual(
          ids.map((id) => library.find(id)?.title),
          ["one", "two"],
        );
        const listed = library.list.state.sessions.map(({ id }) => id);
        assert.ok(!ids.some((id) => listed.includes(id)));
        const { found } = await library.search({
          ...{ text: "", scope: "all", show: "all", offset: 0, limit: 10 },
        });
        assert.ok(!found.some(({ entry }) => ids.includes(entry.id)));
        assert.ok((await ports.store.events(ids[0] ?? "")).length > 4);
      },
    ));

  it("go on in the same session after a fault that passes", () => {
    let faults = 2;
    return run(
      'return await agent("a", { retries: 1 });',
      () => (faults-- > 0 ? reply.error(500, "down", "server_error") : reply.text("ok")),
      (record, { server }) => {
        assert.deepEqual([record.end.outcome, record.end.result], ["done", "ok"]);
        assert.equal(new Set(sessionsOf(record)).size, 1);
        assert.equal(server.requests.length, 3);
      },
      { limits: { attempts: 2 } },
    );
  });

  it("go on after a rate limit that outlasts all tries of a request", () => {
    let refusals = 2;
    return run(
      'return await agent("a", { retries: 0 });',
      () => (refusals-- > 0 ? reply.error(429, "slow down", "rate_limit") : reply.text("ok")),
      (record) => {
        assert.deepEqual([record.end.outcome, record.end.result], ["done", "ok"]);
        assert.ok(ofType(record.events, "step-wait").some(({ why }) => why === "rate limit"));
      },
      { limits: { attempts: 2 } },
    );
  });

  it("fail for good where the key is refused, with the reason", () =>
    run(
      'return await agent("a");',
      () => reply.error(401, "bad key", "unauthorized"),
      (record, { server }) => {
        assert.deepEqual([record.end.outcome, record.end.result], ["incomplete", null]);
        assert.match(endOf(record)?.reason ?? "", /refused the API key/);
        assert.equal(server.requests.length, 1);
      },
    ));

  it("are refused where no model answers", () =>
    run(
      'return await agent("a");',
      () => reply.text("never"),
      (record) => {
        assert.equal(record.end.result, null);
        assert.match(endOf(record)?.reason ?? "", /no API key/);
      },
      { environment: {} },
    ));

  it("know the user's models by id and tag", () =>
    run(
      'await agent("a", { model: "opus" }); await agent("b", { model: "haiku", effort: "low" });',
      () => reply.text("ok"),
      (record, { server }) => {
        assert.deepEqual(
          server.requests.map(({ json }) => json?.model),
          ["deepseek-v4-pro", "deepseek-flash"],
        );
        assert.match(logOf(record.events).join(), /"opus" is deepseek-v4-pro/);
      },
    ));

  it("go on with no other work once their run is over", () =>
    run(
      'return await agent("a");',
      () => reply.text("ok"),
      async (record, { core }) => {
        const [id = ""] = sessionsOf(record);
        const agent = await core.supervisor.open(id);
        await assert.rejects(agent.prompt("and now?"), { code: "task-over" });
        await assert.rejects(agent.continue(), { code: "task-over" });
      },
    ));

  describe("ask", () => {
    const ten = `return await parallel(Array.from({ length: 10 }, (_, n) => () => agent("read " + n, { label: "reader " + n })));`;
    const answer: Answer = ({ results }) =>
      results.length === 0
        ? reply.toolCall("read_file", { path: "/elsewhere/notes.txt" })
        : reply.text(results[0]?.includes("not allow") === true ? "denied" : "read");

    /** Answers the questions of all agents, as `choose` says for the n-th one asked. */
    async function runTen(
      choose: (number: number) => string,
    ): Promise<{ readonly result: unknown; readonly asked: readonly string[] }> {
      const asked: string[] = [];
      let result: unknown;
      const follow = ({ core }: AgentWorld): void => {
        const createFor = core.supervisor.createFor.bind(core.supervisor);
        core.supervisor.createFor = (...given) => {
          const agent = createFor(...given);
          agent.session.channel.listen((event) => {
            if (event.type !== "question-asked") return;
            asked.push(event.question.permission?.agent ?? "");
            const value = choose(asked.length);
            void agent.answer(event.question.id, { value }).catch(() => {});
          });
          return agent;
        };
      };
      await run(ten, answer, ({ end }) => void (result = end.result), {
        files: { "/elsewhere/notes.txt": "x" },
        opened: follow,
      });
      return { result, asked };
    }

    it("each for itself, by name, ten at once", async () => {
      const { result, asked } = await runTen((number) => (number % 2 === 0 ? "once" : "deny"));
      assert.equal(new Set(asked).size, 10);
      assert.deepEqual((result as string[]).toSorted(), [
        ...Array.from({ length: 5 }, () => "denied"),
        ...Array.from({ length: 5 }, () => "read"),
      ]);
    });

    it("no more once one was allowed for the session: all agents of a run share what is granted", async () => {
      const { result, asked } = await runTen((number) => (number === 1 ? "session" : "deny"));
      assert.ok(asked.length < 10, `${asked.length} asked`);
      assert.ok((result as string[]).filter((word) => word === "read").length > 10 - asked.length);
    });
  });
});
