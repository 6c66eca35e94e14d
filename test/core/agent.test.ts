import assert from "node:assert/strict";
import { agentWorld, lastTurn, nextEvent, outline, type WorldOptions } from "../support/agent-world.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply, type Reply } from "../support/model-server/reply.ts";
import type { Script } from "../support/model-server.ts";
import { assertPrefixes } from "../support/prefix.ts";

const files: Record<string, string> = {
  "package.json": '{"name":"demo"}',
  "src/a.ts": "export const a = 1;\n",
};

describe("agent: a turn", () => {
  const check = (
    name: string,
    script: Script,
    expected: readonly string[],
    options: WorldOptions = {},
  ): void => {
    it(name, async () => {
      await using world = await agentWorld(script, { files, ...options });
      assert.deepEqual(outline(await world.say("go")), ["user: go", ...expected]);
    });
  };

  check("answers", [reply.text("Hello.")], ["text: Hello.", "end done"]);
  check(
    "thinks, then answers",
    [reply.thinking("Hm.").text("Hi.")],
    ["reasoning: Hm.", "text: Hi.", "end done"],
  );
  check(
    "calls a tool and goes on",
    [reply.toolCall("read_file", { path: "package.json" }), reply.text("demo")],
    ["read_file ok", "text: demo", "end done"],
  );
  check(
    "calls several tools at once",
    [
      reply.calls([
        ["read_file", { path: "package.json" }],
        ["list_files", {}],
        ["read_file", { path: "none" }],
      ]),
      reply.text("x"),
    ],
    ["read_file ok", "list_files ok", "read_file error", "text: x", "end done"],
  );
  check(
    "tells the model of an unknown tool",
    [reply.toolCall("fly", {}), reply.text("Sorry.")],
    ["fly error", "text: Sorry.", "end done"],
  );
  check(
    "tells the model of arguments that are not JSON",
    [reply.toolCall("read_file", '{"path": '), reply.text("Sorry.")],
    ["read_file error", "text: Sorry.", "end done"],
  );
  check(
    "tells the model of arguments that do not fit",
    [reply.toolCall("read_file", { file: 3 }), reply.text("Sorry.")],
    ["read_file error", "text: Sorry.", "end done"],
  );
  check(
    "keeps text beside calls",
    [reply.text("Look:").toolCall("list_files", {}), reply.text("ok")],
    ["text: Look:", "list_files ok", "text: ok", "end done"],
  );
});

describe("agent: what can go wrong with a model", () => {
  const check = (
    name: string,
    script: readonly Reply[],
    expected: readonly string[],
    requests = script.length,
  ): void => {
    it(name, async () => {
      await using world = await agentWorld(script, { files });
      assert.deepEqual(outline(await world.say("go")), ["user: go", ...expected]);
      assert.equal(world.server.requests.length, requests);
      const bodies = world.server.requests.map((request) => request.text);
      for (const body of bodies) assert.equal(body, bodies[0], "a retry sends the same bytes");
      world.server.use([reply.text("Better now.")]);
      await world.agent.continue();
      await world.agent.idle();
      assert.equal(lastTurn(world.agent).end?.reason, "done", "the transcript is valid afterwards");
    });
  };
  const ok = reply.text("ok");
  const done = ["text: ok", "end done"];

  check("429 is tried again", [reply.rateLimited(0), ok], done);
  check("500 is tried again", [reply.serverError(), ok], done);
  check("503 is tried again", [reply.overloaded(), ok], done);
  check("a reset connection is tried again", [reply.reset(), ok], done);
  check("a cut stream is tried again without doubled text", [reply.text("Half").cut(), ok], done);
  check("a body that ends early is tried again", [reply.text("Half").endEarly(), ok], done);
  check("a call that was cut is not made", [reply.toolCall("list_files", {}).cut(), ok], done);
  check("a malformed chunk is tried again", [reply.text("Ha").malformedChunk().text("lf"), ok], done);
  check("an empty answer is tried once more", [reply.empty(), ok], done);
  check("two empty answers end the turn", [reply.empty(), reply.empty()], ["end error empty"]);
  check("a page instead of an answer is tried again", [reply.html(), ok], done);
  check("a leaked tool call is tried once more", [reply.leak("read_file", { path: "a" }), ok], done);
  check(
    "insufficient resources are tried again",
    [reply.text("Ha").finish("insufficient_system_resource"), ok],
    done,
  );
  check("keep-alives are not silence", [reply.keepAlive(3).text("ok")], done);
  check("401 asks for another key", [reply.unauthorized()], ["end error key-refused"]);
  check("402 keeps everything and waits", [reply.noBalance()], ["end error no-balance"]);
  check("a full context says so", [reply.contextLength()], ["end context-full context-full"]);
  check(
    "400 is told as it is",
    [reply.error(400, "bad thing", "invalid_request_error")],
    ["end error bad-request"],
  );
  check(
    "the output limit keeps the text",
    [reply.text("Long").finish("length")],
    ["text: Long", "end error output-limit"],
  );
  check(
    "an unknown end keeps the text",
    [reply.text("Odd").finish("sausage")],
    ["text: Odd", "end error unknown-finish"],
  );
  check(
    "five failures end the turn",
    Array.from({ length: 5 }, () => reply.serverError()),
    ["end error http-500"],
  );
  check(
    "the text of the last cut attempt stays",
    Array.from({ length: 5 }, () => reply.text("Half").cut()),
    ["text: Half", "end error cut"],
  );

  it("a refused connection is told with its address", async () => {
    await using world = await agentWorld([ok]);
    await world.server.refuse();
    const turn = await world.say("go");
    assert.match(turn.end?.error?.message ?? "", /nothing answers at this address/);
    await world.server.accept();
    await world.agent.continue();
    await world.agent.idle();
    assert.deepEqual(outline(lastTurn(world.agent)), done);
  });

  it("a wait for a retry is visible and honours Retry-After", async () => {
    await using world = await agentWorld([reply.rateLimited(7), ok]);
    const waiting = nextEvent(
      world.agent,
      (event) => event.type === "waiting" && event.waiting?.kind === "retry",
    );
    const before = world.ports.clock.now();
    await world.say("go");
    const event = await waiting;
    assert.equal(event.type === "waiting" && event.waiting?.until, before + 7000);
  });

  it("usage that is missing stays unknown", async () => {
    await using world = await agentWorld([reply.text("ok").withoutUsage()]);
    const turn = await world.say("go");
    assert.deepEqual(turn.usage, {});
    assert.equal(turn.costUsd, undefined);
  });

  it("the third identical call is told so", async () => {
    const same = reply.toolCall("read_file", { path: "package.json" });
    await using world = await agentWorld([same, same, same, ok], { files });
    await world.say("go");
    assert.doesNotMatch(world.server.requests[2]?.text ?? "", /times in a row/);
    assert.match(world.server.requests[3]?.text ?? "", /3 times in a row/);
  });
});

