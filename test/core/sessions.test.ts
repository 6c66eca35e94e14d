import assert from "node:assert/strict";
import { agentWorld, lastTurn, outline } from "../support/agent-world.ts";
import { all, conversation, files, findTitles, signal, turnId } from "../support/conversation.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";
import { assertPrefixes } from "../support/prefix.ts";

describe("a fork", () => {
  it("begins with the same bytes as its original, and both go on", async () => {
    await using world = await conversation(10);
    const { handlers, supervisor } = world.core;
    const before = world.server.requests.length;
    const { session } = await handlers["session.fork"](
      { session: world.agent.session.id, turn: turnId(world, 5) },
      signal,
    );
    const fork = supervisor.find(session);
    assert.ok(fork);
    assert.equal(fork.session.state.turns.length, 5);
    assert.deepEqual(fork.session.state.forkOf, { session: world.agent.session.id, turn: 5 });
    await fork.prompt("Another question");
    await fork.idle();
    const forked = world.server.requests.slice(before);
    const share = (forked[0]?.usage?.prompt_cache_hit_tokens ?? 0) / (forked[0]?.usage?.prompt_tokens ?? 1);
    assert.ok(share >= 0.95, `${share} of the fork's first request came from the cache`);
    const bodies = world.server.requests.map(({ body }) => body);
    assertPrefixes([...bodies.slice(0, 10), ...bodies.slice(before)]);
    await world.say("Question 11");
    assertPrefixes([
      ...bodies.slice(0, before),
      ...world.server.requests.slice(before + 2).map(({ body }) => body),
    ]);
    assert.equal(world.agent.session.state.turns.length, 11);
  });

  it("is found from its original, and after a reload", async () => {
    await using world = await conversation(2);
    const id = world.agent.session.id;
    await world.core.handlers["session.fork"]({ session: id, turn: turnId(world, 1) }, signal);
    const { forks } = await world.core.handlers["session.forks"]({ session: id }, signal);
    assert.deepEqual(
      forks.map(({ title, turn }) => [title, turn]),
      [["Question 1", 1]],
    );
    const later = await world.reload();
    await later.core.supervisor.loadList();
    assert.equal((await later.core.handlers["session.forks"]({ session: id }, signal)).forks.length, 1);
  });

  it("with another message in a turn's place leaves the original as it is", async () => {
    await using world = await conversation(3);
    const original = world.agent.session.id;
    const { session } = await world.core.handlers["session.resend"](
      { session: original, turn: turnId(world, 2), text: "Asked in other words" },
      signal,
    );
    const fork = world.core.supervisor.find(session);
    assert.ok(fork);
    await fork.idle();
    assert.equal(fork.session.state.turns.length, 2);
    assert.equal(outline(lastTurn(fork))[0], "user: Asked in other words");
    assert.deepEqual(fork.session.state.forkOf, { session: original, turn: 1, isEdit: true });
    assert.equal(world.agent.session.state.turns.length, 3);
    assert.equal(world.core.active()?.session.id, session);
  });

  it("of a turn that runs is refused", async () => {
    const gate = hold();
    await using world = await agentWorld([reply.text("late").hold(gate)], { files });
    await world.agent.prompt("go");
    const turn = turnId(world, 1);
    const session = world.agent.session.id;
    await assert.rejects(world.core.handlers["session.fork"]({ session, turn }, signal), { code: "busy" });
    await assert.rejects(world.core.handlers["session.fork"]({ session, turn: "no" }, signal), {
      code: "no-turn",
    });
  });
});

