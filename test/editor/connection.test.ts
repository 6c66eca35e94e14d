import assert from "node:assert/strict";
import { Channel, type ChannelLookup } from "#core/channel.ts";
import { BooError } from "#core/errors.ts";
import type { Handlers } from "#core/handlers.ts";
import { Connection } from "#editor/connection.ts";
import type { ChannelName, HostMessage } from "#protocol/protocol.ts";
import { emptySession, type SessionEvent, type Turn } from "#protocol/session.ts";
import { reduceSession } from "#protocol/session-reducer.ts";

const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** Resolves once another view was told what came at once and what came a frame later: by then, all that was due is told. */
const settled = () =>
  new Promise<void>((resolve) => {
    const workspace = new Channel("workspace");
    let told = 0;
    const post = () => {
      told += 1;
      if (told > 2) resolve();
      else workspace.emit({ type: "workspace-change", change: {} });
    };
    const core = { handlers: {} as Handlers, channel: (() => workspace) as unknown as ChannelLookup };
    new Connection(core, post, silent).receive({ type: "subscribe", channel: "workspace", key: "" });
  });

function connect(handlers: Partial<Handlers> = {}) {
  const session = new Channel("session", { ...emptySession, id: "s" });
  const workspace = new Channel("workspace");
  const channels: Partial<Record<ChannelName, unknown>> = { workspace, session };
  const channel = ((name: ChannelName, key: string) =>
    name === "session" && key !== "s" ? undefined : channels[name]) as ChannelLookup;
  const posted: HostMessage[] = [];
  const logged: string[] = [];
  const log = {
    info: () => {},
    warn: (message: string) => void logged.push(message),
    error: (message: string, cause?: unknown) => void logged.push(`${message} ${String(cause)}`),
  };
  const core = { handlers: handlers as Handlers, channel };
  const connection = new Connection(core, (message) => void posted.push(message), log);
  const take = () => posted.splice(0);
  return { connection, session, workspace, logged, take };
}

const delta = (text: string, type: "text-delta" | "reasoning-delta" = "text-delta"): SessionEvent => ({
  type,
  at: 1,
  step: "1",
  text,
});

