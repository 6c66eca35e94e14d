import assert from "node:assert/strict";
import { hold } from "../../support/model-server/gate.ts";
import { reply } from "../../support/model-server/reply.ts";
import { ask, isOver, stateOf, until, useRunWindows } from "../../support/run-windows.ts";

describe("runs of a window that go wrong", function () {
  this.timeout(20_000);
  const { write, open } = useRunWindows();

  it("are resumed once, however often that is asked for", async () => {
    write("one", 'await agent("x"); throw new Error("no luck");');
    await using window = await open();
    const { run } = await ask(window, "run.start", { workflow: "one" });
    await until(window, run, isOver);
    const both = await Promise.allSettled([
      ask(window, "run.resume", { run }),
      ask(window, "run.resume", { run }),
    ]);
    assert.deepEqual(both.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
    await until(window, run, (state) => state.attempt === 2 && isOver(state));
  });

  it("start no agent after they were stopped, also not one that waited for another", async () => {
    write("three", 'await parallel(["a", "b", "c"].map((p) => () => agent(p)));');
    const gate = hold();
    await using window = await open({ answer: () => reply.holdHeaders(gate).text("late") });
    const { run } = await ask(window, "run.start", { workflow: "three" });
    await gate.reached;
    await until(window, run, ({ steps }) => steps.length === 3);
    await ask(window, "run.control", { run, action: "stop" });
    gate.release();
    for (const { session = "" } of stateOf(window, run).steps)
      await window.core.supervisor.find(session)?.idle();
    assert.equal(window.server.requests.length, 1);
  });

  it("can be opened after a resume that was refused", async () => {
    write("one", 'return await agent("x");');
    await using window = await open();
    const { run } = await ask(window, "run.start", { workflow: "one" });
    await until(window, run, isOver);
    await window.core.runs[Symbol.asyncDispose]();
    await using next = await open({ store: window.ports.store });
    write("one", "lgo(1);");
    await assert.rejects(ask(next, "run.resume", { run, takesFile: true }), { code: "bad-script" });
    await ask(next, "run.open", { run });
    assert.equal(stateOf(next, run).status, "done");
  });

  it("tell what their script asks, and keep no question once they are over", async () => {
    write("gate", 'return await ask("Ship it?", { choices: [] });');
    await using window = await open();
    const { run } = await ask(window, "run.start", { workflow: "gate" });
    await until(window, run, ({ steps }) => steps[0]?.question !== undefined);
    assert.deepEqual(window.ports.runQuestions, ["Ship it?"]);
    await ask(window, "run.control", { run, action: "stop" });
    const [step] = stateOf(window, run).steps;
    assert.deepEqual([step?.status, step?.question], ["interrupted", undefined]);
  });

  it("hold no secret in their journal, nor what is told of them", async () => {
    write("leak", "return await agent('say it');");
    await using window = await open({ answer: () => reply.text("the key is sk-test-0123456789") });
    const { run } = await ask(window, "run.start", { workflow: "leak" });
    const state = await until(window, run, isOver);
    const { text } = await ask(window, "run.result", { run });
    assert.doesNotMatch(text + JSON.stringify(state), /sk-test-0123456789/);
  });

  it("spend what is left of their own budget, not of the run that they came from", async () => {
    write("two", 'return [await agent("a"), await agent("b")];');
    await using window = await open();
    const { run } = await ask(window, "run.start", { workflow: "two" });
    const { spent } = await until(window, run, isOver);
    const budget = { tokens: spent.tokens };
    write("two", 'return [await agent("a"), await agent("b"), await agent("c")];');
    const { run: other } = await ask(window, "run.start", { workflow: "two", from: run, budget });
    const state = await until(window, other, isOver);
    assert.deepEqual([state.status, state.before.tokens], ["done", 0]);
    await ask(window, "run.resume", { run: other });
    const again = await until(window, other, (now) => now.attempt === 2 && isOver(now));
    assert.equal(again.before.tokens, state.spent.tokens);
  });
});
