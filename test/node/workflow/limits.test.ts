import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { defaultGuestLimits, engineNames, type GuestLimits } from "#protocol/guest.ts";
import { answered, ofType, ScriptedAgents, WorkflowWorld } from "../../support/workflow-world.ts";

for (const engine of engineNames)
  describe(`the limits of a script, on ${engine}`, () => {
    const world = new WorkflowWorld(engine);
    after(() => world[Symbol.asyncDispose]());
    const limit = (limits: Partial<GuestLimits>) => ({
      settings: { guest: { ...defaultGuestLimits, ...limits } },
    });

    const ends = (
      name: string,
      body: string,
      limits: Partial<GuestLimits>,
      code: RegExp,
      message = /./,
    ): unknown =>
      it(`end ${name}, with the host responsive`, async () => {
        const delay = monitorEventLoopDelay({ resolution: 5 });
        delay.enable();
        const { end } = await world.run(body, limit(limits));
        delay.disable();
        // The median: a busy machine stops any process for a moment.
        assert.ok(delay.percentile(50) < 50e6, `${delay.percentile(50) / 1e6} ms`);
        assert.equal(end.outcome, "failed");
        assert.match(end.error?.code ?? "", code);
        assert.match(end.error?.message ?? "", message);
      }).timeout(30_000);
    const short = { syncMs: 150 };
    ends("a loop", "for (;;);", short, /script-time/, /ran longer than 0\.15 s/);
    ends("a loop after a call", "await agent('a'); for (;;);", short, /script-time/);
    ends("a loop of microtasks", "for (;;) await 0;", short, /script-time/);
    ends(
      "a loop in a timer",
      "setTimeout(() => { for (;;); }, 1); await agent('a'); await new Promise((done) => setTimeout(done, 1000));",
      short,
      /script-time/,
    );
    ends(
      "a loop that catches everything",
      "for (;;) try { for (;;) agent('x').catch(() => {}); } catch {}",
      { ...short, calls: 1e9, memoryMb: 512 },
      /script-(time|memory|crash)/,
    );
    ends("a regular expression without end", "/^(a+)+$/.test('a'.repeat(45) + 'b');", short, /script-time/);
    ends("a getter without end in the result", "return { get a() { for (;;); } };", short, /script-time/);
    ends(
      "a memory bomb of lists",
      "const a = []; for (;;) a.push(new Array(50000).fill(1.5));",
      { memoryMb: 32, syncMs: 20_000 },
      /script-(memory|threw)/,
      /memory/i,
    );
    ends(
      "a memory bomb of texts",
      "let a = []; for (;;) a.push('xy'.repeat(500000) + a.length);",
      { memoryMb: 32, syncMs: 20_000 },
      /script-(memory|threw)/,
      /memory/i,
    );
    ends(
      "a memory bomb over many turns",
      "const a = []; for (;;) { await 0; a.push(new Array(50000).fill(1.5)); }",
      { memoryMb: 32, syncMs: 20_000 },
      /script-(memory|threw)/,
      /memory/i,
    );
    ends(
      "a flood of log lines",
      "for (let n = 0; n < 5000; n++) { log(n); } await agent('a');",
      { outputLines: 1000 },
      /script-output/,
      /more than 1000 lines/,
    );
    ends(
      "a flood of long lines",
      "for (let n = 0; n < 100; n++) log('x'.repeat(19000)); await agent('a');",
      { outputBytes: 100_000 },
      /script-output/,
    );
    ends(
      "a flood of calls",
      "await Promise.allSettled(Array.from({ length: 3000 }, (_, n) => sh('a' + n)));",
      { calls: 1000 },
      /script-calls/,
      /more than 1000 calls/,
    );
    ends("a huge message", "await agent('x'.repeat(3e6));", { messageBytes: 1_000_000 }, /script-message/);
    ends("a huge result", "return 'x'.repeat(3e6);", { messageBytes: 1_000_000 }, /script-message/);

    it("leave deep recursion to the script to catch", async () => {
      const { end } = await world.run(
        "const deep = () => deep(); try { deep(); } catch (error) { return error instanceof RangeError; }",
      );
      assert.equal(end.result, true);
    });
    const odd = (name: string, thrown: string): unknown =>
      it(`take what is thrown however odd it is: ${name}`, async () => {
        const { end } = await world.run(`${thrown}`);
        assert.deepEqual([end.outcome, end.error?.code], ["failed", "script-threw"]);
      });
    odd("undefined", "throw undefined;");
    odd("null", "throw null;");
    odd("a symbol", "throw Symbol('s');");
    odd("a function", "throw () => 1;");
    odd("a proxy", "throw new Proxy({}, { get() { throw 1; }, getPrototypeOf() { throw 2; } });");
    odd(
      "a proxy of an error",
      "throw new Proxy(new Error('x'), { get(t, k) { if (k === 'message') throw 1; return t[k]; } });",
    );
    odd(
      "an error with getters",
      "const e = new Error('x'); Object.defineProperty(e, 'message', { get() { throw 1; } }); Object.defineProperty(e, 'stack', { get() { throw 1; } }); throw e;",
    );
    odd(
      "an error with an odd name",
      "const e = new Error('x'); e.name = { toString() { throw 1; } }; throw e;",
    );
    odd("a thenable", "throw { then(f) { f(1); } };");
    odd("a revoked proxy", "const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); throw proxy;");
    odd("a cycle", "const c = {}; c.c = c; throw c;");

    it("let another run go on when one is ended", async () => {
      const [bad, good] = await Promise.all([
        world.run("for (;;);", limit({ syncMs: 500 })),
        world.run("let n = 0; for (; n < 30; n++) await agent('a' + n); return n;", {
          agents: new ScriptedAgents(({ prompt }) => answered(prompt)),
        }),
      ]);
      assert.deepEqual([bad.end.error?.code, good.end.result], ["script-time", 30]);
    }).timeout(20_000);

    it("say so when the sandbox is lost, and what was done stays known", async () => {
      const { run, events } = await world.begin("await agent('a'); await agent('b');", {
        agents: new ScriptedAgents(async ({ prompt }) => {
          if (prompt === "b") await world.sandboxes[Symbol.asyncDispose]();
          return answered(prompt);
        }),
      });
      const end = await run.done;
      assert.deepEqual([end.outcome, end.error?.code], ["failed", "script-crash"]);
      const again = await world.resume(run.run);
      assert.equal(again.end.outcome, "done");
      assert.ok(ofType(again.events, "step-end").some(({ label, cached }) => label === "a" && cached));
      assert.ok(events.length > 0);
    }).timeout(20_000);
  });
