import assert from "node:assert/strict";
import { signal } from "@preact/signals";
import { emptySession, type SessionState } from "../../src/protocol/session.ts";
import { Arrangement } from "../../webview/arrangement.ts";
import { Destination, unsentDraft } from "../../webview/destination.ts";
import { ComposerDraft } from "../../webview/parts/draft.ts";
import { newPasted } from "../../webview/parts/pasted-text.ts";

/** A composer without a browser: its element, and a host that takes or refuses. */
function setUp(state?: unknown) {
  const port = { post: () => {}, listen: () => {}, readState: () => state, writeState: () => {} };
  const arrangement = new Arrangement(port, () => new Promise(() => {}));
  const destination = new Destination(
    signal("a"),
    signal<SessionState | undefined>({ ...emptySession, id: "a" }),
  );
  const sent: unknown[] = [];
  const bodies: Record<string, string> = {};
  const host = { refuses: false };
  const answer = (method: string, params: unknown): unknown => {
    if (method === "body.read") {
      const { blob, offset, length } = params as { blob: string; offset: number; length: number };
      const text = bodies[blob];
      return text === undefined
        ? undefined
        : { text: text.slice(offset, offset + length), total: text.length };
    }
    sent.push(params);
    return host.refuses ? undefined : {};
  };
  const act = (method: string, params: unknown) => Promise.resolve(answer(method, params));
  const area = { current: { value: "" } };
  const draft = new ComposerDraft({ act: act as never, arrangement, destination }, area);
  const type = (text: string) => {
    area.current.value = text;
    draft.changed();
  };
  return { arrangement, area, draft, type, sent, bodies, host };
}

describe("what stands in the composer", () => {
  it("is another text for each session, pasted ones too", () => {
    const { draft, type, area } = setUp();
    draft.show("a", "a");
    type("for a");
    const pasted = [newPasted("long")];
    draft.setPasted(pasted);
    draft.show("b", "b");
    assert.deepEqual([area.current.value, draft.pasted.value], ["", []]);
    draft.show("a", "a");
    assert.deepEqual([area.current.value, draft.pasted.value], ["for a", pasted]);
  });

  it("goes with the first message of a session, as far as it was written since", () => {
    const { draft, type, area, arrangement } = setUp();
    draft.show(unsentDraft, "a");
    type("next");
    draft.show("a", "a");
    assert.equal(area.current.value, "next");
    assert.deepEqual([arrangement.draft("a"), arrangement.draft(unsentDraft)], ["next", ""]);
  });

  it("is not overwritten by a session that looked empty at first", () => {
    const { draft, area, arrangement } = setUp({
      sessions: [
        ["a", { draft: "precious" }],
        [unsentDraft, { draft: "other" }],
      ],
    });
    draft.show(unsentDraft, "a");
    draft.show("a", "a");
    assert.equal(area.current.value, "precious");
    assert.equal(arrangement.draft(unsentDraft), "other");
  });

  it("is added to what was kept when it was written before that was known", () => {
    const { draft, area, arrangement } = setUp({ sessions: [["a", { draft: "kept" }]] });
    area.current.value = "early";
    draft.show("a", "a");
    assert.equal(area.current.value, "kept\nearly");
    assert.equal(arrangement.draft("a"), "kept\nearly");
  });

  it("is sent with pasted texts of an earlier view, read page by page", async () => {
    const state = { sessions: [["a", { draft: "look", pasted: [{ id: "1", length: 1, blob: "x" }] }]] };
    const { draft, bodies, sent, arrangement } = setUp(state);
    bodies["x"] = "line\n".repeat(500_000);
    draft.show("a", "a");
    await draft.send();
    assert.deepEqual(sent, [{ session: "a", text: `look\n\n${bodies["x"]}` }]);
    assert.deepEqual([arrangement.draft("a"), arrangement.pasted("a")], ["", []]);
  });

  it("stays when a pasted text can not be read", async () => {
    const state = { sessions: [["a", { draft: "look", pasted: [{ id: "1", length: 1, blob: "x" }] }]] };
    const { draft, sent, area } = setUp(state);
    draft.show("a", "a");
    await draft.send();
    assert.deepEqual(sent, []);
    assert.deepEqual([area.current.value, draft.pasted.value.length], ["look", 1]);
  });

  it("comes back when it is refused, to what it was written for, before what was written since", async () => {
    const { draft, type, area, host } = setUp();
    host.refuses = true;
    draft.show("a", "a");
    type("first");
    draft.setPasted([newPasted("long")]);
    const sending = draft.send();
    await Promise.resolve();
    type("second");
    draft.show("b", "b");
    await sending;
    assert.deepEqual([area.current.value, draft.pasted.value], ["", []]);
    draft.show("a", "a");
    assert.equal(area.current.value, "first\nsecond");
    assert.equal(draft.pasted.value[0]?.text, "long");
  });
});
