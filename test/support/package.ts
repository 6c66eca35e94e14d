import { buildBundles, packageExtension } from "./build.ts";
import { fail } from "./setup.mjs";

try {
  console.log(await buildBundles());
  console.log(await packageExtension());
} catch (error) {
  fail(1, error instanceof Error ? error.message : String(error));
}
