// npm test [-- STAGE… ] [--grep TEXT]: every check there is, or the named stages with what they need ("core", "types").
// npm run check: types, lint, format and the plain tests.
import { parseArgs } from "node:util";
import {
  limitCompiled,
  mochaStage,
  runStage,
  runStages,
  type Stage,
  type StageResult,
} from "./support/stage.ts";
import { exitCodes, fail } from "./support/setup.mjs";

const tsc = "node_modules/typescript/bin/tsc";

/** What `npm run check` runs: nothing here needs a build. */
const checks: readonly Stage[] = [
  { name: "types: src", args: [tsc, "-p", "."] },
  { name: "types: webview", args: [tsc, "-p", "webview"] },
  { name: "types: test", args: [tsc, "-p", "test"] },
  { name: "lint", args: ["node_modules/oxlint/bin/oxlint"] },
  { name: "format", args: ["node_modules/oxfmt/bin/oxfmt", "--check"] },
  { name: "unused", args: ["node_modules/knip/bin/knip.js"] },
  ...["core", "protocol", "webview", "lint"].map((folder) => mochaStage(folder, 20_000)),
];

/** Most of its time it waits for processes and disks: it goes beside what keeps the processor busy. */
const waits = mochaStage("node", 60_000);

/** What needs a browser, most of it the packaged extension in a real VS Code, too; first, because it takes longest. */
const inBrowser: readonly Stage[] = [
  { name: "package", args: ["test/support/package.ts"] },
  mochaStage("e2e", 120_000, { after: ["package"] }),
  mochaStage("views", 120_000),
];

const inEditor: Stage = {
  name: "tests: editor",
  tests: "test/editor/**/*.test.ts",
  args: ["test/support/editor-tests.ts"],
  after: ["package"],
};

function choose(names: readonly string[]): readonly Stage[] {
  const all = [...inBrowser, waits, inEditor, ...checks];
  if (names.length === 0) return all;
  if (names[0] === "check") return [waits, ...checks];
  const isNamed = (stage: Stage) => names.some((name) => stage.name.split(": ").includes(name));
  const chosen = all.filter(isNamed);
  if (chosen.length === 0) {
    fail(
      exitCodes.usage,
      `There is no stage "${names[0]}". There are: check, ${all.map((one) => one.name).join(", ")}.`,
    );
  }
  return all.filter(
    (stage) => chosen.includes(stage) || chosen.some((one) => one.after?.includes(stage.name)),
  );
}

function report(result: StageResult): void {
  const { name, passed, failed, seconds, output } = result;
  if (failed > 0) console.log(`\n${output.trimEnd()}\n`);
  console.log(
    `${failed > 0 ? "✗" : "✓"} ${name}: ${passed} passed, ${failed} failed, ${seconds.toFixed(1)} s`,
  );
}

const atOnce = 2;
const { values, positionals } = parseArgs({ options: { grep: { type: "string" } }, allowPositionals: true });
const extra = values.grep === undefined ? [] : ["--grep", values.grep];
await limitCompiled();
const results = await runStages(choose(positionals), atOnce, (stage) => runStage(stage, extra), report);
const total = (key: "passed" | "failed") => results.reduce((sum, result) => sum + result[key], 0);
console.log(`${total("passed")} passed, ${total("failed")} failed`);
process.exitCode = total("failed") > 0 ? 1 : 0;
