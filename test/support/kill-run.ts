import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Random } from "#core/workflow/schema/random.ts";
import type { EngineName } from "#protocol/guest.ts";
import { root } from "./setup.mjs";

type Line = Readonly<Record<string, unknown>> & { readonly type: string };

const script = join(root, "test/fixtures/workflows/wide.js");
/** Agents of one run of the script. */
const agents = 60;
/** Longest that an agent takes (ms): so that several are under way whenever the host is killed. */
const latencyMs = 12;

/** A name for a call that is the same in every attempt. */
function nameOf(line: Line): string {
  return `${String(line["path"])} ${String(line["key"])} ${String(line["occurrence"])}`;
}

/** Runs of sixty agents whose host is killed at random moments, and resumed until they are done. */
export class KilledRuns implements Disposable {
  readonly #random: Random;
  readonly #engine: EngineName;
  readonly #folder = mkdtempSync(join(tmpdir(), "boocode-kill-run-"));
  readonly #finished = new Set<string>();
  #expected: unknown;
  #run: string | undefined;
  #done: string | undefined;

  constructor(seed: number, engine: EngineName) {
    this.#random = new Random(`kills ${seed}`);
    this.#engine = engine;
  }

  /** Runs undisturbed once, to know what the result must be. */
  async prepare(): Promise<void> {
    const lines = await this.#host(["--workflow", script], undefined);
    this.#expected = lines.at(-1)?.["result"];
    assert.ok(this.#expected);
  }

  /** Starts or resumes, and kills the host at a random moment, if it gets that far. */
  async killOnce(): Promise<void> {
    const how = this.#run === undefined ? ["--workflow", script] : ["--resume", this.#run];
    const lines = await this.#host(how, this.#random.between(1, 45));
    this.#check(lines);
    if (lines.at(-1)?.type === "run-end") this.#end(lines);
  }

  /** Lets the last run come to its end. */
  async finish(): Promise<void> {
    if (this.#run === undefined) return;
    const lines = await this.#host(["--resume", this.#run], undefined);
    this.#check(lines);
    this.#end(lines);
  }

  /** Changes one prompt of a finished run: exactly what depends on it runs. */
  async change(): Promise<void> {
    assert.ok(this.#done);
    const edited = join(this.#folder, "wide.js");
    const text = readFileSync(script, "utf8").replace(
      "`think ${n}: ${text}`",
      '`think ${n}${n === 3 ? " hard" : ""}: ${text}`',
    );
    writeFileSync(edited, text);
    const lines = await this.#host(["--workflow", edited, "--resume", this.#done], undefined);
    const ran = lines.filter(({ type }) => type === "step-start").map(({ label }) => String(label));
    assert.deepEqual(
      new Set(ran.map((label) => /^\w+( [AB])?( \d+)?/.exec(label)?.[0])),
      new Set(["all", "check A 3", "check B 3", "sum 3", "think 3"]),
    );
    assert.equal(ran.length, 5);
    const reasons = lines.filter(({ type }) => type === "step-start").map(({ reason }) => reason);
    assert.equal(reasons[0], "prompt changed");
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #check(lines: readonly Line[]): void {
    for (const line of lines) {
      if (line.type === "run-start") this.#run = String(line["run"]);
      if (line.type === "step-start")
        assert.ok(!this.#finished.has(nameOf(line)), `A finished agent ran again: ${nameOf(line)}`);
      if (line.type === "step-end" && line["outcome"] === "done") this.#finished.add(nameOf(line));
    }
  }

  #end(lines: readonly Line[]): void {
    const end = lines.at(-1);
    assert.ok(end?.type === "run-end");
    assert.deepEqual(end["result"], this.#expected);
    assert.equal((end["census"] as { agents: number }).agents, agents);
    this.#done = this.#run;
    this.#run = undefined;
    this.#finished.clear();
  }

  /** Runs a host to its end, or kills it after so many lines; gives what it told. */
  async #host(how: readonly string[], killAfter: number | undefined): Promise<readonly Line[]> {
    const host = join(root, "test/support/workflow-host.ts");
    const common = [
      "--folder",
      this.#folder,
      "--store",
      join(this.#folder, "store"),
      "--engine",
      this.#engine,
    ];
    const stub = [
      "--stub",
      "--stub-latency",
      String(latencyMs),
      "--seed",
      String(this.#random.between(1, 1e6)),
      "--concurrency",
      "6",
    ];
    const child: ChildProcess = spawn(process.execPath, [host, ...common, ...stub, ...how], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    if (child.stdout === null) throw new Error("The host has no output.");
    const lines: Line[] = [];
    const reader = createInterface({ input: child.stdout });
    reader.on("line", (text) => {
      lines.push(JSON.parse(text) as Line);
      if (lines.length === killAfter) setTimeout(() => child.kill("SIGKILL"), this.#random.between(0, 15));
    });
    await Promise.all([once(child, "close"), once(reader, "close")]);
    return lines;
  }
}
