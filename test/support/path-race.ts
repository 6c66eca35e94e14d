import assert from "node:assert/strict";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { AttackWorld, secret } from "./attack-world.ts";

// Exchanges a name and a link to one outside, without rest; a directory that a tool made in the moment when there was none gives way.
const juggler = `
  const { workerData } = require("node:worker_threads");
  const { renameSync, rmSync, symlinkSync, unlinkSync } = require("node:fs");
  const { name, aside, target, stop } = workerData;
  const put = (act) => {
    for (;;) {
      try {
        return act();
      } catch {
        try {
          rmSync(name, { recursive: true, force: true });
        } catch {}
      }
    }
  };
  const wait = () => {
    const rounds = Math.random() * 40_000;
    for (let count = 0; count < rounds; count++);
  };
  while (Atomics.load(stop, 0) === 0) {
    put(() => renameSync(name, aside));
    put(() => symlinkSync(target, name));
    wait();
    put(() => unlinkSync(name));
    put(() => renameSync(aside, name));
    wait();
  }
`;

/** A tool that runs again and again while a name of the workspace keeps becoming a link to a place outside. */
export interface Race {
  /** The name that is exchanged, and what the link leads to. */
  readonly name: string;
  readonly target: string;
  readonly tool: string;
  readonly input: (round: number) => object;
}

const directory = { name: "ws/src", target: "out" };
const file = { name: "ws/src/b.txt", target: "out/b.txt" };

/** Each tool against an exchanged directory and an exchanged file. */
export const races: readonly Race[] = [
  { ...directory, tool: "read_file", input: () => ({ path: "src/b.txt" }) },
  { ...file, tool: "read_file", input: () => ({ path: "src/b.txt" }) },
  { ...directory, tool: "write_file", input: (n) => ({ path: "src/b.txt", content: `${n}\n` }) },
  { ...directory, tool: "write_file", input: (n) => ({ path: `src/new-${n}/x.txt`, content: "new\n" }) },
  { ...directory, tool: "edit_file", input: () => ({ path: "src/b.txt", old: "t", new: "tt" }) },
  { ...directory, tool: "search", input: () => ({ pattern: "SECRET|inside", path: "src" }) },
  { ...directory, tool: "search", input: () => ({ pattern: "SECRET|inside" }) },
  { ...directory, tool: "search", input: () => ({ pattern: "SECRET|inside", path: "src/b.txt" }) },
  { ...file, tool: "search", input: () => ({ pattern: "SECRET|inside" }) },
];

/** Runs a race until the tool had at least so many turns and was told at least two things; fails where it tells or changes what is outside. */
export async function runRace(
  race: Race,
  { rounds, withRipgrep = true }: { readonly rounds: number; readonly withRipgrep?: boolean },
): Promise<void> {
  await using world = await AttackWorld.make({ withRipgrep });
  const before = world.outside();
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const { name, target } = race;
  const places = { name: world.at(name), aside: world.at("aside"), target: world.at(target) };
  const worker = new Worker(juggler, { eval: true, workerData: { ...places, stop } });
  const ended = once(worker, "exit");
  const told = new Set<string>();
  try {
    await once(worker, "online");
    for (let round = 0; round < rounds || told.size < 2; round++) {
      const text = await world.tell(race.tool, race.input(round));
      assert.ok(!text.includes(secret), text);
      told.add(text);
    }
  } finally {
    Atomics.store(stop, 0, 1);
    await ended;
  }
  assert.deepEqual(world.outside(), before);
}
