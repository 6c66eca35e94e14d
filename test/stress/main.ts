// npm run stress [-- NAME…] [--seed N]: every long test in full; ends with "N passed, N failed".
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { freshPackage } from "../support/build.ts";
import { exitCodes, fail, root } from "../support/setup.mjs";
import type { Check, Stress } from "./stress.ts";

const options = { seed: { type: "string" } } as const;
const { values: flags, positionals } = parseArgs({ options, allowPositionals: true });
const seed = flags.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(flags.seed);
if (!Number.isInteger(seed)) fail(exitCodes.usage, `--seed ${flags.seed} is not a whole number.`);
const files = globSync("test/stress/*.stress.ts", { cwd: root }).toSorted();
const names = files.map((file) => basename(file, ".stress.ts"));
const unknown = positionals.find((name) => !names.includes(name));
if (unknown) fail(exitCodes.usage, `There is no stress test "${unknown}". There are: ${names.join(", ")}.`);

let passed = 0;
let failed = 0;
const check: Check = async (name, body) => {
  try {
    await body();
    passed += 1;
  } catch (error) {
    failed += 1;
    console.log(`✗ ${name}`, error);
  }
};

for (const file of files) {
  if (positionals.length > 0 && !positionals.includes(basename(file, ".stress.ts"))) continue;
  const { stress } = (await import(join(root, file))) as { stress: Stress };
  if (stress.usesPackage) await freshPackage();
  const before = { passed, failed, at: Date.now() };
  await check(`${stress.name}, as a whole`, () => stress.run(seed, check));
  const seconds = ((Date.now() - before.at) / 1000).toFixed(1);
  console.log(
    `${stress.name}: ${passed - before.passed} passed, ${failed - before.failed} failed, seed ${seed}, ${seconds} s`,
  );
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
