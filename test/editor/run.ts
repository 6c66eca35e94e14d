import Mocha from "mocha";
import { format } from "node:util";

/** Begins every line of the reporter, so that it can be told from what else the extension host prints. */
const marker = "[test]";

/** Runs suites inside the extension host; `load` imports the test files. Rejects when a test fails. */
export async function runSuites(load: () => Promise<unknown>): Promise<void> {
  Mocha.reporters.Base.consoleLog = (...args: unknown[]) => {
    for (const line of format(...args).split("\n")) console.log(`${marker}${line}`);
  };
  const mocha = new Mocha({
    ui: "bdd",
    timeout: 30_000,
    forbidOnly: true,
    forbidPending: true,
    color: false,
  });
  mocha.suite.emit("pre-require", globalThis, "", mocha);
  await load();
  const failures = await new Promise<number>((done) => {
    mocha.run(done);
  });
  if (failures > 0) throw new Error(`${failures} failed in the extension host.`);
}
