import assert from "node:assert/strict";
import { type AgentWorld, lastTurn } from "../../support/agent-world.ts";
import { reply } from "../../support/model-server/reply.ts";
import { useRunWindows } from "../../support/run-windows.ts";

describe("runs of workflows by an agent", function () {
  this.timeout(20_000);
  const { write, open } = useRunWindows();

  /** An agent that makes one call through the gateway, then says what it was told; its question gets an answer. */
  async function call(
    tool: string,
    input: unknown,
    answer: string,
    use: (told: string, window: AgentWorld) => unknown,
  ): Promise<void> {
    await using window = await open({
      answer: ({ question, results }) => {
        if (!question.includes("please")) return reply.text(`<${question.split("\n").at(-1)}>`);
        return results.length === 0
          ? reply.toolCall("more", { name: tool, input })
          : reply.text(results[0] ?? "");
      },
    });
    const { agent } = window;
    agent.session.channel.listen((event) => {
      if (event.type === "question-asked") void agent.answer(event.question.id, { value: answer });
    });
    await window.say("please");
    const last = lastTurn(agent).items.findLast((item) => item.kind === "text");
    await use(last?.kind === "text" ? last.text : "", window);
  }

  it("wait for the user's consent, and give the result", async () => {
    write("greet", "return await agent(`hello ${args.who}`);");
    await call("run_workflow", { workflow: "greet", args: { who: "you" } }, "run", (told, window) => {
      assert.match(told, /is done: 1 of 1 agent done, 0 failed[^]*<hello you>/);
      assert.equal(window.core.runs.list.channel.state.runs.length, 1);
    });
  });

  it("do not begin where the user denies it", async () => {
    write("greet", 'return await agent("hello");');
    await call("run_workflow", { workflow: "greet" }, "deny", (told, window) => {
      assert.match(told, /did not allow this run/);
      assert.equal(window.core.runs.list.channel.state.runs.length, 0);
    });
  });

  it("may be scripts of its own", () =>
    call(
      "run_workflow",
      {
        script: 'export const meta = { name: "own", description: "d" };\nreturn (await agent("x")) + "!";',
      },
      "run",
      (told) => assert.match(told, /<x>!/),
    ));

  it("are refused with what is wrong in them", () =>
    call(
      "run_workflow",
      { script: 'export const meta = { name: "own", description: "d" };\nlgo(1);' },
      "run",
      (told) => assert.match(told, /2:1: .*lgo/),
    ));

  it("are listed", async () => {
    write("greet", "return 1;");
    await call("run_workflow", {}, "run", (told) => assert.match(told, /^greet: It does greet\.$/m));
  });

  it("are written once they have no mistakes", () =>
    call(
      "write_workflow",
      { name: "mine", script: 'export const meta = { name: "mine", description: "d" };\nreturn 1;\n' },
      "once",
      (_told, window) =>
        assert.match(
          String(window.ports.workspace.disk.get("/project/.boocode/workflows/mine.js")),
          /return 1/,
        ),
    ));

  it("are not written with mistakes", () =>
    call("write_workflow", { name: "mine", script: "return 1;" }, "once", (told, window) => {
      assert.match(told, /was not written; mend it first/);
      assert.equal(window.ports.workspace.disk.has("/project/.boocode/workflows/mine.js"), false);
    }));
});
