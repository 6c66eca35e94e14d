import { spawn } from "node:child_process";
import { globSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { directorySize } from "#node/store/directory-size.ts";
import { root } from "./setup.mjs";

/** A part of the test run: a program whose end, or whose report, says how many tests passed. */
export type Stage = {
  readonly name: string;
  /** Arguments for Node. */
  readonly args: readonly string[];
  /** Stages that must have passed before. */
  readonly after?: readonly string[];
  /** For stages that run mocha: where its files are; the counts are read from its report. */
  readonly tests?: string;
};

/** How a stage ended. */
export type StageResult = {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly seconds: number;
  readonly output: string;
};

/** What Node compiled is kept here, stripped of its types: a test run starts hundreds of processes on the same sources. */
const compiled = join(root, ".vscode-test/compiled");
/** Beyond this it is begun anew, in bytes. */
const compiledLimit = 200e6;

const mocha = ["node_modules/mocha/bin/mocha.js", "--forbid-only", "--forbid-pending", "--exit"];

/** A stage that runs mocha on the test files of a folder under test. */
export function mochaStage(folder: string, timeoutMs: number, options: Partial<Stage> = {}): Stage {
  const tests = `test/${folder}/**/*.test.ts`;
  return {
    name: `tests: ${folder}`,
    tests,
    args: [...mocha, "--timeout", String(timeoutMs), tests],
    ...options,
  };
}

function count(report: string, word: string): number {
  return [...report.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))].reduce(
    (sum, [, n]) => sum + Number(n),
    0,
  );
}

/** Runs a stage to its end; a report that counts nothing is a failure. */
export async function runStage(stage: Stage, extra: readonly string[] = []): Promise<StageResult> {
  const begin = performance.now();
  const end = (passed: number, failed: number, output: string): StageResult => {
    return { name: stage.name, passed, failed, seconds: (performance.now() - begin) / 1000, output };
  };
  if (stage.tests && globSync(stage.tests, { cwd: root }).length === 0)
    return end(0, 1, `No test is in ${stage.tests}.`);
  const child = spawn(process.execPath, [...stage.args, ...(stage.tests ? extra : [])], {
    cwd: root,
    env: { ...process.env, NODE_COMPILE_CACHE: compiled },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number>((done) => child.once("close", (status) => done(status ?? 1)));
  if (!stage.tests) return end(code === 0 ? 1 : 0, code === 0 ? 0 : 1, output);
  const [passed, failed] = [count(output, "passing"), count(output, "failing")];
  const hasNoReport = passed + failed === 0 || (code !== 0 && failed === 0);
  return end(passed, hasNoReport ? failed + 1 : failed, output);
}

/** Keeps what Node compiled from growing with every change of the sources. */
export async function limitCompiled(): Promise<void> {
  if ((await directorySize(compiled)) > compiledLimit)
    await rm(compiled, { recursive: true, force: true, maxRetries: 5 });
}

/** Runs stages, `atOnce` at a time, each after those it needs; calls `report` as each ends. A stage whose need failed fails unrun. */
export async function runStages(
  stages: readonly Stage[],
  atOnce: number,
  run: (stage: Stage) => Promise<StageResult>,
  report: (result: StageResult) => void,
): Promise<readonly StageResult[]> {
  const results = new Map<string, StageResult>();
  const waiting = [...stages];
  const isDone = (name: string) => results.has(name) || !stages.some((stage) => stage.name === name);
  const settle = (result: StageResult) => {
    results.set(result.name, result);
    report(result);
  };
  let changed = Promise.withResolvers<void>();
  const work = async () => {
    while (waiting.length > 0) {
      const next = waiting.findIndex((stage) => (stage.after ?? []).every(isDone));
      const [stage] = next < 0 ? [] : waiting.splice(next, 1);
      if (!stage) {
        await changed.promise;
        continue;
      }
      const broken = stage.after?.find((name) => results.get(name)?.failed);
      if (broken)
        settle({ name: stage.name, passed: 0, failed: 1, seconds: 0, output: `Not run: ${broken} failed.` });
      else settle(await run(stage));
      changed.resolve();
      changed = Promise.withResolvers();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return [...results.values()];
}
