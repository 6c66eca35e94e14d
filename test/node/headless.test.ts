import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Headless } from "../support/headless.ts";
import { KilledSession } from "../support/kill-session.ts";
import { reply } from "../support/model-server/reply.ts";
import { startModelServer } from "../support/model-server.ts";
import { assertPrefixes } from "../support/prefix.ts";
import { root } from "../support/setup.mjs";

describe("headless", function () {
  this.timeout(60_000);
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "boocode-headless-"));
    writeFileSync(join(folder, "package.json"), '{"name":"demo"}');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("works through a turn, and resumes the session in another process", async () => {
    await using server = await startModelServer({
      tokens: "approximate",
      script: [
        reply.toolCall("read_file", { path: "package.json" }),
        reply.text("demo"),
        reply.text("Still demo."),
      ],
    });
    const start = { folder, store: join(folder, ".store"), baseUrl: server.url, model: "deepseek-flash" };
    await using first = new Headless(start);
    const end = await first.say("What is this?");
    assert.equal(end["reason"], "done");
    assert.deepEqual(
      first.lines.map((line) => line.type).filter((type) => /^(session|turn|tool)-?(start|end)?$/.test(type)),
      ["session", "turn-start", "tool-start", "tool-end", "turn-end"],
    );
    const session = await first.session();
    assert.equal(await first.end(), 0);
    await using second = new Headless({ ...start, session });
    await second.say("And now?");
    assert.equal(await second.end(), 0);
    assert.match(server.requests[2]?.text ?? "", /What is this\?.*And now\?/);
    assert.deepEqual(server.problems, []);
  });

  it("asks again what a killed process had asked, and runs nothing twice", async () => {
    await using server = await startModelServer({
      tokens: "approximate",
      script: [
        reply
          .toolCall("read_file", { path: "package.json" })
          .toolCall("run_shell", { command: "cat /etc/hosts; echo ran >> ran.txt" }),
        reply.text("done"),
      ],
    });
    const start = { folder, store: join(folder, ".store"), baseUrl: server.url };
    await using first = new Headless(start);
    const session = await first.session();
    first.send({ prompt: "go" });
    const { id } = await first.waitFor((line) => line.type === "question");
    await first.kill();
    await using second = new Headless({ ...start, session });
    const again = await second.waitFor((line) => line.type === "question");
    assert.equal(again["id"], id);
    assert.equal(again["operation"], "execute");
    second.send({ answer: { id, value: "once" } });
    second.send({ answer: { id, value: "once" } });
    assert.equal((await second.waitFor((line) => line.type === "error"))["code"], "not-asked");
    assert.equal((await second.waitFor((line) => line.type === "turn-end"))["reason"], "done");
    assert.equal(await second.end(), 0);
    assert.equal(readFileSync(join(folder, "ran.txt"), "utf8"), "ran\n");
    assert.equal(second.lines.filter(({ type }) => type === "tool-start").length, 0);
    assertPrefixes(server.requests.map(({ body }) => body));
  });

  it("finishes the turn at the end of its input", async () => {
    await using host = new Headless({ folder, store: join(folder, ".store"), provider: "rehearsal" });
    host.send({ prompt: "Which files are here?" });
    assert.equal(await host.end(), 0);
    assert.equal(host.lines.at(-1)?.type, "turn-end");
  });

  it("cancels, and says what is wrong with a line", async () => {
    await using server = await startModelServer({ tokens: "approximate", script: [reply.silence()] });
    await using host = new Headless({ folder, store: join(folder, ".store"), baseUrl: server.url });
    host.send({ nonsense: 1 });
    assert.equal((await host.waitFor((line) => line.type === "error"))["code"], "bad-command");
    host.send({ prompt: "Hello" });
    await server.waitForRequest(0);
    host.send({ cancel: true });
    assert.equal((await host.waitFor((line) => line.type === "turn-end"))["reason"], "stopped");
    assert.equal(await host.end(), 0);
  });

  it("tells a turn to its end that can not be saved, and says of each line that it is not", async () => {
    await using server = await startModelServer({ tokens: "approximate", script: [reply.text("Unsaved.")] });
    const store = join(folder, "package.json", "store");
    await using host = new Headless({ folder, store, baseUrl: server.url, model: "deepseek-flash" });
    const end = await host.say("Hello");
    assert.deepEqual([end["reason"], end["isSaved"]], ["done", false]);
    const problem = host.lines.find(({ type }) => type === "error");
    assert.equal(problem?.["code"], "store-unwritable");
    await host.kill();
  });

  const check = (name: string, args: readonly string[], code: number, message: RegExp): void => {
    it(`refuses ${name}`, () => {
      const { status, stderr } = spawnSync(process.execPath, [join(root, "src/headless.ts"), ...args], {
        encoding: "utf8",
        input: "",
      });
      assert.equal(status, code);
      assert.match(stderr, message);
    });
  };
  check("to start without a folder", [], 2, /--folder DIR/);
  check(
    "a folder that does not exist",
    ["--folder", "/nowhere/at/all", "--store", "/nowhere"],
    2,
    /There is no folder/,
  );
  check(
    "an unknown provider",
    ["--folder", ".", "--store", ".", "--provider", "oracle"],
    2,
    /Unknown provider/,
  );

  it("killed at random moments, it keeps what it acknowledged and can go on", async () => {
    await using session = await KilledSession.start(11, false);
    for (let kill = 0; kill < 3; kill++) await session.killOnce();
    await session.finish();
  });
});
