import { build } from "esbuild";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../support/setup.mjs";

/** Bundles entries (by name: a source file below the project) into a folder as the extension is, the index process beside them. */
export async function bundleHost(folder: string, entries: Readonly<Record<string, string>>): Promise<void> {
  const all = { ...entries, "index-process": "src/node/store/index-process.ts" };
  await build({
    bundle: true,
    format: "esm",
    splitting: true,
    minify: true,
    platform: "node",
    target: "node22",
    outdir: folder,
    entryPoints: Object.entries(all).map(([out, file]) => ({ in: join(root, file), out })),
    banner: {
      js: 'import { createRequire as createBundleRequire } from "node:module"; const require = createBundleRequire(import.meta.url);',
    },
  });
  copyFileSync(join(root, "node_modules/sql.js/dist/sql-wasm.wasm"), join(folder, "sql-wasm.wasm"));
  writeFileSync(join(folder, "package.json"), `{ "type": "module" }`);
}