describe("agent: stop, queue, question", () => {
  it("stops while the model talks, and keeps what it said", async () => {
    const gate = hold();
    await using world = await agentWorld([reply.text("Begin").hold(gate).text("never"), reply.text("ok")]);
    const begun = nextEvent(world.agent, (event) => event.type === "text-delta");
    await world.agent.prompt("go");
    await begun;
    await world.agent.stop();
    assert.deepEqual(outline(lastTurn(world.agent)).at(-1), "end stopped");
    gate.release();
    assert.equal((await world.say("again")).end?.reason, "done");
  });

  it("stops while it waits for the server's first byte", async () => {
    await using world = await agentWorld([reply.hang(), reply.text("ok")]);
    await world.agent.prompt("go");
    await world.server.waitForRequest(0);
    await world.agent.stop();
    assert.deepEqual(outline(lastTurn(world.agent)), ["user: go", "end stopped"]);
    assert.equal((await world.say("again")).end?.reason, "done");
  });

  it("stops inside a tool, and every call has a result", async () => {
    await using world = await agentWorld(
      [
        reply.calls([
          ["edit_file", { path: "src/a.ts", old: "1", new: "2" }],
          ["read_file", { path: "src/a.ts" }],
        ]),
        reply.text("ok"),
      ],
      { files },
    );
    const started = nextEvent(world.agent, (event) => event.type === "tool-start");
    await world.agent.prompt("go");
    await started;
    await world.agent.stop();
    const { openCalls } = world.agent.session.transcript;
    assert.deepEqual(openCalls, []);
    assert.equal((await world.say("again")).end?.reason, "done");
    assert.deepEqual(world.server.problems, []);
  });

  it("goes on without a message of the user's, which nobody takes for one", async () => {
    await using world = await agentWorld([reply.text("Half."), reply.text("Whole.")]);
    await world.say("go");
    await world.agent.continue();
    await world.agent.idle();
    const turn = lastTurn(world.agent);
    assert.equal(turn.isContinued, true);
    assert.deepEqual(outline(turn), ["text: Whole.", "end done"]);
    assert.match(world.server.requests[1]?.text ?? "", /"Continue\."/);
    assert.equal((await world.say("Continue.")).isContinued, undefined);
  });

  it("delivers a queued message at the next boundary", async () => {
    const gate = hold();
    await using world = await agentWorld([reply.hold(gate).toolCall("list_files", {}), reply.text("ok")], {
      files,
    });
    await world.agent.prompt("go");
    await gate.reached;
    const { queued } = await world.agent.prompt("also this");
    assert.equal(world.agent.session.state.queue[0]?.id, queued);
    gate.release();
    await world.agent.idle();
    assert.deepEqual(outline(lastTurn(world.agent)), [
      "user: go",
      "list_files ok",
      "user: also this",
      "text: ok",
      "end done",
    ]);
    assertPrefixes(world.server.requests.map((request) => request.body));
  });

  it("delivers what was queued during the last answer in the same turn", async () => {
    const gate = hold();
    await using world = await agentWorld([reply.text("One").hold(gate), reply.text("Two")]);
    await world.agent.prompt("go");
    await gate.reached;
    await world.agent.prompt("more");
    gate.release();
    await world.agent.idle();
    assert.deepEqual(outline(lastTurn(world.agent)), [
      "user: go",
      "text: One",
      "user: more",
      "text: Two",
      "end done",
    ]);
  });

  it("asks at the step limit, and goes on when told", async () => {
    const call = (offset: number): Reply => reply.toolCall("read_file", { path: "package.json", offset });
    await using world = await agentWorld([call(1), call(1), reply.text("ok")], {
      files,
      limits: { steps: 2 },
    });
    const asked = nextEvent(world.agent, (event) => event.type === "question-asked");
    await world.agent.prompt("go");
    const event = await asked;
    assert.ok(event.type === "question-asked");
    await assert.rejects(world.agent.answer("other", { value: "continue" }), { code: "not-asked" });
    await world.agent.answer(event.question.id, { value: "continue" });
    await world.agent.idle();
    assert.deepEqual(outline(lastTurn(world.agent)).slice(-2), ["text: ok", "end done"]);
  });

  it("a message that no model can take is refused", async () => {
    await using world = await agentWorld([]);
    await assert.rejects(world.agent.prompt("x".repeat(5_000_000)), { code: "message-too-long" });
    await assert.rejects(world.agent.prompt("  \n"), { code: "empty-message" });
  });
});
