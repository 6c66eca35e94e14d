import assert from "node:assert/strict";
import { changedFiles, unlistedFiles } from "#protocol/changed-files.ts";
import type { Question } from "#protocol/session.ts";
import type { Agent } from "#core/agent/agent.ts";
import { timelineOf } from "#core/session/timeline.ts";
import type { FakeCommand } from "../support/fake-ports-shell.ts";
import { agentWorld, lastTurn, outline, type AgentWorld } from "../support/agent-world.ts";
import { reply, type Reply } from "../support/model-server/reply.ts";

const files: Record<string, string> = {
  "package.json": '{"scripts":{"test":"node test.js"}}',
  "src/a.ts": "export const a = 1;\n",
  "/srv/other": "",
};

const shell = (command: string, rest: object = {}): Reply =>
  reply.toolCall("run_shell", { command, ...rest });

/** A world in which commands do what a script says, by their line. */
async function open(
  replies: readonly Reply[],
  script: Readonly<Record<string, FakeCommand | readonly FakeCommand[]>> = {},
): Promise<AgentWorld> {
  const world = await agentWorld([...replies, reply.text("ok")], { files });
  const counts = new Map<string, number>();
  world.ports.shell.script = ({ line }) => {
    const given = script[line] ?? {};
    const count = counts.get(line) ?? 0;
    counts.set(line, count + 1);
    const list = Array.isArray(given) ? given : [given];
    return list[Math.min(count, list.length - 1)] ?? {};
  };
  return world;
}

async function asked(agent: Agent): Promise<Question> {
  const { session } = agent;
  for (;;) {
    const [question] = session.state.questions;
    if (question !== undefined) return question;
    await new Promise<void>((resolve) => {
      const stop = session.channel.listen(() => {
        stop();
        resolve();
      });
    });
  }
}

function outputs(agent: Agent): readonly string[] {
  return lastTurn(agent).items.flatMap((item) =>
    item.kind === "tool" && item.call.status === "ended"
      ? ["text" in item.call.output ? item.call.output.text : item.call.output.preview]
      : [],
  );
}

