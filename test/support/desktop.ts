// npm run test:desktop: test/editor inside a desktop VS Code that @vscode/test-electron downloads; needs the open network.
import { runTests } from "@vscode/test-electron";
import { globSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { buildBundles } from "./build.ts";
import { bundleEditorTests } from "./editor-bundle.ts";
import { writeSampleProject } from "./sample-project.ts";
import { fail, root } from "./setup.mjs";

const files = globSync("test/editor/**/*.test.ts", { cwd: root }).toSorted();
const folder = writeSampleProject();
try {
  await buildBundles();
  const launchArgs = [folder, "--disable-workspace-trust", "--disable-extensions"];
  const extensionTestsPath = await bundleEditorTests(files);
  await runTests({ extensionDevelopmentPath: root, extensionTestsPath, launchArgs });
} catch (error) {
  fail(1, `The desktop tests failed: ${error instanceof Error ? error.message : String(error)}`);
} finally {
  await rm(dirname(folder), { recursive: true, force: true });
}