describe("connection", () => {
  it("answers a request with its result, an expected failure with its sentence, a fault with a general one", async () => {
    const { connection, logged, take } = connect({
      "session.create": async () => ({ session: "new" }),
      "session.stop": () => Promise.reject(new BooError("no-session", "There is no such session.")),
      "session.continue": () => Promise.reject(new TypeError("secret detail")),
    });
    connection.receive({ type: "request", id: 1, method: "session.create", params: {} });
    connection.receive({ type: "request", id: 2, method: "session.stop", params: { session: "s" } });
    connection.receive({ type: "request", id: 3, method: "session.continue", params: { session: "s" } });
    await settled();
    assert.deepEqual(take(), [
      { type: "result", id: 1, result: { session: "new" } },
      { type: "error", id: 2, code: "no-session", message: "There is no such session." },
      {
        type: "error",
        id: 3,
        code: "internal",
        message: "This did not work because of a fault in BooCode. The log says more.",
      },
    ]);
    assert.deepEqual(logged, ["session.continue failed. TypeError: secret detail"]);
  });

  const refuses = (name: string, message: unknown, expected: unknown) =>
    it(`refuses ${name}`, async () => {
      const { connection, logged, take } = connect();
      connection.receive(message);
      await settled();
      const [answer] = take();
      assert.deepEqual([answer?.type === "error" ? answer.code : undefined, logged.length], expected);
    });
  refuses("no object", "text", [undefined, 1]);
  refuses("an unknown type", { type: "eval", code: "1" }, [undefined, 1]);
  refuses("an unknown method", { type: "request", id: 1, method: "constructor", params: {} }, [undefined, 1]);
  refuses("an unknown channel", { type: "subscribe", channel: "__proto__", key: "" }, [undefined, 1]);
  refuses(
    "parameters that do not fit",
    { type: "request", id: 1, method: "session.prompt", params: { session: "s" } },
    ["bad-request", 0],
  );
  refuses(
    "parameters that are too many",
    { type: "request", id: 1, method: "session.create", params: { extra: 1 } },
    ["bad-request", 0],
  );
  refuses("to follow a session that is not open", { type: "subscribe", channel: "session", key: "other" }, [
    undefined,
    1,
  ]);

  it("passes a cancellation on", async () => {
    const { connection, take } = connect({
      "session.create": (_params, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
    });
    connection.receive({ type: "request", id: 1, method: "session.create", params: {} });
    connection.receive({ type: "cancel", id: 1 });
    await settled();
    assert.deepEqual(take(), [{ type: "error", id: 1, code: "cancelled", message: "This was cancelled." }]);
  });

  it("sends a snapshot, then what happens in one message a frame, neighbouring deltas as one", async () => {
    const { connection, session, take } = connect();
    connection.receive({ type: "subscribe", channel: "session", key: "s" });
    const [snapshot] = take();
    assert.ok(snapshot?.type === "snapshot" && snapshot.seq === 1);
    for (const text of ["a", "b", "c"]) session.emit(delta(text, "reasoning-delta"));
    session.emit(delta("d"));
    session.emit({ type: "title-change", at: 2, title: "T" });
    session.emit(delta("e"));
    await settled();
    const events = [
      delta("abc", "reasoning-delta"),
      delta("d"),
      { type: "title-change", at: 2, title: "T" },
      delta("e"),
    ];
    assert.deepEqual(take(), [{ type: "events", channel: "session", key: "s", seq: 2, events }]);
  });

  it("sends at most one message a frame under load", async () => {
    const { connection, session, take } = connect();
    connection.receive({ type: "subscribe", channel: "session", key: "s" });
    take();
    const startedAt = performance.now();
    while (performance.now() < startedAt + 200) {
      session.emit(delta("x"));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await settled();
    const messages = take();
    const frames = Math.ceil((performance.now() - startedAt) / 16) + 1;
    assert.ok(
      messages.length <= frames && messages.length >= 2,
      `${messages.length} messages in ${frames} frames`,
    );
  });

  it("tells a hidden view nothing, and one that lived through it everything again", async () => {
    const { connection, workspace, take } = connect();
    connection.receive({ type: "subscribe", channel: "workspace", key: "" });
    take();
    connection.pause();
    workspace.emit({ type: "workspace-change", change: { modelLabel: "new" } });
    await settled();
    assert.deepEqual(take(), []);
    connection.receive({ type: "pong" });
    const [snapshot] = take();
    assert.ok(
      snapshot?.type === "snapshot" &&
        snapshot.channel === "workspace" &&
        snapshot.state.modelLabel === "new",
    );
  });

  it("tells that a value of the workspace is gone", async () => {
    const { connection, workspace, take } = connect();
    workspace.emit({ type: "workspace-change", change: { standInNotice: "Rehearsal answers." } });
    connection.receive({ type: "subscribe", channel: "workspace", key: "" });
    workspace.emit({ type: "workspace-change", change: { standInNotice: undefined } });
    await settled();
    const message = JSON.parse(JSON.stringify(take().at(-1))) as HostMessage;
    assert.ok(message.type === "snapshot" && message.channel === "workspace" && message.seq === 2);
    assert.equal(message.state.standInNotice, undefined);
  });

  it("stops telling when the view stops following or ends", async () => {
    const { connection, session, workspace, take } = connect();
    connection.receive({ type: "subscribe", channel: "session", key: "s" });
    connection.receive({ type: "subscribe", channel: "workspace", key: "" });
    connection.receive({ type: "unsubscribe", channel: "session", key: "s" });
    take();
    session.emit(delta("x"));
    await settled();
    assert.deepEqual(take(), []);
    connection.dispose();
    workspace.emit({ type: "workspace-change", change: {} });
    await settled();
    assert.deepEqual(take(), []);
  });

  it("shows the end of a long session", async () => {
    const { connection, session, take } = connect();
    const turn = (number: number): SessionEvent => ({
      type: "turn-start",
      at: 1,
      turn: `t${number}`,
      number,
    });
    session.renew(
      Array.from({ length: 100 }, (_, index) => turn(index + 1)).reduce(reduceSession, emptySession),
    );
    connection.receive({ type: "subscribe", channel: "session", key: "s" });
    const [snapshot] = take();
    assert.ok(snapshot?.type === "snapshot" && snapshot.channel === "session");
    const numbers = snapshot.state.turns.map((entry: Turn) => entry.number);
    assert.deepEqual([numbers[0], numbers.at(-1), snapshot.state.olderTurns], [81, 100, 80]);
  });
});
