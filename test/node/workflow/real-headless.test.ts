import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type ModelServer, startModelServer } from "../../support/model-server.ts";
import { type TurnState, turnState } from "../../support/model-server/flow.ts";
import { hold } from "../../support/model-server/gate.ts";
import { reply, type Reply } from "../../support/model-server/reply.ts";
import { root } from "../../support/setup.mjs";

type Line = Readonly<Record<string, unknown>> & { readonly type: string };

describe("workflows with real agents, without an editor", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "boocode-headless-run-"));
    writeFileSync(join(folder, "a.txt"), "forty-two\n");
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const write = (body: string): string => {
    const file = join(folder, "script.js");
    writeFileSync(file, `export const meta = { name: "test", description: "d" };\n${body}\n`);
    return file;
  };

  /** Runs a script to its end; `hear` may answer what a line asks. */
  async function run(
    server: ModelServer,
    args: readonly string[],
    hear: (line: Line, child: ChildProcess) => void = (_line, child) => void child.stdin?.end(),
  ): Promise<{ readonly lines: readonly Line[]; readonly code: unknown }> {
    const common = ["--folder", folder, "--store", join(folder, ".store"), "--base-url", server.url];
    const child = spawn(process.execPath, [join(root, "src/headless.ts"), ...common, ...args], {
      env: { ...process.env, DEEPSEEK_API_KEY: "sk-test-0123456789" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines: Line[] = [];
    const reading = createInterface({ input: child.stdout });
    reading.on("line", (text) => {
      const line = JSON.parse(text) as Line;
      lines.push(line);
      hear(line, child);
    });
    const [[code]] = await Promise.all([once(child, "exit"), once(reading, "close")]);
    return { lines, code };
  }

  const serve = (answer: (state: TurnState) => Reply): Promise<ModelServer> =>
    startModelServer({
      tokens: "approximate",
      script: ({ json }) => answer(turnState(json ?? { messages: [], model: "" })),
    });
  const resultOf = (lines: readonly Line[]): unknown =>
    lines.find(({ type }) => type === "run-end")?.["result"];
  const isHere = (command: string): boolean => {
    try {
      execFileSync(command, ["--version"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  };

  it("read the project, and give results that fit their schema", async () => {
    const schema = '{ type: "object", properties: { text: { type: "string" } }, required: ["text"] }';
    const file = write(`return await agent("read a.txt", { schema: ${schema}, label: "reader" });`);
    await using server = await serve(({ results }) =>
      results.length === 0
        ? reply.toolCall("read_file", { path: "a.txt" })
        : reply.toolCall("final_answer", { result: { text: String(results[0]?.includes("forty-two")) } }),
    );
    const { lines, code } = await run(server, ["--workflow", file]);
    assert.deepEqual([resultOf(lines), code], [{ text: "true" }, 0]);
    assert.deepEqual(
      lines.map(({ type }) => type),
      ["run-start", "step-start", "step-session", "step-end", "run-end"],
    );
    const { lines: again } = await run(server, ["--resume", String(lines[0]?.["run"])]);
    assert.deepEqual(
      again.map(({ type }) => type),
      ["run-start", "step-end", "run-end"],
    );
    assert.deepEqual(server.problems, []);
  });

  it("keep each agent as a session that can be exported", async () => {
    const file = write('return await agent("say hello");');
    await using server = await serve(() => reply.text("Hello."));
    const { lines } = await run(server, ["--workflow", file]);
    const session = String(lines.find(({ type }) => type === "step-session")?.["session"]);
    const { lines: told } = await run(server, ["--export", session, "--format", "md"]);
    assert.match(JSON.stringify(told), /say hello[^]*Hello\./);
  });

  it("deny what would have to be asked once nobody is there", async () => {
    const file = write('return await agent("read it");');
    await using server = await serve(({ results }) =>
      results.length === 0
        ? reply.toolCall("read_file", { path: "/etc/hostname" })
        : reply.text(results[0] ?? ""),
    );
    const { lines } = await run(server, ["--workflow", file]);
    assert.match(String(resultOf(lines)), /did not allow this/);
    assert.ok(lines.some(({ type, target }) => type === "question" && target === "/etc/hostname"));
  });

  it("ask on stdout and take the answer on stdin", async () => {
    const file = write('return await agent("read it");');
    await using server = await serve(({ results }) =>
      results.length === 0 ? reply.toolCall("read_file", { path: "/etc/hostname" }) : reply.text("read"),
    );
    const { lines } = await run(server, ["--workflow", file], (line, child) => {
      if (line.type === "question")
        child.stdin?.write(`${JSON.stringify({ answer: { id: line["id"], value: "once" } })}\n`);
      if (line.type === "run-end") child.stdin?.end();
    });
    assert.equal(resultOf(lines), "read");
  });

  it("end on a cancel", async () => {
    const file = write('return await agent("wait");');
    const gate = hold();
    await using server = await serve(() => reply.holdHeaders(gate).text("late"));
    const { lines, code } = await run(server, ["--workflow", file], (line, child) => {
      if (line.type === "step-session") child.stdin?.end('{"cancel":true}\n');
    });
    gate.release();
    assert.deepEqual([lines.at(-1)?.["outcome"], code], ["stopped", 130]);
  });

  it("ask what a script asks", async () => {
    const file = write('return await ask("Ship it?", { choices: ["yes", "no"] });');
    await using server = await serve(() => reply.text("never"));
    const { lines } = await run(server, ["--workflow", file], (line, child) => {
      if (line.type === "step-question")
        child.stdin?.end(`${JSON.stringify({ answer: { id: line["step"], value: "no" } })}\n`);
    });
    assert.equal(resultOf(lines), "no");
  });

  it("say that nobody can be asked", async () => {
    const file = write('try { await ask("Ship it?"); } catch (e) { return e.message; }');
    await using server = await serve(() => reply.text("never"));
    const { lines } = await run(server, ["--workflow", file]);
    assert.match(String(resultOf(lines)), /Nobody is there/);
  });

  it("work in a worktree of their own, whose repository they see without a question", async function () {
    if (!isHere("bwrap") || !isHere("git")) return this.skip();
    const git = (...args: readonly string[]): string =>
      execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
        cwd: folder,
        encoding: "utf8",
      });
    git("init", "--quiet");
    git("add", "a.txt");
    git("commit", "--quiet", "--message", "one");
    const file = write('return await agent("write it", { isolation: "worktree", label: "writer" });');
    await using server = await serve(({ results }) =>
      results.length === 0
        ? reply.toolCall("write_file", { path: "b.txt", content: "new" })
        : results.length === 1
          ? reply.toolCall("run_shell", { command: "git log --oneline && git status --short" })
          : reply.text(results[1] ?? ""),
    );
    const { lines } = await run(server, ["--workflow", file]);
    assert.match(String(resultOf(lines)), / one\n\?\? b\.txt/);
    assert.ok(!lines.some(({ type }) => type === "question"));
    const { worktree } = lines.find(({ type }) => type === "step-end") as unknown as {
      readonly worktree: { readonly path: string };
    };
    assert.equal(readFileSync(join(worktree.path, "b.txt"), "utf8"), "new");
    assert.equal(existsSync(join(folder, "b.txt")), false);
  });

  it("run shell steps through the same permissions", async function () {
    if (!isHere("bwrap")) return this.skip();
    const file = write(
      'const { exitCode, stdout, stderr } = await sh("cat a.txt; echo no >&2; exit 3"); return [exitCode, stdout, stderr];',
    );
    await using server = await serve(() => reply.text("never"));
    const { lines } = await run(server, ["--workflow", file]);
    assert.deepEqual(resultOf(lines), [3, "forty-two\n", "no\n"]);
  });
});
