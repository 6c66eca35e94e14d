import assert from "node:assert/strict";
import { engineNames } from "#protocol/guest.ts";
import { head, WorkflowWorld } from "../../support/workflow-world.ts";
import { attempts, pollutions } from "./escape-attempts.ts";

/** Whether a thing that was got hold of is of the world outside, or makes code of a text. */
const judge = `
const judge = (it) => {
  const seen = (value) => {
    try { return value !== null && (typeof value === "object" || typeof value === "function") && ["process", "require", "mainModule", "binding", "pid", "readFileSync", "Buffer"].some((k) => k in value); } catch { return false; }
  };
  if (it === undefined || it === null) return "nothing";
  if (seen(it)) return "ESCAPED: the world outside";
  if (typeof it === "function") {
    for (const call of [() => it("return 42")(), () => new it("return 42")(), () => it("42"), () => it("yield 42")().next().value, () => it("return globalThis")()]) {
      try { const got = call(); if (got === 42 || seen(got)) return "ESCAPED: code from a text"; } catch {}
    }
    if (it === Object) return "ESCAPED: as the attempt says";
  }
  if (it === 42 || it === true) return "ESCAPED: as the attempt says";
  return "harmless";
};
`;

for (const engine of engineNames)
  describe(`there is no way out of a script, on ${engine}`, () => {
    const world = new WorkflowWorld(engine);
    let results: Readonly<Record<string, string>> = {};
    after(() => world[Symbol.asyncDispose]());
    before(async () => {
      const cases = Object.entries(attempts).map(
        ([name, body]) =>
          `try { results[${JSON.stringify(name)}] = judge(await (async () => { ${body} })()); } catch (error) { results[${JSON.stringify(name)}] = "threw " + String(error?.message ?? error).slice(0, 80); }`,
      );
      // Asking for a name with typeof is how a script may ask for anything.
      const asked = "typeof guest; typeof receive; typeof drain; typeof define; typeof __boo;";
      const { end } = await world.run(
        `${asked}${judge}const results = {};\n${cases.join("\n")}\nreturn results;`,
        { args: {} },
      );
      assert.equal(end.error, undefined);
      results = end.result as Readonly<Record<string, string>>;
    });
    for (const name of Object.keys(attempts))
      it(name, () => {
        assert.ok(name in results, "the attempt did not come to an end");
        assert.doesNotMatch(results[name] ?? "", /^ESCAPED/);
      });
    for (const [name, body] of Object.entries(pollutions))
      it(`a realm that breaks itself: ${name}`, async () => {
        const { end } = await world.run(`${body}\nconst got = await agent("real");\nreturn got;`);
        assert.notEqual(JSON.stringify(end.result ?? null), '"forged"');
        assert.ok(["done", "failed", "incomplete"].includes(end.outcome));
        assert.equal(({} as { polluted?: unknown }).polluted, undefined);
        // The next run is as if nothing had been.
        const next = await world.run("return [await agent('a'), JSON.stringify([1]), [1].map((x) => x)];");
        assert.deepEqual(next.end.result, ["<a>", "[1]", [1]]);
      }).timeout(20_000);
    it("is given nothing of the environment", async () => {
      const { end } = await world.run(
        `${head}return Reflect.ownKeys(globalThis).filter((k) => /env|process|node/i.test(String(k)));`,
      );
      assert.deepEqual(end.result, []);
    });
  });
