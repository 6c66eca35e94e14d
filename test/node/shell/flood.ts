import { createHash } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { CommandSpec } from "#core/shell-ports.ts";
import type { World } from "./world.ts";

/** What a command that says very much costs the host. */
export interface Flood {
  readonly bytes: number;
  readonly endedMs: number;
  /** With its hash computed and moved among the blobs. */
  readonly keptMs: number;
  /** Whether the blob is what was said. */
  readonly isWhole: boolean;
  /** Of the host's resident memory, in MB. */
  readonly grownMB: number;
  /** Longest time in which the event loop came to nothing else, and how much of such a time was spent by this thread itself. */
  readonly delayMs: number;
  readonly busyMs: number;
}

const line = "a line of some sixty letters, as tests and compilers write.\n";

function residentMB(): number {
  // Reading it from /proc makes more garbage than the command does.
  return process.memoryUsage.rss() / 2 ** 20;
}

function expectedHash(bytes: number): string {
  const hash = createHash("sha256");
  const block = Buffer.from(line.repeat(1_000));
  for (let left = bytes; left > 0; left -= block.length) hash.update(block.subarray(0, left));
  return hash.digest("hex");
}

/** Watches a thread's own work between two turns of its event loop. */
class Turns {
  longestMs = 0;
  #used = 0;
  #timer: NodeJS.Timeout;

  constructor() {
    this.#used = this.#now();
    this.#timer = setInterval(() => this.#turn(), 1);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #turn(): void {
    const used = this.#now();
    this.longestMs = Math.max(this.longestMs, used - this.#used);
    this.#used = used;
  }

  #now(): number {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  }
}

/** Runs a command that says so many megabytes, with someone who listens and secrets to be found, and keeps its output. */
export async function flood(
  world: World,
  megabytes: number,
  more: Partial<CommandSpec> = {},
): Promise<Flood> {
  const bytes = megabytes * 1e6;
  const secrets = ["sk-0123456789abcdef", "another secret that never comes"];
  const said = `yes '${line.trimEnd()}' | head -c ${bytes}`;
  const before = residentMB();
  let most = before;
  const sampler = setInterval(() => (most = Math.max(most, residentMB())), 10);
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const turns = new Turns();
  const startedAt = performance.now();
  await using command = await world.start(said, { secrets, timeoutMs: 60_000, ...more });
  command.onOutput(() => {});
  await command.ended;
  const endedMs = performance.now() - startedAt;
  const hash = await command.keep();
  const keptMs = performance.now() - startedAt;
  turns.stop();
  delay.disable();
  clearInterval(sampler);
  return {
    ...{ bytes: command.bytes, endedMs, keptMs, isWhole: hash === expectedHash(bytes) },
    ...{ grownMB: most - before, delayMs: delay.max / 1e6, busyMs: turns.longestMs },
  };
}