describe("run_shell", () => {
  const check = (name: string, line: string, command: FakeCommand, expected: string | RegExp) =>
    it(name, async () => {
      await using world = await open([shell(line)], { [line]: command });
      await world.say("go");
      const [output = ""] = outputs(world.agent);
      if (typeof expected === "string") assert.equal(output, expected);
      else assert.match(output, expected);
    });

  check("gives what was written", "npm test", { output: "3 passing\n" }, "3 passing");
  check("says that nothing was written", "npm test", {}, "ok, no output");
  check("says how it ended", "npm test", { output: "boom\n", end: { exitCode: 2 } }, "boom\n[exit 2]");
  check(
    "leaves colours and overwritten lines out",
    "npm test",
    { output: "\u001b[31mred\u001b[0m\n10%\r50%\r100%\ndone\r\n" },
    "red\n100%\ndone",
  );
  check(
    "cuts the middle, once",
    "npm test",
    { output: Array.from({ length: 4_000 }, (_, n) => `line ${n}`).join("\n") },
    /^line 0\n[^]*KB left out: shell_output \{"id":"c1","offset":\d+\} reads on\][^]*line 3999$/,
  );
  check(
    "tells of a question that nobody can answer",
    "npm test",
    { output: "Overwrite? ", end: { exitCode: 1, prompt: "Overwrite? " } },
    /it asked "Overwrite\? " and nobody can type here/,
  );

  it("runs confined, without network and what is protected", async () => {
    await using world = await open([shell("npm test")]);
    await world.say("go");
    const [spec] = world.ports.shell.started;
    assert.deepEqual(spec?.confinement?.writable, ["/project"]);
    assert.equal(spec?.confinement?.hasNetwork, false);
    for (const name of [".vscode", ".boocode", ".claude", ".husky", "boocode.yaml"])
      assert.ok(spec?.confinement?.readOnly.includes(`/project/${name}`), name);
    assert.ok(spec?.hiddenVariables.includes("DEEPSEEK_API_KEY"));
    assert.equal(spec?.folder, "/project");
  });

  it("does not give the project's code what git was given", async () => {
    await using world = await open([shell("git add . && npm test"), shell("git add . && git commit -m x")]);
    await world.agent.prompt("go");
    const question = await asked(world.agent);
    assert.match(question.permission?.reason ?? "", /one by one/);
    await world.agent.answer(question.id, { value: "deny" });
    await world.agent.idle();
    assert.deepEqual(
      world.ports.shell.started.map(({ line, confinement }) => [
        line,
        confinement?.readOnly.includes("/project/.git"),
        confinement?.readOnly.includes("/project/.git/commondir"),
      ]),
      [["git add . && git commit -m x", false, true]],
    );
  });

  it("keeps the file by which a linked worktree finds its repository", async () => {
    await using world = await open([shell("git add .")]);
    world.ports.workspace.disk.set("/project/.git", "gitdir: /srv/other/.git/worktrees/project\n");
    await world.say("go");
    assert.ok(world.ports.shell.started[0]?.confinement?.readOnly.includes("/project/.git"));
  });

  it("asks where nothing confines it", async () => {
    await using world = await open([shell("npm test")]);
    world.ports.shell.confinedBy = undefined;
    await world.agent.prompt("go");
    const question = await asked(world.agent);
    assert.equal(question.permission?.operation, "execute");
    assert.equal(question.permission?.target, "npm test");
    assert.ok(world.ports.unconfined > 0);
    assert.deepEqual(world.ports.shell.started, []);
    await world.agent.answer(question.id, { value: "once" });
    await world.agent.idle();
    assert.deepEqual(
      world.ports.shell.started.map(({ confinement }) => confinement),
      [undefined],
    );
  });

  it("asks for what the confinement refused, and runs again with it", async () => {
    const refused: FakeCommand = {
      output: "touch: cannot touch '/srv/x': Read-only file system\n",
      end: { exitCode: 1, refusals: [{ operation: "write", path: "/srv/x" }] },
    };
    await using world = await open([shell("npm test")], { "npm test": [refused, { output: "written\n" }] });
    await world.agent.prompt("go");
    const question = await asked(world.agent);
    assert.equal(question.permission?.operation, "write");
    await world.agent.answer(question.id, { value: "once" });
    await world.agent.idle();
    assert.deepEqual(outputs(world.agent), ["written"]);
    assert.equal(world.ports.shell.started.length, 2);
  });

  it("does not run again when what was refused stays denied", async () => {
    const refused: FakeCommand = {
      output: "curl: (6) Could not resolve host: example.com\n",
      end: { exitCode: 6, refusals: [{ operation: "network", host: "example.com" }] },
    };
    await using world = await open([shell("npm test")], { "npm test": refused });
    await world.agent.prompt("go");
    const question = await asked(world.agent);
    assert.deepEqual(
      [question.permission?.operation, question.permission?.target],
      ["network", "example.com"],
    );
    await world.agent.answer(question.id, { value: "deny", word: "Work offline." });
    await world.agent.idle();
    assert.match(outputs(world.agent)[0] ?? "", /Could not resolve host[^]*\[exit 6\][^]*Work offline\./);
    assert.equal(world.ports.shell.started.length, 1);
  });

  it("asks for all of the network where the project's code names a host, whatever is allowed for that", async () => {
    const refused: FakeCommand = {
      end: { exitCode: 6, refusals: [{ operation: "network", host: "example.com" }] },
    };
    const lines = [shell("npm test"), shell("npm run build")];
    await using world = await open(lines, { "npm test": [refused, {}], "npm run build": [refused, {}] });
    const { configFiles } = world.ports;
    configFiles.edit(configFiles.userFile, "permissions:\n  allow:\n    - network: example.com\n");
    await world.agent.prompt("go");
    const { id, permission } = await asked(world.agent);
    assert.equal(permission?.target, "example.com");
    assert.match(permission.reason, /could then connect to any other/);
    assert.equal(permission.rule, "network: *");
    await world.agent.answer(id, { value: "session" });
    await world.agent.idle();
    assert.deepEqual(
      world.ports.shell.started.map(({ line, confinement }) => [line, confinement?.hasNetwork]),
      [
        ["npm test", false],
        ["npm test", true],
        ["npm run build", false],
        ["npm run build", true],
      ],
    );
  });

  it("after a reload asks for what was refused without running first", async () => {
    const refused: FakeCommand = {
      end: { exitCode: 1, refusals: [{ operation: "write", path: "/srv/x" }] },
    };
    await using world = await open([shell("npm test")], { "npm test": refused });
    await world.agent.prompt("go");
    const { id } = await asked(world.agent);
    await world.core.close();
    await using next = await world.reload();
    assert.equal((await asked(next.agent)).id, id);
    assert.deepEqual(next.ports.shell.started, []);
    await next.agent.answer(id, { value: "once" });
    await next.agent.idle();
    assert.equal(next.ports.shell.started.length, 1);
    assert.deepEqual(outline(lastTurn(next.agent)).slice(-3), ["run_shell ok", "text: ok", "end done"]);
  });

  it("lists the files that it changed, and they can be reverted", async () => {
    const changes = { "/project/src/a.ts": "export const a = 2;\n", "/project/new.txt": "new\n" };
    await using world = await open([shell("npm run build")], { "npm run build": { files: changes } });
    const turn = await world.say("go");
    const signal = new AbortController().signal;
    const result = await world.core.handlers["turn.revert"](
      { session: world.agent.session.id, turn: turn.id },
      signal,
    );
    assert.deepEqual(result.reverted.toSorted(), ["new.txt", "src/a.ts"]);
    assert.equal(world.ports.workspace.text("src/a.ts"), "export const a = 1;\n");
    assert.equal(world.ports.workspace.text("new.txt"), undefined);
  });

  it("tells the model and the user of changed files that are too many to be listed", async () => {
    const many = Object.fromEntries(
      Array.from({ length: 512 }, (_, n) => [`/project/out/${String(n).padStart(3, "0")}.js`, "x\n"]),
    );
    await using world = await open([shell("npm run build")], {
      "npm run build": { output: "built\n", files: many },
    });
    const turn = await world.say("go");
    assert.deepEqual(outputs(world.agent), [
      "built\n[it changed 512 files; 312 of them are not listed and can not be reverted]",
    ]);
    assert.deepEqual([changedFiles(turn).length, unlistedFiles(turn)], [200, 312]);
    assert.equal(timelineOf(world.agent.session.state)[0]?.filesChanged, 512);
  });

  it("saves what the agent changed in an unsaved document, after one question", async () => {
    const edit = reply.toolCall("edit_file", { path: "src/a.ts", old: "1", new: "3" });
    await using world = await open([edit, shell("npm test"), edit, shell("npm test")]);
    world.ports.workspace.dirty.set("/project/src/a.ts", "export const a = 1; // mine\n");
    await world.agent.prompt("go");
    const question = await asked(world.agent);
    assert.match(question.text, /Save a\.ts/);
    await world.agent.answer(question.id, { value: "save" });
    await world.agent.idle();
    assert.equal(world.ports.workspace.disk.get("/project/src/a.ts"), "export const a = 3; // mine\n");
    assert.equal(world.ports.shell.started.length, 2);
  });

  it("goes on in the background, is read and stopped", async () => {
    const forever = Promise.withResolvers<void>();
    const more = (name: string, input: object) => reply.toolCall("more", { name, input });
    await using world = await open(
      [
        shell("npm run dev", { background: true }),
        more("shell_output", { id: "c1" }),
        more("shell_stop", { id: "c1" }),
        more("shell_output", { id: "c9" }),
      ],
      { "npm run dev": { output: "listening\n", until: forever.promise } },
    );
    await world.say("go");
    const [started = "", read = "", stopped = "", unknown = ""] = outputs(world.agent);
    assert.match(started, /^started as c1/);
    assert.match(read, /^listening\n\n?\[still running/);
    assert.match(stopped, /\[stopped\]/);
    assert.match(unknown, /There is no command "c9"\. Known: c1 \(npm run dev\)/);
  });

  it("is stopped by the user without stopping the turn", async () => {
    const forever = Promise.withResolvers<void>();
    await using world = await open([shell("npm test")], { "npm test": { until: forever.promise } });
    const running = new Promise<string>((resolve) => {
      world.agent.session.channel.listen((event) => event.type === "tool-start" && resolve(event.call));
    });
    await world.agent.prompt("go");
    const call = await running;
    const { agent } = world;
    const signal = new AbortController().signal;
    while (agent.commands.ofCall(call) === undefined) await new Promise((resolve) => setImmediate(resolve));
    await world.core.handlers["call.stop"]({ session: agent.session.id, call }, signal);
    await agent.idle();
    assert.match(outputs(agent)[0] ?? "", /\[the user stopped this command\]/);
    assert.deepEqual(outline(lastTurn(agent)).slice(-2), ["text: ok", "end done"]);
  });

  it("is refused in Plan mode, of which the model is told, and works again after it", async () => {
    await using world = await open([shell("npm test"), reply.text("planned"), shell("npm test")]);
    await world.agent.setMode("plan");
    await world.say("go");
    assert.match(outputs(world.agent)[0] ?? "", /Plan/);
    assert.match(world.server.requests.at(-1)?.text ?? "", /mode plan: only look/);
    await world.agent.setMode("default");
    await world.say("now");
    assert.deepEqual(outline(lastTurn(world.agent)).slice(1, 2), ["run_shell ok"]);
  });

  it("is refused in a workspace that is not trusted", async () => {
    await using world = await open([shell("ls")]);
    world.ports.trusted = false;
    await world.say("go");
    assert.match(outputs(world.agent)[0] ?? "", /not trusted/);
  });
});
