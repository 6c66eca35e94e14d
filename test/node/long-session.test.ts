import assert from "node:assert/strict";
import { Redactor } from "#core/session/redact.ts";
import { Session } from "#core/session/session.ts";
import type { SessionEvent } from "#protocol/session.ts";
import { opened, temporaryFolder } from "./store/world.ts";

describe("a session of more than may wait for the disk", () => {
  it("can be forked and imported", async () => {
    using folder = temporaryFolder();
    const text = "x".repeat(16_000);
    const choice = { provider: "p", model: "m", effort: "low" } as const;
    const events: SessionEvent[] = [
      { type: "session-start", at: 0, id: "a", folder: "/project", choice },
      ...Array.from({ length: 2_200 }, (_, n): SessionEvent => {
        const message = { id: `m${n}`, text: { text } };
        return { type: "turn-start", at: n, turn: `t${n}`, number: n + 1, message };
      }),
      { type: "turn-end", at: 1, turn: "t2199", reason: "done" },
    ];
    await using store = opened(folder.path);
    const session = new Session("a", { store, log: store.log, redactor: new Redactor() });
    await session.adopt(events);
    const kept = await store.events("a");
    assert.equal(kept.length, events.length);
    assert.deepEqual(kept.at(-1), events.at(-1));
    assert.equal((await store.sessions())[0]?.summary.messages, 2_200);
  }).timeout(60_000);
});
