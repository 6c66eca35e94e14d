import { signal } from "@preact/signals";
import assert from "node:assert/strict";
import { emptySession, type SessionState } from "../../src/protocol/session.ts";
import { Destination, unsentDraft } from "../../webview/destination.ts";
import { turn } from "../support/webview-harness-scenes.ts";

function setUp(id: string, state?: Partial<SessionState>) {
  const shown = signal(id);
  const session = signal<SessionState | undefined>(state && { ...emptySession, id, ...state });
  const destination = new Destination(shown, session);
  const show = (next: string, change: Partial<SessionState>) => {
    shown.value = next;
    session.value = { ...emptySession, id: next, ...change };
  };
  return { shown, session, destination, show };
}

describe("where what is written goes", () => {
  it("is the session that is shown, and its draft once it is known whether anything was sent", () => {
    const { session, destination } = setUp("a");
    assert.equal(destination.draftKey.value, undefined);
    session.value = { ...emptySession, id: "a", turns: [turn(1)] };
    assert.equal(destination.draftKey.value, "a");
    session.value = { ...emptySession, id: "a" };
    assert.equal(destination.draftKey.value, unsentDraft);
    session.value = { ...emptySession, id: "a", olderTurns: 3 };
    assert.equal(destination.draftKey.value, "a");
  });

  it("waits while the host has named no session yet", async () => {
    const { shown, destination } = setUp("");
    const resolved = destination.resolve();
    shown.value = "a";
    assert.equal(await resolved, "a");
  });

  it("is a session that is being made, from the moment it is asked for", async () => {
    const { destination, show } = setUp("a", { turns: [turn(1)] });
    const made = Promise.withResolvers<string | undefined>();
    const followed = destination.follow(made.promise, "creation");
    assert.equal(destination.draftKey.value, unsentDraft);
    const writer = destination.session.value;
    const sent = destination.resolve();
    made.resolve("b");
    await followed;
    assert.equal(await sent, "b");
    assert.equal(destination.session.value, "b");
    assert.ok(destination.isSame(writer, "b"));
    show("b", { turns: [turn(1)] });
    assert.equal(destination.draftKey.value, "b");
    show("a", { turns: [turn(1)] });
    assert.equal(destination.session.value, "a");
  });

  it("is the earlier session again when none could be made", async () => {
    const { destination } = setUp("a", { turns: [turn(1)] });
    const refused = Promise.resolve(undefined);
    const followed = destination.follow(refused, "creation");
    const sent = destination.resolve();
    await followed;
    assert.equal(await sent, undefined);
    assert.equal(await destination.resolve(), "a");
    assert.equal(destination.draftKey.value, "a");
    assert.equal(destination.isSame("new", "a"), false);
  });

  it("is the session that is opened, by its id, before it is shown", async () => {
    const { destination, show } = setUp("a", { turns: [turn(1)] });
    const followed = destination.follow(Promise.resolve("b"), { id: "b" });
    assert.equal(destination.session.value, "b");
    assert.equal(destination.draftKey.value, "b");
    await followed;
    show("b", { turns: [turn(1)] });
    assert.equal(await destination.resolve(), "b");
  });

  it("keeps the draft of the session that is copied until the copy is there", async () => {
    const { destination } = setUp("a", { turns: [turn(1)] });
    const made = Promise.withResolvers<string | undefined>();
    const followed = destination.follow(made.promise, "copy");
    assert.equal(destination.draftKey.value, "a");
    made.resolve("b");
    await followed;
    assert.equal(destination.draftKey.value, "b");
  });

  it("is what the host shows when it shows another session than was asked for", async () => {
    const { destination, show } = setUp("a", { turns: [turn(1)] });
    await destination.follow(Promise.resolve("b"), "creation");
    show("c", { turns: [turn(1)] });
    assert.equal(destination.session.value, "c");
  });
});
