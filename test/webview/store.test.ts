import assert from "node:assert/strict";
import type { ViewMessage } from "../../src/protocol/protocol.ts";
import { emptySession, type SessionEvent } from "../../src/protocol/session.ts";
import type { Port } from "../../webview/port.ts";
import { createStore } from "../../webview/store.ts";

function setUp() {
  const sent: ViewMessage[] = [];
  const frames: (() => void)[] = [];
  const port: Port = {
    post: (message) => sent.push(message),
    listen: () => {},
    readState: () => undefined,
    writeState: () => {},
  };
  const store = createStore(port, (callback) => frames.push(callback));
  const session = store.follow("session", "s");
  return {
    sent,
    frames,
    store,
    session,
    frame: () => {
      for (const callback of frames.splice(0)) callback();
    },
    snapshot: (seq: number, title = "New session") =>
      store.receive({
        type: "snapshot",
        channel: "session",
        key: "s",
        seq,
        state: { ...emptySession, id: "s", title },
      }),
    events: (seq: number, ...events: readonly SessionEvent[]) =>
      store.receive({ type: "events", channel: "session", key: "s", seq, events }),
  };
}

const titled = (title: string): SessionEvent => ({ type: "title-change", at: 1, title });

describe("the store", () => {
  it("subscribes once and has nothing before the snapshot", () => {
    const { sent, store, session } = setUp();
    assert.equal(store.follow("session", "s"), session);
    assert.deepEqual(sent, [{ type: "subscribe", channel: "session", key: "s" }]);
    assert.equal(session.value, undefined);
  });

  it("publishes once per frame, with every event in it", () => {
    const { snapshot, events, frames, frame, session } = setUp();
    snapshot(4);
    events(5, titled("a"), titled("b"));
    events(6, titled("c"));
    assert.deepEqual([frames.length, session.value], [1, undefined]);
    frame();
    assert.equal(session.value?.title, "c");
  });

  it("subscribes again over a gap, once, and ignores events until the snapshot", () => {
    const { snapshot, events, frame, session, sent } = setUp();
    snapshot(1);
    events(3, titled("lost"));
    events(4, titled("lost"));
    frame();
    assert.equal(session.value?.id, "s");
    assert.equal(sent.filter(({ type }) => type === "subscribe").length, 2);
    snapshot(9, "whole");
    events(10, titled("on"));
    frame();
    assert.equal(session.value?.title, "on");
  });

  it("forgets what is not followed any more", () => {
    const { store, snapshot, sent, frames } = setUp();
    store.unfollow("session", "s");
    snapshot(1);
    assert.equal(frames.length, 0);
    assert.equal(sent.at(-1)?.type, "unsubscribe");
  });
});
