import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createStubAgents } from "#core/workflow/agents/stub-agents.ts";
import { openRunJournal } from "#node/workflow/run-journal.ts";
import { createSandboxes } from "#node/workflow/sandboxes.ts";
import { createSystemClock } from "#node/system-clock.ts";
import { type EngineName, engineNames } from "#protocol/guest.ts";
import { buildSandbox } from "../../sandbox-bundle.mjs";
import { WorkflowWorld } from "../support/workflow-world.ts";
import type { Bench, Row } from "./bench.ts";

const rounds = 5;
const calls = 1_000;
const megabyte = 1024 * 1024;

/** A thousand different agents, sixteen at once. */
const wide = `return (await parallel(Array.from({ length: ${calls} }, (_, n) => () => agent("Question " + n + " ${"x".repeat(200)}")))).length;`;
/** A thousand agents, one after the other. */
const long = `let last = ""; for (let n = 0; n < ${calls}; n++) last = await agent("Question " + n + last.length); return last;`;
const one = "await agent('first'); return 1;";

class Place implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "boocode-bench-"));
  readonly agents = createStubAgents(createSystemClock());
  readonly world: WorkflowWorld;
  readonly #journal;

  constructor(engine: EngineName, entry: string, keepsSpare = true) {
    this.#journal = openRunJournal(this.#folder);
    this.world = new WorkflowWorld(
      engine,
      { journal: this.#journal },
      createSandboxes({ entry, keepsSpare }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.world[Symbol.asyncDispose]();
    await this.#journal[Symbol.asyncDispose]();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const settings = { concurrency: 16 };

/** Milliseconds from the script's first call to its end. */
async function timed(
  run: (listener: (event: { readonly type: string }) => void) => Promise<unknown>,
): Promise<number> {
  let first = 0;
  await run(({ type }) => {
    if (first === 0 && type.startsWith("step-")) first = performance.now();
  });
  return performance.now() - first;
}

async function measureStart(place: Place): Promise<number> {
  let at = 0;
  const begun = performance.now();
  await place.world.run(one, {
    agents: {
      models: () => place.agents.models(),
      run: (...given) => {
        at ||= performance.now() - begun;
        return place.agents.run(...given);
      },
    },
  });
  return at;
}

/** With a process of its own on a machine that is known. */
async function measureCold(engine: EngineName, entry: string): Promise<number> {
  await using place = new Place(engine, entry, false);
  await measureStart(place);
  return await measureStart(place);
}

async function measure(engine: EngineName, entry: string): Promise<readonly Row[]> {
  const start: number[] = [];
  const cold: number[] = [];
  const live: number[] = [];
  const replayWide: number[] = [];
  const replayLong: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round < rounds; round++) {
    cold.push(await measureCold(engine, entry));
    await using place = new Place(engine, entry);
    const { world, agents } = place;
    // The first one also finds out which engine there is; a preview does the same before a run.
    await measureStart(place);
    await world.sandboxes.status(engine);
    start.push(await measureStart(place));
    globalThis.gc?.();
    const before = process.memoryUsage().rss;
    let run = "";
    live.push(
      (await timed(async (listener) => {
        const record = await world.run(wide, { agents, settings, listener });
        run = record.run.run;
      })) / calls,
    );
    memory.push((process.memoryUsage().rss - before) / megabyte);
    replayWide.push(await replay(place, run));
    const chain = await world.run(long, { agents, settings });
    replayLong.push(await replay(place, chain.run.run));
  }
  const named = (name: string): string => `${engine}: ${name}`;
  return [
    { name: named("start to first call, process and all"), unit: "ms", values: cold },
    { name: named("start to first call, after a preview"), unit: "ms", values: start, limit: 150 },
    { name: named("a live agent() call, 16 at once"), unit: "ms", values: live, limit: 1 },
    { name: named("replay of 1,000 calls, in parallel"), unit: "ms", values: replayWide, limit: 100 },
    { name: named("replay of 1,000 calls, one after the other"), unit: "ms", values: replayLong, limit: 100 },
    { name: named("host memory of 1,000 agents"), unit: "MB", values: memory, limit: 60 },
  ];
}

async function replay({ world, agents }: Place, run: string): Promise<number> {
  return timed(async (listener) => {
    const resumed = await world.engine.resume({ run, engine: world.engineName, agents, settings, listener });
    const { census } = await resumed.done;
    if (census.cached !== calls) throw new Error(`Only ${census.cached} calls were known.`);
  });
}

async function run(): Promise<readonly Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "boocode-bench-"));
  try {
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    await buildSandbox(folder, { minify: true, target: `${process.platform}-${process.arch}` });
    const rows: Row[] = [];
    for (const engine of engineNames)
      rows.push(...(await measure(engine, join(folder, "sandbox-process.js"))));
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the workflow engine itself takes, with agents that answer at once and a journal on disk. */
export const bench: Bench = { name: "workflow", run };