describe("a session's figures", () => {
  it("are told by turn, and by model and key", async () => {
    await using world = await conversation(2);
    const params = { session: world.agent.session.id };
    const { turns } = await world.core.handlers["session.timeline"](params, signal);
    assert.deepEqual(
      turns.map(({ number, message, model, outcome, toolCalls }) => [
        number,
        message,
        model,
        outcome,
        toolCalls,
      ]),
      [1, 2].map((number) => [number, `Question ${number}`, "deepseek-flash", "done", 1]),
    );
    const { lines } = await world.core.handlers["session.costs"](params, signal);
    const [line] = lines;
    assert.equal(lines.length, 1);
    assert.deepEqual([line?.calls, line?.key], [4, "environment (DEEPSEEK_API_KEY)"]);
    const hits = world.server.requests.reduce(
      (sum, { usage }) => sum + (usage?.prompt_cache_hit_tokens ?? 0),
      0,
    );
    assert.equal(line?.hitTokens, hits);
    assert.equal(line?.costUsd, world.agent.session.state.costUsd);
  });

  it("tell what a change of model costs, where that is known", async () => {
    await using world = await conversation(1);
    world.ports.clock.time = Date.UTC(2026, 10, 20);
    const session = world.agent.session.id;
    const cold = (model: string, provider = "deepseek") =>
      world.core.handlers["session.coldCost"]({ session, provider, model }, signal);
    assert.deepEqual(await cold("deepseek-flash"), {});
    const pro = await cold("deepseek-v4-pro");
    assert.equal(pro.tokens, world.agent.session.state.context?.usedTokens);
    assert.ok((pro.costUsd ?? 0) > 0);
    assert.deepEqual(Object.keys(await cold("other", "openai-compatible")), ["tokens", "reason"]);
    // After a long pause nothing is cached any more; what costs little is not told.
    world.ports.clock.time += 7 * 3_600_000;
    assert.deepEqual(await cold("deepseek-flash"), {});
    world.ports.configure({ coldWarningUsd: 0.000_001 });
    assert.equal((await cold("deepseek-flash")).reason, "expired");
  });
});

describe("the library of sessions", () => {
  it("finds, pins, archives, trashes and takes back", async () => {
    await using world = await agentWorld(() => reply.text("Calm."), { files });
    for (const title of ["Alpha", "Beta", "Gamma"]) {
      const agent = await world.core.newSession();
      await agent.prompt(title);
      await agent.idle();
      world.ports.clock.time += 1_000;
    }
    const ids = new Map(
      world.core.supervisor.library.list.state.sessions.map(({ title, id }) => [title, id]),
    );
    const mark = (title: string, change: Parameters<typeof world.core.supervisor.library.change>[1]) =>
      world.core.handlers["sessions.mark"]({ sessions: [ids.get(title) ?? ""], change }, signal);
    assert.equal(await findTitles(world, {}), "Gamma, Beta, Alpha of 3, 0 hidden");
    await mark("Alpha", { isPinned: true });
    assert.equal(await findTitles(world, {}), "Alpha, Gamma, Beta of 3, 0 hidden");
    await mark("Beta", { isArchived: true });
    assert.equal(await findTitles(world, {}), "Alpha, Gamma of 2, 1 hidden");
    assert.equal(await findTitles(world, { show: "archived" }), "Beta of 1, 2 hidden");
    await mark("Beta", { isArchived: false });
    await mark("Gamma", { isTrashed: true });
    assert.equal(await findTitles(world, { show: "trash" }), "Gamma of 1, 2 hidden");
    await mark("Gamma", { isTrashed: false });
    await mark("Gamma", { title: "Delta" });
    assert.equal(world.core.channel("session", ids.get("Gamma") ?? "")?.state.title, "Delta");
    assert.equal(await findTitles(world, { show: "all" }), "Alpha, Delta, Beta of 3, 0 hidden");
    assert.equal(await findTitles(world, { text: "delt" }), "Delta of 1, 0 hidden");
    assert.equal(await findTitles(world, { text: "calm" }), "Alpha, Delta, Beta of 3, 0 hidden");
    assert.equal(await findTitles(world, { limit: 1, offset: 1 }), "Delta of 3, 0 hidden");
    assert.equal(await findTitles(world, { from: world.ports.clock.time + 1 }), " of 0, 3 hidden");
  });

  it("shows where words stand", async () => {
    await using world = await agentWorld(() => reply.text("The QUICK brown fox."), { files });
    await world.say("hello");
    const { found } = await world.core.handlers["sessions.find"]({ ...all, text: "quick fox" }, signal);
    const [hit] = found[0]?.hits ?? [];
    assert.equal(hit?.excerpt, "The QUICK brown fox.");
    assert.deepEqual(hit?.ranges, [
      [4, 9],
      [16, 19],
    ]);
  });

  it("deletes for good, but not what runs", async () => {
    const gate = hold();
    await using world = await agentWorld([reply.text("one"), reply.text("late").hold(gate)], { files });
    await world.say("first");
    const first = world.agent.session.id;
    await world.agent.prompt("second");
    await assert.rejects(world.core.handlers["sessions.purge"]({ sessions: [first] }, signal), {
      code: "busy",
    });
    await world.agent.stop();
    await world.core.handlers["sessions.purge"]({ sessions: [first] }, signal);
    assert.equal(await findTitles(world, {}), " of 0, 0 hidden");
    assert.notEqual(world.core.active()?.session.id, first, "the chat shows another session");
  });
});

