import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { buildBundles, packageExtension, packageFile } from "./build.ts";
import { writeSampleProject } from "./sample-project.ts";
import { checkFolder, exitCodes, fail } from "./setup.mjs";
import { startVscodeServer } from "./vscode-server.ts";

const usage = `npm start [folder] [-- --port N] [--settings JSON] [--package FILE]`;

type Arguments = {
  folder: string | undefined;
  port: number | undefined;
  settings: Record<string, unknown>;
  /** A .vsix to install instead of one that is built now. */
  package: string | undefined;
};

function readArguments(): Arguments {
  const options = {
    port: { type: "string" },
    settings: { type: "string" },
    package: { type: "string" },
  } as const;
  try {
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    const port = values.port === undefined ? undefined : Number(values.port);
    if (positionals.length > 1) throw new Error("One folder at most can be opened.");
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
      throw new Error(`--port ${values.port} is not a port: give a number from 1 to 65535.`);
    }
    return {
      folder: positionals[0],
      port,
      settings: JSON.parse(values.settings ?? "{}"),
      package: values.package,
    };
  } catch (error) {
    return fail(exitCodes.usage, `${String(error).replace(/^\w*Error.*?: /, "")}\nUsage: ${usage}`);
  }
}

async function checkPort(port: number): Promise<void> {
  const isFree = await new Promise<boolean>((done) => {
    const probe = createServer();
    probe.once("error", () => done(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => done(true)));
  });
  if (!isFree)
    fail(
      exitCodes.portTaken,
      `Port ${port} is taken or not allowed. Give another with --port, or none for a free one.`,
    );
}

function openInBrowser(url: string): void {
  const hasDisplay = process.platform !== "linux" || process.env["DISPLAY"] || process.env["WAYLAND_DISPLAY"];
  if (!hasDisplay || process.env["CI"]) return;
  const opener = { darwin: "open", win32: "explorer" }[process.platform as string] ?? "xdg-open";
  spawn(opener, [url], { stdio: "ignore", detached: true })
    .on("error", () => console.log("No browser could be opened: open the address yourself."))
    .unref();
}

/** Resolves when someone asks this process to end: Ctrl-C, a signal, or the end of the process that started it. */
function whenAskedToEnd(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP", "disconnect"]) process.on(signal, () => done());
    process.channel?.unref();
  });
}

async function main(): Promise<void> {
  let isServing = false;
  const asked = whenAskedToEnd().then(() => isServing || process.exit(130));
  const { folder: given, port, settings, package: built } = readArguments();
  const folder = given === undefined ? undefined : checkFolder(given);
  if (port !== undefined) await checkPort(port);
  if (!built) {
    console.log("Building BooCode…");
    await buildBundles();
    console.log(await packageExtension());
  }
  const opened = folder ?? writeSampleProject();
  isServing = true;
  const token = randomBytes(24).toString("base64url");
  const server = await startVscodeServer({
    extensions: [built ?? packageFile],
    settings: { "security.workspace.trust.startupPrompt": "always", ...settings },
    hasWorkspaceTrust: true,
    isForPeople: true,
    port,
    token,
  });
  const provider = process.env["DEEPSEEK_API_KEY"]
    ? "DeepSeek answers"
    : "Rehearsal answers, offline: DEEPSEEK_API_KEY is not set";
  const url = server.url(opened);
  console.log(`\n${opened}\n${provider}.\n\n  ${url}\n\nCtrl-C ends it.`);
  openInBrowser(url);
  const isAsked = await Promise.race([asked.then(() => true), server.ended.then(() => false)]);
  await server.stop();
  if (!folder) rmSync(dirname(opened), { recursive: true, force: true });
  if (!isAsked) fail(1, "The VS Code server ended by itself.");
  process.exit(0);
}

await main().catch((error: unknown) => fail(1, error instanceof Error ? error.message : String(error)));
