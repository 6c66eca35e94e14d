// npm run bench [-- NAME…] [--json FILE]: prints medians with minimum and maximum; fails when a median is over its limit.
import { globSync, writeFileSync } from "node:fs";
import { cpus, loadavg, platform } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { freshPackage } from "../support/build.ts";
import { exitCodes, fail, root } from "../support/setup.mjs";
import { median, type Bench, type Row } from "./bench.ts";

function format(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

function isMet({ limit, values }: Row): boolean {
  return limit === undefined || median(values) <= limit;
}

function print(row: Row): void {
  const { name, unit, values, limit } = row;
  const spread = `${format(Math.min(...values))} – ${format(Math.max(...values))}`;
  const verdict = limit === undefined ? "" : `  ${isMet(row) ? "✓" : "✗ over"} ${format(limit)}`;
  console.log(
    `  ${name.padEnd(52)} ${format(median(values)).padStart(8)} ${unit.padEnd(6)} (${spread}, n=${values.length})${verdict}`,
  );
}

const options = { json: { type: "string" } } as const;
const { values: flags, positionals } = parseArgs({ options, allowPositionals: true });
const files = globSync("test/bench/*.bench.ts", { cwd: root }).toSorted();
const names = files.map((file) => basename(file, ".bench.ts"));
const unknown = positionals.find((name) => !names.includes(name));
if (unknown) fail(exitCodes.usage, `There is no benchmark "${unknown}". There are: ${names.join(", ")}.`);

const [load = 0] = loadavg();
if (load > cpus().length / 2) {
  console.log(
    `This machine is busy (load ${load.toFixed(1)} on ${cpus().length} cores): times will say little.`,
  );
}

const results: Record<string, readonly (Row & { readonly median: number })[]> = {};
let isOver = false;
for (const file of files) {
  if (positionals.length > 0 && !positionals.includes(basename(file, ".bench.ts"))) continue;
  const { bench } = (await import(join(root, file))) as { bench: Bench };
  console.log(`\n${bench.name}`);
  if (bench.usesPackage) await freshPackage();
  const rows = await bench.run();
  rows.forEach(print);
  isOver ||= !rows.every(isMet);
  results[bench.name] = rows.map((row) => ({ ...row, median: median(row.values) }));
}
if (flags.json) {
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    platform: platform(),
    node: process.version,
  };
  const file = resolve(process.env["INIT_CWD"] ?? ".", flags.json);
  writeFileSync(file, `${JSON.stringify({ machine, results }, undefined, 2)}\n`);
}
// Servers and browsers of the benchmarks are stopped; idle connections are not worth waiting for.
process.exit(isOver ? 1 : 0);
