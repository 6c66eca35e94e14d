import assert from "node:assert/strict";
import { createBooCode } from "#core/boocode.ts";
import type { Retention, StoreChange } from "#core/ports.ts";
import type { SessionQuery } from "#protocol/sessions.ts";
import { type AgentWorld, agentWorld, lastTurn, outline } from "../support/agent-world.ts";
import { hold } from "../support/model-server/gate.ts";
import { fakePorts } from "../support/fake-ports.ts";
import { reply } from "../support/model-server/reply.ts";
import { assertPrefixes } from "../support/prefix.ts";

const files = { "package.json": '{"name":"demo"}', "notes.md": "The tide is high.\n".repeat(40) };
const signal = new AbortController().signal;

/** A session of some turns, each of which reads a file and answers. */
async function conversation(turns: number): Promise<AgentWorld> {
  const world = await agentWorld(
    (_request, index) =>
      index % 2 === 0
        ? reply.toolCall("read_file", '{"path":"notes.md"}')
        : reply.text(`Answer ${Math.ceil(index / 2)}: the harbour is calm.`),
    { files },
  );
  for (let turn = 1; turn <= turns; turn++) await world.say(`Question ${turn}`);
  return world;
}

const turnId = ({ agent }: AgentWorld, number: number): string =>
  agent.session.state.turns.find((turn) => turn.number === number)?.id ?? "";

const all: SessionQuery = { text: "", scope: "folder", show: "active", offset: 0, limit: 50 };

async function find(world: AgentWorld, query: Partial<SessionQuery>): Promise<string> {
  const result = await world.core.handlers["sessions.find"]({ ...all, ...query }, signal);
  return `${result.found.map(({ entry }) => entry.title).join(", ")} of ${result.total}, ${result.hidden} hidden`;
}

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
    assert.equal(fork.session.state.forkOf?.turn, 1);
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
    assert.deepEqual(Object.keys(await cold("other", "openai-compatible")), ["tokens"]);
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
    assert.equal(await find(world, {}), "Gamma, Beta, Alpha of 3, 0 hidden");
    await mark("Alpha", { isPinned: true });
    assert.equal(await find(world, {}), "Alpha, Gamma, Beta of 3, 0 hidden");
    await mark("Beta", { isArchived: true });
    assert.equal(await find(world, {}), "Alpha, Gamma of 2, 1 hidden");
    assert.equal(await find(world, { show: "archived" }), "Beta of 1, 2 hidden");
    await mark("Beta", { isArchived: false });
    await mark("Gamma", { isTrashed: true });
    assert.equal(await find(world, { show: "trash" }), "Gamma of 1, 2 hidden");
    await mark("Gamma", { isTrashed: false });
    await mark("Gamma", { title: "Delta" });
    assert.equal(await find(world, { text: "delt" }), "Delta of 1, 0 hidden");
    assert.equal(await find(world, { text: "calm" }), "Alpha, Delta, Beta of 3, 0 hidden");
    assert.equal(await find(world, { limit: 1, offset: 1 }), "Delta of 3, 0 hidden");
    assert.equal(await find(world, { from: world.ports.clock.time + 1 }), " of 0, 3 hidden");
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
    assert.equal(await find(world, {}), " of 0, 0 hidden");
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
  refuse("something else", "{}", /no session that BooCode exported/);
  refuse("of a newer version", file([start], { version: 9 }), /newer version/);
  refuse("without a start", file([{ type: "title-change", at: 1, title: "t" }]), /does not begin/);
  refuse("with two starts", file([start, start]), /does not begin/);
  refuse("with an unknown event", file([start, { type: "run-code", at: 1 }]), /events\.1/);
  refuse("with more in an event than belongs there", file([{ ...start, __proto__x: 1 }]), /events\.0/);
});

describe("a session that another window runs", () => {
  const elsewhere = async (world: AgentWorld): Promise<void> => {
    const { id } = world.agent.session;
    world.ports.store.owners.set(id, "elsewhere");
    world.ports.store.hear({ kind: "lease", session: id });
    await new Promise((resolve) => setImmediate(resolve));
  };
  const followed = (world: AgentWorld, ...events: readonly object[]): Promise<void> => {
    const { id: session } = world.agent.session;
    const from = world.agent.session.eventCount;
    for (const [index, event] of events.entries()) {
      const change = { kind: "event", session, n: from + index, epoch: 2, event: () => event } as StoreChange;
      world.ports.store.hear(change);
    }
    return new Promise((resolve) => setImmediate(resolve));
  };

  it("is followed live and can not be written", async () => {
    await using world = await conversation(1);
    await elsewhere(world);
    const { session } = world.agent;
    assert.equal(session.state.owner, "elsewhere");
    const message = { id: "m", text: { text: "from there" } };
    await followed(world, { type: "turn-start", at: 1, turn: "t2", number: 2, message });
    assert.deepEqual(outline(lastTurn(world.agent)), ["user: from there", "running"]);
    world.ports.store.hear({
      kind: "partial",
      session: session.id,
      after: session.eventCount - 1,
      event: () => ({ type: "text-delta", at: 2, step: "s", text: "so far" }),
    });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(outline(lastTurn(world.agent)), ["user: from there", "text: so far", "running"]);
    await assert.rejects(world.agent.prompt("me too"), { code: "session-busy" });
  });

  it("can be gone on with when it is free again, after everything that was said there", async () => {
    await using world = await conversation(1);
    await elsewhere(world);
    const message = { id: "m", text: { text: "from there" } };
    await followed(
      world,
      { type: "turn-start", at: 1, turn: "t2", number: 2, message },
      { type: "turn-end", at: 2, turn: "t2", reason: "stopped" },
    );
    world.ports.store.owners.delete(world.agent.session.id);
    world.ports.store.hear({ kind: "lease", session: world.agent.session.id });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(world.agent.session.state.owner, undefined);
  });
});

