/** Runs attacks in a process that may mount (started by unshare): reads rows from its standard input, writes what came of each. */
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { AttackWorld } from "./attack-world.ts";

/** An attack after mounting one place of the world on another. */
export interface MountAttack {
  readonly from: string;
  readonly to: string;
  readonly tool: string;
  readonly input: object;
}

/** What came of it; places of the world without its own folder. */
export interface MountOutcome {
  readonly told: string;
  readonly asked: readonly string[];
}

async function attack({ from, to, tool, input }: MountAttack): Promise<MountOutcome> {
  await using world = await AttackWorld.make();
  mkdirSync(world.at("ws/mounted"));
  writeFileSync(world.at("ws/mounted.txt"), "");
  execFileSync("mount", ["--bind", world.at(from), world.at(to)]);
  try {
    const told = await world.tell(tool, input);
    return { told: told.replaceAll(world.base, ""), asked: world.asked };
  } finally {
    execFileSync("umount", [world.at(to)]);
  }
}

const outcomes: MountOutcome[] = [];
for (const row of JSON.parse(await text(process.stdin)) as MountAttack[]) outcomes.push(await attack(row));
process.stdout.write(JSON.stringify(outcomes));
