import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { launchBrowser, openChat, openWorkbench } from "../support/browser.ts";
import { packageFile } from "../support/build.ts";
import { isRunning, listTree } from "../support/process-tree.ts";
import { exitCodes, root } from "../support/setup.mjs";

type Started = {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly exitCode: Promise<number | null>;
};

/** Runs what `npm start` runs, with the package that is there. */
function start(...args: readonly string[]): Started {
  const script = ["test/support/setup.mjs", "test/support/start.ts", "--package", packageFile];
  const child = spawn(process.execPath, [...script, ...args], {
    cwd: root,
    env: { ...process.env, CI: "true", DEEPSEEK_API_KEY: "", INIT_CWD: root },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const exitCode = new Promise<number | null>((done) => child.once("close", done));
  return { child, output: () => output, exitCode };
}

async function printedUrl({ child, output, exitCode }: Started): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const look = () => {
    const url = /http:\/\/\S+/.exec(output())?.[0];
    if (url && output().includes("Ctrl-C")) resolve(url);
  };
  child.stdout?.on("data", look);
  const url = await Promise.race([promise, exitCode.then(() => undefined)]);
  return url ?? assert.fail(output());
}

async function check(args: readonly string[], code: number, sentence: RegExp): Promise<void> {
  const started = start(...args);
  assert.equal(await started.exitCode, code);
  assert.match(started.output(), sentence);
}

describe("npm start", () => {
  it("serves BooCode on a sample project until Ctrl-C and leaves nothing behind", async () => {
    const started = start();
    const url = await printedUrl(started);
    const folder = new URL(url).searchParams.get("folder") ?? assert.fail(url);
    assert.ok(existsSync(join(folder, "package.json")));
    const tree = await listTree(started.child.pid ?? -1);
    const browser = await launchBrowser();
    try {
      const refused = await fetch(new URL("/", url), { redirect: "manual" });
      assert.equal(refused.status, 403, "without its token nobody gets in");
      const page = await openWorkbench(browser, url);
      await page.getByRole("button", { name: "Yes, I trust the authors" }).click();
      const chat = await openChat(page);
      await chat.locator("[data-testid=composer]").waitFor();
    } finally {
      await browser.close();
      started.child.kill("SIGINT");
    }
    assert.equal(await started.exitCode, 0);
    assert.ok(tree.length > 2);
    assert.deepEqual(
      tree.filter((one) => isRunning(one.pid)),
      [],
    );
    assert.ok(!existsSync(folder), "the sample is temporary");
  });

  it("says that a folder does not exist", () =>
    check(["no-such-folder"], exitCodes.usage, /There is no folder .*no-such-folder/));
  it("says that a file is no folder", () =>
    check(["package.json"], exitCodes.usage, /package\.json is a file/));
  it("says what is wrong with an option", () =>
    check(["--port", "many"], exitCodes.usage, /--port many is not a port/));
  it("says that a port is taken", async () => {
    const taken = createServer();
    await new Promise<void>((done) => void taken.listen(0, "127.0.0.1", done));
    const { port } = taken.address() as AddressInfo;
    await check(["--port", String(port)], exitCodes.portTaken, new RegExp(`Port ${port} is taken`));
    taken.close();
  });
});
