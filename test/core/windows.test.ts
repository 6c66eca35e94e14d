import assert from "node:assert/strict";
import { createBooCode } from "#core/boocode.ts";
import type { Retention } from "#core/ports.ts";
import type { StoreChange } from "#core/store-ports.ts";
import { type AgentWorld, agentWorld, lastTurn, outline } from "../support/agent-world.ts";
import { conversation, files, findTitles, signal } from "../support/conversation.ts";
import { fakePorts } from "../support/fake-ports.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";

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

  it("stays known as one of another window, whatever is heard while a message is refused", async () => {
    await using world = await conversation(1);
    await elsewhere(world);
    const { store } = world.ports;
    const { session } = world.agent;
    const acquire = store.acquire.bind(store);
    store.acquire = async (id) => {
      store.hear({ kind: "lease", session: id });
      await new Promise((resolve) => setImmediate(resolve));
      return acquire(id);
    };
    await assert.rejects(world.agent.prompt("me too"), { code: "session-busy" });
    assert.equal(session.state.owner, "elsewhere");
    store.owners.set(session.id, "gone");
    store.hear({ kind: "lease", session: session.id });
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(session.state.owner, "gone");
    await world.say("now me");
    assert.equal(session.state.owner, undefined);
  });

  it("opens its folder, and says why where it has none or several", async () => {
    await using world = await conversation(1);
    const { handlers, supervisor } = world.core;
    const [stored] = await world.ports.store.sessions();
    assert.ok(stored);
    const open = (folder: string) => {
      supervisor.library.note({ ...stored.summary, folder });
      return handlers["session.openThere"]({ session: stored.summary.id }, signal);
    };
    await open("/project");
    assert.deepEqual(world.ports.windows, ["/project"]);
    for (const folder of ["", "/one\n/two"]) await assert.rejects(open(folder), { code: "no-folder" });
  });

  it("is given up by a window that was taken for gone; what it still wrote becomes a fork", async () => {
    const gate = hold();
    await using world = await conversation(1);
    const { ports, agent } = world;
    const { id } = agent.session;
    world.server.use([reply.text("Here I ").hold(gate).text("am.")]);
    await agent.prompt("go");
    await gate.reached;
    const from = agent.session.eventCount;
    const ended = new Promise<void>((resolve) => {
      agent.session.channel.listen((event) => event.type === "strays-change" && resolve());
    });
    const written = ports.store.records.flatMap((record) => (record.kind === "event" ? [record] : []));
    const start = written.find(({ event }) => event.type === "turn-start" && event.number === 2);
    assert.ok(start);
    // The other window had seen the first turn alone.
    ports.store.straying.set(
      id,
      written.filter(({ n }) => n >= start.n).map(({ n, event }) => ({ n, epoch: 1, event })),
    );
    ports.store.hear({ kind: "lost", session: id });
    await ended;
    assert.equal(agent.isRunning, false);
    assert.equal(agent.session.state.hasStrays, true);
    assert.ok(from > start.n);
    const { handlers } = world.core;
    const { session: fork } = await handlers["session.forkStrays"]({ session: id }, signal);
    const forked = await world.core.supervisor.open(fork);
    assert.deepEqual(forked.session.state.forkOf, { session: id, turn: 1 });
    assert.deepEqual(outline(lastTurn(forked)), ["user: go", "end interrupted"]);
    assert.equal(agent.session.state.hasStrays, false, "what became a fork is not offered again");
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

describe("what another window writes at the last moment", () => {
  /** What another window that runs the session does in the end. */
  const lastTurnThere = (world: AgentWorld): (() => Promise<void>) => {
    const { store } = world.ports;
    const { id: session, eventCount } = world.agent.session;
    return async () => {
      const blob = await store.putBlob("from there");
      const message = { id: "m", text: { blob, bytes: 10, preview: "from there" } };
      const read = store.readBlob.bind(store);
      store.readBlob = async (hash) => {
        await new Promise((resolve) => setImmediate(resolve));
        return read(hash);
      };
      const events = [
        { type: "turn-start", at: 1, turn: "there", number: 2, message },
        { type: "turn-end", at: 2, turn: "there", reason: "done" },
      ] as const;
      for (const [index, event] of events.entries()) {
        const n = eventCount + index;
        await store.append([{ kind: "event", session, n, event }]);
        store.hear({ kind: "event", session, n, epoch: 1, event: () => event });
      }
    };
  };
  const said = (world: AgentWorld, core = world.core) =>
    core.supervisor.find(world.agent.session.id)?.session.state.turns.map((turn) => outline(turn)[0]);

  it("is there when the session is opened meanwhile", async () => {
    await using world = await conversation(1);
    const writeThere = lastTurnThere(world);
    const { store } = world.ports;
    const events = store.events.bind(store);
    store.events = async (session) => {
      const before = await events(session);
      store.events = events;
      await writeThere();
      return before;
    };
    const core = createBooCode(fakePorts({ store, environment: { DEEPSEEK_API_KEY: "sk-test-0123456789" } }));
    const agent = await core.openSession(world.agent.session.id);
    await agent.choose({ provider: "rehearsal", model: "rehearsal", effort: "high" });
    assert.deepEqual(said(world, core), ["user: Question 1", "user: from there"]);
  });

  it("comes before what is said here then", async () => {
    await using world = await conversation(1);
    const writeThere = lastTurnThere(world);
    const { store } = world.ports;
    const acquire = store.acquire.bind(store);
    store.acquire = async (session) => {
      store.acquire = acquire;
      await writeThere();
      return acquire(session);
    };
    world.server.use([reply.text("Yes.")]);
    await world.say("And here?");
    assert.deepEqual(said(world), ["user: Question 1", "user: from there", "user: And here?"]);
    const kept = await store.events(world.agent.session.id);
    const starts = kept.flatMap((event) => (event.type === "turn-start" ? [event.number] : []));
    assert.deepEqual(starts, [1, 2, 3]);
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
      assert.equal((await findTitles(world, {})).replace(/ of.*/, ""), active);
      assert.equal((await findTitles(world, { show: "trash" })).replace(/ of.*/, ""), trash);
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
    assert.equal(await findTitles(world, { show: "trash" }), "old of 1, 2 hidden");
    await library.tidy({ keepDays: 0, keepMegabytes: 0, trashDays: 30 }, world.ports.clock.now() + 31 * day);
    assert.equal(await findTitles(world, { show: "trash" }), " of 0, 2 hidden");
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

  it("keeps the session that is begun while the last one is still read", async () => {
    await using world = await conversation(1);
    await world.core.close();
    const ports = fakePorts({ store: world.ports.store });
    const gate = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const events = ports.store.events.bind(ports.store);
    ports.store.events = async (id) => {
      asked.resolve();
      await gate.promise;
      return events(id);
    };
    const core = createBooCode(ports);
    const started = core.start();
    await asked.promise;
    const made = await core.newSession();
    gate.resolve();
    await started;
    await core.ready;
    assert.equal(core.channel("workspace", "")?.state.activeSession, made.session.id);
  });

  it("makes a copy of the session that it opens, where there is none", async () => {
    await using world = await conversation(1);
    const { store } = world.ports;
    const { id } = world.agent.session;
    const copy = store.copies.get(id);
    assert.equal(store.copies.delete(id), true);
    await createBooCode(fakePorts({ store })).openSession(id);
    assert.equal(store.copies.get(id), copy);
  });

  const bad = [
    "damaged",
    "null",
    "{}",
    "[]",
    "[null]",
    "[{}]",
    '[{"summary":{"id":7}}]',
    '[{"summary":{"id":"x"}}]',
  ];
  for (const list of bad)
    it(`does with ${list} for a list`, async () => {
      await using world = await conversation(1);
      const { store } = world.ports;
      store.copies.set("list", list);
      const core = createBooCode(fakePorts({ store }));
      await core.start();
      await core.ready;
      const { id } = world.agent.session;
      assert.deepEqual(
        core.supervisor.library.list.state.sessions.map((entry) => entry.id),
        [id],
      );
      assert.equal(core.active()?.session.id, id);
    });

  const turn = '{"id":"t","number":1,"items":';
  for (const copy of [
    ...bad,
    '{"id":"other","turns":[]}',
    '{"id":ID}',
    '{"id":ID,"turns":[null]}',
    `{"id":ID,"turns":[${turn}[null]}]}`,
  ])
    it(`does with ${copy} for a session`, async () => {
      await using world = await conversation(1);
      const { store } = world.ports;
      const { id } = world.agent.session;
      store.copies.set(id, copy.replace("ID", `"${id}"`));
      const core = createBooCode(fakePorts({ store }));
      assert.equal(await core.supervisor.preview(id), false);
      await core.start();
      await core.ready;
      assert.deepEqual(core.active()?.session.state.turns, world.agent.session.state.turns);
    });

  it("goes back to what it showed when a session has a copy and is gone", async () => {
    await using world = await conversation(1);
    const { store } = world.ports;
    const { id, channel } = world.agent.session;
    store.copies.set("gone", JSON.stringify({ ...channel.state, id: "gone" }));
    await assert.rejects(world.core.openSession("gone"), { code: "no-session" });
    assert.equal(world.core.channel("workspace", "")?.state.activeSession, id);
    assert.equal(world.core.channel("session", "gone"), undefined);
    assert.equal(store.copies.get("gone"), "");
  });

  it("shows a copy that an earlier version has made", async () => {
    await using world = await conversation(1);
    const { store } = world.ports;
    const { id, channel } = world.agent.session;
    const { costs: _, isCostWhole: __, ...earlier } = channel.state;
    store.copies.set(id, JSON.stringify(earlier));
    const core = createBooCode(fakePorts({ store }));
    assert.equal(await core.supervisor.preview(id), true);
    const shown = core.channel("session", id)?.state;
    assert.deepEqual([shown?.costs, shown?.turns], [[], channel.state.turns]);
  });
});