describe("an exported session", () => {
  it("reads back as the same conversation", async () => {
    await using world = await conversation(2);
    const session = world.agent.session.id;
    assert.deepEqual(await world.core.handlers["session.export"]({ session, format: "json" }, signal), {
      isSaved: true,
    });
    world.ports.picked = world.ports.saved.get("Question-1.json");
    const { session: imported = "" } = await world.core.handlers["session.import"]({}, signal);
    const copy = world.core.supervisor.find(imported);
    assert.ok(copy);
    assert.notEqual(imported, session);
    assert.deepEqual(copy.session.state.turns, world.agent.session.state.turns);
    assert.deepEqual(copy.session.transcript.bytes(), world.agent.session.transcript.bytes());
  });

  it("can be gone on with where a result is missing in the file", async () => {
    await using world = await conversation(1);
    const { handlers } = world.core;
    await handlers["session.export"]({ session: world.agent.session.id, format: "json" }, signal);
    const exported = JSON.parse(world.ports.saved.get("Question-1.json") ?? "") as {
      readonly events: readonly { readonly type: string }[];
    };
    const events = exported.events.filter(({ type }) => type !== "tool-end");
    assert.notEqual(events.length, exported.events.length);
    world.ports.picked = JSON.stringify({ ...exported, events });
    const { session: imported = "" } = await handlers["session.import"]({}, signal);
    const agent = world.core.supervisor.find(imported);
    await agent?.prompt("And now?");
    await agent?.idle();
    assert.deepEqual(world.server.problems, []);
    assert.ok(world.server.requests.at(-1)?.body.includes("Interrupted: BooCode ended before"));
  });

  it("reverts nothing outside of the project", async () => {
    const script = [
      reply.toolCall("write_file", { path: "/srv/start-up", content: "default\n" }),
      reply.text("ok"),
    ];
    await using world = await agentWorld(script, { files: { "/srv/start-up": "evil\n" } });
    await world.agent.prompt("go");
    const [question] = await new Promise<typeof world.agent.session.state.questions>((resolve) => {
      world.agent.session.channel.listen(() => {
        const { questions } = world.agent.session.state;
        if (questions.length > 0) resolve(questions);
      });
    });
    await world.agent.answer(question?.id ?? "", { value: "once" });
    await world.agent.idle();
    const session = world.agent.session.id;
    await world.core.handlers["session.export"]({ session, format: "json" }, signal);
    world.ports.picked = [...world.ports.saved.values()].at(-1);
    const { session: imported = "" } = await world.core.handlers["session.import"]({}, signal);
    const turn = world.core.supervisor.find(imported)?.session.state.turns[0]?.id ?? "";
    const result = await world.core.handlers["turn.revert"]({ session: imported, turn }, signal);
    assert.deepEqual([result.reverted, result.refused.map(({ path }) => path)], [[], ["/srv/start-up"]]);
    assert.equal(world.ports.workspace.disk.get("/srv/start-up"), "default\n");
  });

  it("is Markdown that a person can read", async () => {
    await using world = await conversation(1);
    await world.core.handlers["session.export"](
      { session: world.agent.session.id, format: "markdown" },
      signal,
    );
    const text = world.ports.saved.get("Question-1.md") ?? "";
    for (const part of [
      "# Question 1",
      "## 1. User",
      "**Read notes.md** (ok)",
      "Answer 1: the harbour is calm.",
    ])
      assert.ok(text.includes(part), part);
  });

  const refuse = (name: string, json: string, says: RegExp) =>
    it(`is refused when it is ${name}`, async () => {
      await using world = await agentWorld([], { files });
      world.ports.picked = json;
      await assert.rejects(world.core.handlers["session.import"]({}, signal), (error: Error) =>
        says.test(error.message),
      );
      assert.equal(world.ports.store.records.length, 0);
    });
  const start = {
    type: "session-start",
    at: 1,
    id: "x",
    folder: "/",
    choice: { provider: "p", model: "m", effort: "low" },
  };
  const file = (events: unknown, more: object = {}) =>
    JSON.stringify({ format: "boocode-session", version: 1, events, blobs: {}, ...more });
  refuse("no JSON", "hello", /not JSON/);
  const title = { type: "title-change", at: 8.7e15, title: "When?" };
  refuse("of no time that there is", file([start, title]), /events\.1\.at/);
  const deep = JSON.parse(`${"[".repeat(500)}${"]".repeat(500)}`) as unknown;
  const header = { system: "", tools: [{ name: "t", description: "", parameters: deep }], hash: "h" };
  const pin = { type: "header-pin", at: 1, reason: "first", header, choice: start.choice };
  refuse("deeper than deep", file([start, { ...pin, reasoning: "never" }]), /nested too deeply/);

  it("is read with a mark of its byte order, and written down a piece at a time", async () => {
    await using world = await agentWorld([], { files });
    const turn = { type: "turn-start", at: 1, turn: "t", number: 1 };
    const choice = start.choice;
    const step = { type: "step-start", at: 1, turn: "t", step: "s", choice };
    const said = { reasoning: "", text: "x".repeat(300_000), finish: "stop", usage: {} };
    const steps = Array.from({ length: 12 }, (_, at) => [
      { ...step, step: `s${at}` },
      { type: "step-end", at: 1, turn: "t", step: `s${at}`, calls: [], ...said },
    ]);
    world.ports.picked = `\uFEFF${file([start, turn, ...steps.flat()])}`;
    const { store } = world.ports;
    const append = store.append.bind(store);
    const pieces: number[] = [];
    store.append = (records) => {
      pieces.push(JSON.stringify(records).length);
      return append(records);
    };
    await world.core.handlers["session.import"]({}, signal);
    assert.ok(Math.max(...pieces) < 1_500_000, pieces.join());
    const ends = store.records.filter((one) => one.kind === "event" && one.event.type === "step-end");
    assert.equal(ends.length, 12);
  });
  refuse("something else", "{}", /no session that BooCode exported/);
  refuse("of a newer version", file([start], { version: 9 }), /newer version/);
  refuse("without a start", file([{ type: "title-change", at: 1, title: "t" }]), /does not begin/);
  refuse("with two starts", file([start, start]), /does not begin/);
  refuse("with an unknown event", file([start, { type: "run-code", at: 1 }]), /events\.1/);
  refuse("with more in an event than belongs there", file([{ ...start, __proto__x: 1 }]), /events\.0/);
});