describe("limits of the history", () => {
  const day = 86_400_000;

  /** A world with sessions "old", "pinned" and "new", of which the first two were used 40 days ago. */
  async function aged(): Promise<AgentWorld> {
    const world = await agentWorld(() => reply.text("Calm."), { files });
    for (const title of ["old", "pinned", "new"]) {
      if (title === "new") world.ports.clock.time += 40 * day;
      const agent = await world.core.newSession();
      await agent.prompt(title);
      await agent.idle();
    }
    const pinned = world.core.supervisor.library.list.state.sessions.find(({ title }) => title === "pinned");
    await world.core.supervisor.library.change([pinned?.id ?? ""], { isPinned: true });
    return world;
  }

  const check = (name: string, rules: Partial<Retention>, active: string, trash: string) =>
    it(name, async () => {
      await using world = await aged();
      const all = { keepDays: 0, keepMegabytes: 0, trashDays: 0, ...rules };
      await world.core.supervisor.library.tidy(all, world.ports.clock.now());
      assert.equal((await find(world, {})).replace(/ of.*/, ""), active);
      assert.equal((await find(world, { show: "trash" })).replace(/ of.*/, ""), trash);
    });

  check("are none at first", {}, "pinned, new, old", "");
  check("put what is too old into the trash, but nothing pinned", { keepDays: 30 }, "pinned, new", "old");
  check("leave what is young enough", { keepDays: 50 }, "pinned, new, old", "");
  check(
    "put what is too much into the trash, oldest first",
    { keepMegabytes: 0.00001 },
    "pinned",
    "new, old",
  );

  it("delete what was in the trash long enough", async () => {
    await using world = await aged();
    const { library } = world.core.supervisor;
    await library.tidy({ keepDays: 30, keepMegabytes: 0, trashDays: 30 }, world.ports.clock.now());
    await library.tidy({ keepDays: 30, keepMegabytes: 0, trashDays: 30 }, world.ports.clock.now() + 29 * day);
    assert.equal(await find(world, { show: "trash" }), "old of 1, 2 hidden");
    await library.tidy({ keepDays: 0, keepMegabytes: 0, trashDays: 30 }, world.ports.clock.now() + 31 * day);
    assert.equal(await find(world, { show: "trash" }), " of 0, 2 hidden");
  });
});

describe("a cut turn", () => {
  const check = (name: string, autoResume: boolean, cuts: number, goesOn: boolean) =>
    it(`${goesOn ? "goes on by itself" : "waits for the user"} ${name}`, async () => {
      const gates = Array.from({ length: cuts }, () => hold());
      const script = [...gates.map((gate) => reply.text("never").hold(gate)), reply.text("Whole.")];
      await using first = await agentWorld(script, { files, settings: { autoResume } });
      let world: AgentWorld = first;
      await world.agent.prompt("go");
      for (let cut = 1; cut <= cuts; cut++) {
        await gates[cut - 1]?.reached;
        await world.agent.interrupt();
        await world.agent.idle();
        world = await world.reload();
        if (cut < cuts) await world.agent.continue();
      }
      await world.agent.autoResume();
      await world.agent.idle();
      assert.equal(lastTurn(world.agent).end?.reason, goesOn ? "done" : "interrupted");
    });
  check("where nothing is set", false, 1, false);
  check("where it is set", true, 1, true);
  check("the third time", true, 3, true);
  check("after three attempts", true, 4, false);
});

describe("a window that opens", () => {
  it("shows the list and the last session before the store has answered", async () => {
    await using world = await agentWorld(() => reply.text("Calm."), { files });
    await world.say("How high is the tide?");
    await world.core.supervisor.loadList();
    const { store } = world.ports;
    store.copies.set("list", JSON.stringify(await store.sessions()));
    const ports = fakePorts({ store, environment: { DEEPSEEK_API_KEY: "sk-test-0123456789" } });
    const reading = Promise.withResolvers<void>();
    const sessions = store.sessions.bind(store);
    store.sessions = async () => {
      await reading.promise;
      return sessions();
    };
    const core = createBooCode(ports);
    await core.start();
    const { id } = world.agent.session;
    assert.deepEqual(
      core.supervisor.library.list.state.sessions.map((entry) => entry.id),
      [id],
    );
    const shown = core.channel("session", id);
    assert.equal(shown?.state.turns.length, 1);
    assert.equal(core.active(), undefined);
    reading.resolve();
    await core.ready;
    assert.equal(core.active()?.session.channel, shown, "views keep what they follow");
    assert.deepEqual(shown?.state.turns, world.agent.session.state.turns);
  });

  it("does without copies, and with damaged ones", async () => {
    await using world = await agentWorld(() => reply.text("Calm."), { files });
    await world.say("hello");
    const { store } = world.ports;
    store.copies.set("list", "{ damaged");
    store.copies.set(world.agent.session.id, "damaged");
    const core = createBooCode(fakePorts({ store, environment: { DEEPSEEK_API_KEY: "sk-test-0123456789" } }));
    await core.start();
    assert.equal(core.active()?.session.id, world.agent.session.id);
  });
});
