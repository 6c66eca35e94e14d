import assert from "node:assert/strict";
import { engineNames } from "#protocol/guest.ts";
import { answered, ofType, ScriptedAgents, WorkflowWorld } from "../../support/workflow-world.ts";

for (const engine of engineNames)
  describe(`steps and control, on ${engine}`, () => {
    const world = new WorkflowWorld(engine);
    after(() => world[Symbol.asyncDispose]());

    const gives = (name: string, body: string, expected: unknown): unknown =>
      it(name, async () => {
        const { end } = await world.run(body);
        assert.deepEqual([end.error?.message, end.result], [undefined, expected]);
      });

    describe("sh() and ask()", () => {
      const shell = {
        run: (command: string, options: object) =>
          Promise.resolve({ exitCode: 3, stdout: `${command} ${JSON.stringify(options)}`, stderr: "e" }),
      };
      it("sh gives what the command gave", async () => {
        const { end, events } = await world
          .with({ shell })
          .run('return sh("ls", { cwd: "a", timeoutMs: 5 });');
        assert.deepEqual(end.result, { exitCode: 3, stdout: 'ls {"cwd":"a","timeoutMs":5}', stderr: "e" });
        assert.equal(ofType(events, "step-end")[0]?.kind, "sh");
      });
      gives(
        "sh says so where there is no shell",
        "try { await sh('ls'); } catch (error) { return error.code; }",
        "no-shell",
      );
      it("ask waits for a person's answer", async () => {
        const asked: unknown[] = [];
        const questions = { ask: (question: object) => (asked.push(question), Promise.resolve("blue")) };
        const { end, run } = await world
          .with({ questions })
          .run('return ask("Which?", { choices: ["red", "blue"] });');
        assert.equal(end.result, "blue");
        assert.deepEqual(asked, [{ run: run.run, id: "1.1", text: "Which?", choices: ["red", "blue"] }]);
      });
      gives(
        "ask says so where nobody is",
        "try { await ask('x'); } catch (error) { return error.code; }",
        "nobody-to-ask",
      );
    });

    describe("control", () => {
      it("pause lets no further agent begin, continue does", async () => {
        const agents = new ScriptedAgents();
        const begun = Promise.withResolvers<void>();
        const { run } = await world.begin(
          'await agent("a"); await new Promise((done) => setTimeout(done, 10)); log("go"); return agent("b");',
          {
            agents,
            listener: (event) => {
              if (event.type === "step-end") run.pause();
              if (event.type === "log") begun.resolve();
            },
          },
        );
        await begun.promise;
        await new Promise((done) => setTimeout(done, 10));
        assert.deepEqual(agents.prompts, ["a"]);
        run.continue();
        assert.equal((await run.done).result, "<b>");
      });
      it("stop ends a run at once, agents under way with it", async () => {
        const { run, events } = await world.begin(
          'await agent("a"); await agent("b"); for (;;) await agent("c");',
          {
            agents: new ScriptedAgents((spec, signal) =>
              spec.prompt === "b"
                ? new Promise((_resolve, reject) => {
                    setImmediate(() => void run.stop());
                    signal.addEventListener("abort", () => reject(signal.reason));
                  })
                : answered("x"),
            ),
          },
        );
        const end = await run.done;
        assert.equal(end.outcome, "stopped");
        assert.deepEqual(
          ofType(events, "step-end").map(({ label, outcome }) => [label, outcome]),
          [
            ["a", "done"],
            ["b", "interrupted"],
          ],
        );
      });
    });
  });
