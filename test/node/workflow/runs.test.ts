import assert from "node:assert/strict";
import { runEntry } from "#protocol/run-state.ts";
import { setImmediate } from "node:timers/promises";
import { hold } from "../../support/model-server/gate.ts";
import { reply } from "../../support/model-server/reply.ts";
import { listTree } from "../../support/process-tree.ts";
import { ask, isOver, stateOf, until, useRunWindows } from "../../support/run-windows.ts";

describe("runs of a window", function () {
  this.timeout(20_000);
  const { write, open, beginPair } = useRunWindows();

  it("start by name, and tell phases, agents and the result", async () => {
    write(
      "greet",
      'phase("Say"); return await agent(`hello ${args.who}`);',
      ', phases: [{ title: "Say", detail: "d" }]',
    );
    await using window = await open();
    const { run } = await ask(window, "run.start", { workflow: "greet", args: '{"who":"you"}' });
    const state = await until(window, run, isOver);
    assert.deepEqual([state.status, state.workflow], ["done", "greet"]);
    assert.deepEqual(state.phases, [{ title: "Say", detail: "d", isDeclared: true }]);
    assert.deepEqual(
      state.steps.map(({ label, status, result, phase }) => [label, status, result, phase]),
      [["hello you", "done", "<hello you>", "Say"]],
    );
    assert.deepEqual(await ask(window, "run.result", { run }), { text: "<hello you>", isMarkdown: true });
    assert.ok(state.steps[0]?.session !== undefined);
  });

  it("have a sandbox wait for the next one", async () => {
    write("one", 'return await agent("x");');
    const gates = [hold(), hold()];
    const others: number[] = [];
    let asked = 0;
    await using window = await open({
      keepsSpare: true,
      answer: () => reply.holdHeaders(gates[asked++] ?? assert.fail()).text("a"),
    });
    const sandboxes = async () =>
      (await listTree(process.pid))
        .filter(({ command, pid }) => command.includes("sandbox-process") && !others.includes(pid))
        .map(({ pid }) => pid);
    others.push(...(await sandboxes()));
    const runs: string[] = [];
    const sandboxOf = async (index: number) => {
      runs.push((await ask(window, "run.start", { workflow: "one" })).run);
      await gates[index]?.reached;
      return (await sandboxes())[0];
    };
    const first = await sandboxOf(0);
    gates[0]?.release();
    let waiting = await sandboxes();
    const deadline = Date.now() + 15_000;
    while (waiting.length !== 1 || waiting[0] === first) {
      assert.ok(Date.now() < deadline, "none waits");
      waiting = await sandboxes();
    }
    assert.equal(await sandboxOf(1), waiting[0]);
    gates[1]?.release();
    await until(window, runs[1] ?? "", isOver);
  });

  it("are previewed for nothing, with what a script would ask", async () => {
    write("two", 'phase("A"); await parallel([() => agent("x"), () => agent("y")]); if (args) sh("z");');
    await using window = await open();
    const preview = await ask(window, "run.preview", { workflow: "two" });
    assert.deepEqual(
      [preview.agentCount, preview.agents.map(({ prompt }) => prompt), preview.basis],
      [2, ["x", "y"], "rule"],
    );
    assert.ok(preview.warnings.some((text) => text.includes('"A" is not announced')));
    assert.ok(preview.warnings.some((text) => /this sh\(\) was not reached/.test(text)));
    assert.equal(window.server.requests.length, 0);
  });

  it("say before they begin that no model would answer", async () => {
    write("one", 'return await agent("x");');
    await using window = await open({ environment: {} });
    const { warnings } = await ask(window, "run.preview", { workflow: "one" });
    assert.match(warnings[0] ?? "", /there is no API key/);
  });

  it("are reckoned from the last run", async () => {
    write("one", 'return await agent("x");');
    await using window = await open();
    window.ports.clock.time = Date.UTC(2026, 10, 20, 12);
    const { run } = await ask(window, "run.start", { workflow: "one" });
    const { spent } = await until(window, run, isOver);
    const preview = await ask(window, "run.preview", { workflow: ".boocode/workflows/one.js" });
    assert.deepEqual([preview.basis, preview.estimate], ["last-run", spent]);
  });

  it("say where a script that can not run is wrong", async () => {
    write("bad", "  lgo(1);");
    await using window = await open();
    await assert.rejects(ask(window, "run.start", { workflow: "bad" }), /bad\.js:2:3: /);
    const { workflows } = await ask(window, "workflow.list", {});
    assert.match(workflows.find(({ name }) => name === "bad")?.problem ?? "", /^2:3: /);
  });

  it("fail with the line of what was thrown", async () => {
    write("throws", 'await agent("x");\nthrow new Error("no luck");');
    await using window = await open();
    const { run } = await ask(window, "run.start", { workflow: "throws" });
    const { status, error } = await until(window, run, isOver);
    assert.deepEqual([status, error?.message, error?.place?.line], ["failed", "no luck", 3]);
  });

  it("stop, and go on for the price of what is left", async () => {
    const held = await beginPair();
    await using window = held.window;
    const { run } = held;
    await ask(window, "run.control", { run, action: "stop" });
    assert.deepEqual(
      stateOf(window, run).steps.map(({ status }) => status),
      ["done", "interrupted"],
    );
    held.goOn();
    const before = window.server.requests.length;
    await ask(window, "run.resume", { run });
    const state = await until(window, run, isOver);
    assert.deepEqual([state.status, state.attempt], ["done", 2]);
    assert.deepEqual(
      state.steps.map(({ isCached }) => isCached),
      [true, false],
    );
    assert.equal(window.server.requests.length, before + 1);
  });

  it("go on with the script as it was edited, and are compared", async () => {
    write("edit", 'return [await agent("same"), await agent("old")];');
    await using window = await open();
    const { run } = await ask(window, "run.start", { workflow: "edit" });
    await until(window, run, isOver);
    assert.deepEqual(await ask(window, "run.open", { run }), { isFileChanged: false });
    write("edit", 'return [await agent("same"), await agent("new")];');
    assert.deepEqual(await ask(window, "run.open", { run }), { isFileChanged: true });
    const requests = window.server.requests.length;
    const { agents, known, estimate, problem } = await ask(window, "run.previewResume", { run });
    assert.deepEqual([agents, known, problem, estimate.tokens > 0], [1, 1, undefined, true]);
    assert.equal(window.server.requests.length, requests, "It costs nothing.");
    assert.equal(window.core.runs.list.channel.state.runs.length, 1, "It is no run.");
    const { run: other } = await ask(window, "run.start", { workflow: "edit", from: run });
    const state = await until(window, other, isOver);
    assert.deepEqual(
      state.steps.map(({ label, isCached, reason }) => [label, isCached, isCached || reason]),
      [
        ["same", true, true],
        ["new", false, "prompt changed"],
      ],
    );
    const { differences } = await ask(window, "run.compare", { run: other, other: run });
    assert.deepEqual(
      differences.map(({ label, kind, changes }) => [label, kind, changes]),
      [
        ["same", "same", []],
        ["new", "changed", ["prompt"]],
      ],
    );
  });

  it("pause before the next agent", async () => {
    write("three", 'for (const n of ["1", "2"]) await agent(n); return "end";');
    const gate = hold();
    await using window = await open({
      answer: ({ question }) =>
        question.endsWith("1") ? reply.holdHeaders(gate).text("a") : reply.text("b"),
    });
    const { run } = await ask(window, "run.start", { workflow: "three" });
    await gate.reached;
    await ask(window, "run.control", { run, action: "pause" });
    assert.equal(stateOf(window, run).status, "paused");
    gate.release();
    await until(window, run, ({ steps }) => steps[0]?.status === "done");
    assert.equal(window.server.requests.length, 1);
    await ask(window, "run.control", { run, action: "continue" });
    assert.equal((await until(window, run, isOver)).status, "done");
  });

  it("skip an agent, which then is null", async () => {
    write("skip", 'return [await agent("slow"), await agent("b")];');
    const gate = hold();
    await using window = await open({
      answer: ({ question }) =>
        question.endsWith("slow") ? reply.holdHeaders(gate).text("a") : reply.text("b"),
    });
    const { run } = await ask(window, "run.start", { workflow: "skip" });
    await gate.reached;
    await ask(window, "run.step", { run, step: stateOf(window, run).steps[0]?.step ?? "", action: "skip" });
    await until(window, run, isOver);
    assert.equal((await ask(window, "run.result", { run })).text, '[\n  null,\n  "b"\n]');
    gate.release();
  });

  it("ask people, and go on with the answer", async () => {
    write("gate", 'return await ask("Ship it?", { choices: ["yes", "no"] });');
    await using window = await open();
    const { run } = await ask(window, "run.start", { workflow: "gate" });
    const asking = await until(window, run, (state) => state.steps[0]?.question !== undefined);
    assert.equal(runEntry(asking, "").isAsking, true);
    const { steps } = asking;
    const step = steps[0]?.step ?? "";
    assert.deepEqual(steps[0]?.question, { text: "Ship it?", choices: ["yes", "no"] });
    await assert.rejects(ask(window, "run.answer", { run, step, value: "perhaps" }), {
      code: "no-such-choice",
    });
    await ask(window, "run.answer", { run, step, value: "no" });
    assert.equal(runEntry(await until(window, run, isOver), "").isAsking, undefined);
    assert.equal((await ask(window, "run.result", { run })).text, "no");
    await assert.rejects(ask(window, "run.answer", { run, step, value: "no" }), { code: "not-asked" });
  });

  it("keep no grant for longer than they last", async () => {
    write("one", 'return await agent("read");');
    let told = 0;
    await using window = await open({
      answer: ({ results }) =>
        results.length === 0
          ? reply.toolCall("read_file", { path: "/elsewhere/notes.txt" })
          : reply.text("done"),
      files: { "/elsewhere/notes.txt": "x" },
    });
    const { run } = await ask(window, "run.start", { workflow: "one" });
    const { steps } = await until(window, run, (state) => state.steps[0]?.waiting !== undefined);
    const agent = window.core.supervisor.find(steps[0]?.session ?? "");
    window.core.permissions.channel.listen((event) => {
      if (event.type === "permissions-change") told = Math.max(told, event.change.grants?.length ?? 0);
    });
    const [question] = agent?.session.state.questions ?? [];
    await agent?.answer(question?.id ?? "", { value: "session" });
    await until(window, run, isOver);
    while (window.ports.endedRuns.length === 0) await setImmediate();
    assert.equal(told, 1);
    assert.deepEqual(window.core.permissions.channel.state.grants, []);
  });

  it("are left out where the workspace is not trusted", async () => {
    write("one", 'return await agent("x");');
    await using window = await open({ isTrusted: false });
    await assert.rejects(ask(window, "run.start", { workflow: "one" }), { code: "not-trusted" });
  });

  it("are listed, with how they ended, also in the next window", async () => {
    write("one", 'return await agent("x");');
    await using window = await open();
    const { run } = await ask(window, "run.start", { workflow: "one" });
    await until(window, run, isOver);
    await window.core.runs[Symbol.asyncDispose]();
    await using next = await open({ store: window.ports.store });
    await next.core.runs.load();
    const [entry] = next.core.runs.list.channel.state.runs;
    assert.deepEqual(
      [entry?.run, entry?.status, entry?.ended, entry?.agents, entry?.workflow],
      [run, "done", 1, 1, "one"],
    );
    await ask(next, "run.open", { run });
    assert.equal(stateOf(next, run).steps[0]?.result, "<x>");
    assert.deepEqual(next.ports.endedRuns, []);
    assert.equal(window.ports.endedRuns.length, 1);
  });

  it("are followed while another window runs them", async () => {
    write("pair", 'return [await agent("first"), await agent("second")];');
    const gate = hold();
    await using one = await open({
      answer: ({ question }) =>
        question.includes("second") ? reply.holdHeaders(gate).text("late") : reply.text("early"),
    });
    await using two = await open();
    await two.core.runs.load();
    const { list } = two.core.runs;
    const told = () => new Promise<void>((resolve) => void list.channel.listen(() => resolve()));
    const { run } = await ask(one, "run.start", { workflow: "pair" });
    await gate.reached;
    const { store } = two.ports;
    store.owners.set(run, "elsewhere");
    const first = told();
    store.hear({ kind: "lease", session: run });
    await first;
    assert.deepEqual(
      [list.find(run)?.status, list.find(run)?.ended, list.find(run)?.agents],
      ["running", 1, 2],
    );
    await ask(two, "run.open", { run });
    assert.deepEqual(
      stateOf(two, run).steps.map(({ status }) => status),
      ["done", "running"],
    );
    gate.release();
    await until(one, run, isOver);
    store.owners.set(run, "none");
    const second = told();
    store.hear({ kind: "lease", session: run });
    await second;
    assert.deepEqual([list.find(run)?.status, stateOf(two, run).status], ["done", "done"]);
    // What is no run is looked at and forgotten.
    store.hear({ kind: "lease", session: "nothing" });
  });

  it("save their script as a workflow of another name", async () => {
    write("one", 'return await agent("x");');
    await using window = await open();
    const { run } = await ask(window, "run.start", { workflow: "one" });
    await until(window, run, isOver);
    const { file } = await ask(window, "run.saveScript", { run, name: "other" });
    const text = window.ports.workspace.disk.get(file);
    assert.match(String(text), /name: "other", description: "It does one\."/);
    await assert.rejects(ask(window, "run.saveScript", { run, name: "other" }), { code: "file-exists" });
  });

  it("are asked for by a slash in the chat, and shown before they cost anything", async () => {
    write("tides", "return args;");
    await using window = await open();
    const session = window.agent.session.id;
    assert.deepEqual(await ask(window, "session.prompt", { session, text: '/tides {"a":1}' }), {});
    assert.deepEqual(window.ports.shownRuns, [{ workflow: ".boocode/workflows/tides.js", args: '{"a":1}' }]);
    // What is no workflow is a message like any other.
    const { turn } = await ask(window, "session.prompt", { session, text: "/etc/hosts is what?" });
    assert.ok(turn !== undefined);
    await window.agent.idle();
  });
});
