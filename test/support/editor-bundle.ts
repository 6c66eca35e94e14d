import { build } from "esbuild";
import { join } from "node:path";
import { root } from "./setup.mjs";

/** Bundles the suites into one module with a `run` function, which is what the extension host calls; returns its path. */
export async function bundleEditorTests(files: readonly string[]): Promise<string> {
  const outfile = join(root, ".vscode-test/editor-tests/run.mjs");
  const imports = files.map((file) => `await import(${JSON.stringify(`./${file}`)});`).join("\n");
  const contents = `import { runSuites } from "./test/editor/run.ts";
    export const run = () => runSuites(async () => {\n${imports}\n});`;
  await build({
    stdin: { contents, resolveDir: root },
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    external: ["vscode", "mocha"],
    sourcemap: "inline",
    logLevel: "warning",
    banner: {
      js: 'import { createRequire as createBundleRequire } from "node:module"; const require = createBundleRequire(import.meta.url);',
    },
  });
  return outfile;
}
