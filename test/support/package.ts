import { parseArgs } from "node:util";
import { buildBundles, packageExtension } from "./build.ts";
import { fail } from "./setup.mjs";

// npm run package [-- --target linux-x64 | alpine-x64 | darwin-arm64 | win32-x64 | … | universal]: without a target what this machine runs.
const { values } = parseArgs({ options: { target: { type: "string" } } });
try {
  console.log(await buildBundles(values.target));
  console.log(await packageExtension(values.target));
} catch (error) {
  fail(1, error instanceof Error ? error.message : String(error));
}
