import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";
import { startModelServer } from "../support/model-server.ts";
import { Headless } from "../support/headless.ts";
import { assertPrefixes } from "../support/prefix.ts";
import { temporaryFolder } from "./store/world.ts";

describe("two processes on one session", () => {
  it("run it one at a time, follow each other, and take over what the other left", async () => {
    using place = temporaryFolder();
    using folder = temporaryFolder();
    writeFileSync(join(folder.path, "notes.md"), "The tide is high.\n");
    const gate = hold();
    await using server = await startModelServer({
      tokens: "approximate",
      script: [
        reply.text("First answer."),
        reply.toolCall("read_file", '{"path":"notes.md"}'),
        reply.text("never").hold(gate),
        reply.text("Gone on."),
      ],
    });
    const start = {
      folder: folder.path,
      store: place.path,
      baseUrl: server.url,
      model: "deepseek-flash",
    };
    await using one = new Headless(start);
    await one.say("first");
    const session = await one.session();
    await using two = new Headless({ ...start, session });
    await two.session();

    one.send({ prompt: "second" });
    const followed = await two.waitFor(({ type }) => type === "turn-start");
    assert.equal(followed["number"], 2, "what one window does is seen in the other");
    await two.waitFor(({ type }) => type === "tool-end");
    await gate.reached;
    two.send({ prompt: "me too" });
    const refused = await two.waitFor(({ type }) => type === "error");
    assert.equal(refused["code"], "session-busy");

    await one.kill();
    await two.waitFor(({ type, owner }) => type === "owner-change" && owner === "gone");
    two.send({ prompt: "third" });
    await two.waitFor(({ type, reason }) => type === "turn-end" && reason === "done");
    const ended = two.lines.filter(({ type }) => type === "turn-end").map(({ reason }) => reason);
    assert.deepEqual(ended, ["interrupted", "done"]);
    assertPrefixes(server.requests.map(({ body }) => body));
    assert.deepEqual(server.problems, []);
  });

  it("refuse a message for a session that was running before they were started", async () => {
    using place = temporaryFolder();
    using folder = temporaryFolder();
    const gate = hold();
    await using server = await startModelServer({
      tokens: "approximate",
      script: [reply.text("First."), reply.text("Slowly ").hold(gate).text("said.")],
    });
    const start = { folder: folder.path, store: place.path, baseUrl: server.url, model: "deepseek-flash" };
    await using one = new Headless(start);
    await one.say("first");
    one.send({ prompt: "second" });
    await gate.reached;
    await using two = new Headless({ ...start, session: await one.session() });
    two.send({ prompt: "me too" });
    const refused = await two.waitFor(({ type }) => type === "error");
    assert.equal(refused["code"], "session-busy");
    gate.release();
    await one.waitFor(({ type, reason }) => type === "turn-end" && reason === "done", one.lines.length);
    assert.equal(server.requests.length, 2);
  });
});
