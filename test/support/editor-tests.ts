// Runs test/editor inside the extension host of the VS Code server and prints what its reporter prints.
import { globSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { format } from "node:util";
import { launchBrowser } from "./browser.ts";
import { bundleEditorTests } from "./editor-bundle.ts";
import { writeSampleProject } from "./sample-project.ts";
import { root } from "./setup.mjs";
import { startVscodeServer } from "./vscode-server.ts";

const patienceMs = 240_000;

/** What test/editor/run.ts puts before each line of its reporter. */
const marker = "[test]";

async function runInHost(testsFile: string): Promise<number> {
  const folder = writeSampleProject();
  await using server = await startVscodeServer({ hasFewExtensions: true });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    const { promise: exitCode, resolve } = Promise.withResolvers<number>();
    await page.exposeFunction("codeAutomationExit", (code: number) => resolve(code));
    const printed: string[] = [];
    await page.exposeFunction("codeAutomationLog", (_type: string, args: readonly unknown[]) => {
      printed.push(format(...args));
      if (printed.at(-1)?.startsWith(marker)) console.log(printed.at(-1)?.slice(marker.length));
    });
    const remote = (path: string) => `vscode-remote://127.0.0.1:${server.port}${path}`;
    const payload = [
      ["extensionDevelopmentPath", remote(root)],
      ["extensionTestsPath", remote(testsFile)],
      ["skipWelcome", "true"],
    ] as const;
    await page.goto(server.url(folder, payload));
    const timer = setTimeout(() => {
      console.log(`No result from the extension host after ${patienceMs / 1000} s.`);
      resolve(1);
    }, patienceMs);
    const code = await exitCode;
    clearTimeout(timer);
    // Without a report, what the host said otherwise is the only trace of what went wrong.
    if (!printed.some((line) => line.startsWith(marker))) console.log(printed.slice(-30).join("\n"));
    return code;
  } finally {
    await browser.close();
    await rm(dirname(folder), { recursive: true, force: true });
  }
}

const files = globSync("test/editor/**/*.test.ts", { cwd: root }).toSorted();
process.exitCode = await runInHost(await bundleEditorTests(files));
