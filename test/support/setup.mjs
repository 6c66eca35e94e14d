// Installs what the project needs and then runs a script on the project's own Node:
//   node test/support/setup.mjs [--packages] script.ts [argument…]
// --packages: the npm packages are enough, no VS Code and no browser. Runs on Node 20 with nothing installed.
import { spawn } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { findAnyBrowser, findTestBrowser, headlessShell } from "./browser-path.mjs";

/** The VS Code that npm carries, as code-server packages it; the only place that names its version. */
const codeServerVersion = "4.139.1";

/** Exit codes that a script can tell failures apart by. */
export const exitCodes = { usage: 2, install: 3, noBrowser: 4, portTaken: 5, noSandbox: 6 };

/** The repository. */
export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

const cache = join(root, ".vscode-test");
const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"];

/** The folder of the VS Code server; it exists only when it is complete. */
export const vscodeFolder = join(
  cache,
  `code-server-${codeServerVersion}/node_modules/code-server/lib/vscode`,
);

/**
 * Ends the process with a sentence and an exit code.
 * @returns {never}
 */
export function fail(code, sentence) {
  console.error(sentence);
  process.exit(code);
}

/** Runs a program to its end without a terminal; its output is shown only if it fails. Who stops this process stops that one, too. */
async function run(command, args, cwd, env = {}) {
  const shell = process.platform === "win32" && command === "npm";
  const child = spawn(command, args, { cwd, shell, env: { ...process.env, ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  let stoppedBy;
  const stop = (signal) => {
    stoppedBy = signal;
    child.kill("SIGTERM");
  };
  for (const signal of stopSignals) process.on(signal, stop);
  const status = await new Promise((resolve) => {
    child.on("error", (error) => {
      output += error;
      resolve(1);
    });
    child.on("close", resolve);
  });
  for (const signal of stopSignals) process.off(signal, stop);
  if (stoppedBy !== undefined) process.exit(stoppedBy === "SIGINT" ? 130 : 143);
  return { ok: status === 0, output };
}

/** Runs npm, and ends the process with a reason a person can act on when it fails. */
async function npm(args, cwd, what) {
  const quiet = [
    "--no-audit",
    "--no-fund",
    "--loglevel=error",
    "--fetch-retries=2",
    "--fetch-retry-mintimeout=2000",
  ];
  const { ok, output } = await run("npm", [...args, ...quiet], cwd);
  if (ok) return;
  const lines = output
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("npm warn"));
  console.error(lines.slice(0, 20).join("\n"));
  const isOffline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ENETUNREACH|ECONNRESET|network/i.test(output);
  const reason = isOffline
    ? "the npm registry can not be reached. Connect to the network"
    : "npm failed as shown above. Mend that";
  fail(exitCodes.install, `Could not install ${what}: ${reason} and run this again.`);
}

/** Whether node_modules holds exactly what the lock file asks for. */
function hasPackages() {
  const installed = join(root, "node_modules/.package-lock.json");
  if (!existsSync(installed)) return false;
  const read = (file) => JSON.parse(readFileSync(file, "utf8")).packages;
  const have = read(installed);
  return Object.entries(read(join(root, "package-lock.json"))).every(
    ([path, entry]) =>
      path === "" || (entry.optional && !have[path]) || have[path]?.version === entry.version,
  );
}

async function installPackages() {
  if (hasPackages()) return;
  console.error("Installing the npm packages…");
  await npm(["ci"], root, "the npm packages");
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
}

/** Installs the server beside its place and moves it there when complete, so that an interruption leaves nothing half done. */
async function installVscode() {
  if (existsSync(vscodeFolder)) return;
  console.error("Installing the VS Code server from npm…");
  mkdirSync(cache, { recursive: true });
  for (const name of readdirSync(cache)) {
    const pid = /^installing-(\d+)$/.exec(name)?.[1];
    if (pid && !isAlive(Number(pid))) rmSync(join(cache, name), { recursive: true, force: true });
  }
  const temporary = join(cache, `installing-${process.pid}`);
  mkdirSync(temporary);
  writeFileSync(join(temporary, "package.json"), `{ "private": true }\n`);
  const server = join(temporary, "node_modules/code-server/lib/vscode");
  await npm(
    ["install", "--ignore-scripts", `code-server@${codeServerVersion}`],
    temporary,
    "the VS Code server",
  );
  await npm(["install", "--ignore-scripts", "--omit=dev"], server, "the VS Code server's packages");
  await npm(
    ["install", "--ignore-scripts", "--omit=dev"],
    join(server, "extensions"),
    "the packages of its extensions",
  );
  try {
    renameSync(temporary, join(cache, `code-server-${codeServerVersion}`));
  } catch (error) {
    // Another set-up was faster; its result is the same.
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(vscodeFolder)) throw error;
  }
}

/** A mirror that does not answer is not waited for long. */
const aptIsBrief = ["-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=15"];

/** Installs a package of Debian's, where that is possible: as root. */
async function installFromDebian(name) {
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return false;
  console.error(`Installing ${name} from the distribution…`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  await run("apt-get", ["update", ...aptIsBrief], root, env);
  return (await run("apt-get", ["install", ...aptIsBrief, "-y", "--no-install-recommends", name], root, env))
    .ok;
}

/** Installs what confines commands on Linux. */
async function installBubblewrap() {
  const folders = (process.env.PATH ?? "").split(":");
  if (process.platform !== "linux" || folders.some((folder) => existsSync(join(folder, "bwrap")))) return;
  if (await installFromDebian("bubblewrap")) return;
  fail(
    exitCodes.noSandbox,
    "There is no bubblewrap here and it could not be installed. Install the package bubblewrap, and run this again.",
  );
}

/** Installs the browser that tests are quickest with, where that is possible; without it they take another. */
async function installHeadlessShell() {
  if (!process.env.CHROME_PATH && findTestBrowser()?.endsWith(headlessShell) !== true)
    await installFromDebian(headlessShell);
}

/** Installs a browser: Debian's as root, else the one that playwright downloads for this user. */
async function installBrowser(find) {
  if (find() || existsSync(join(cache, "browser"))) return;
  if (!(await installFromDebian("chromium"))) {
    console.error("Downloading chromium for the tests…");
    const cli = join(root, "node_modules/playwright-core/cli.js");
    await run(process.execPath, [cli, "install", "chromium"], root, {
      PLAYWRIGHT_BROWSERS_PATH: join(cache, "browser"),
    });
  }
  if (find() || existsSync(join(cache, "browser"))) return;
  const hint = "Install Chromium or Chrome, or set CHROME_PATH to one";
  fail(
    exitCodes.noBrowser,
    `There is no browser here and none could be installed. ${hint}, and run this again.`,
  );
}

/** The parent of a process that is a shell, by Linux's list of processes; undefined for others, and elsewhere. */
function parentOfShell(pid) {
  try {
    const [, name, parent] = /\((.*)\) \S+ (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "latin1")) ?? [];
    return name?.endsWith("sh") ? parent : undefined;
  } catch {
    return undefined;
  }
}

/** Runs the script on the project's Node and ends as it ends; the channel between them tells it when this process is gone. */
function continueWith(script, args) {
  const bin = join(root, "node_modules/.bin");
  const node = join(root, "node_modules/node/bin", process.platform === "win32" ? "node.exe" : "node");
  const separator = process.platform === "win32" ? ";" : ":";
  const child = spawn(existsSync(node) ? node : process.execPath, [script, ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, PATH: `${bin}${separator}${process.env.PATH}` },
  });
  // Ctrl-C reaches both processes anyway, but a signal sent to this one alone has to be passed on.
  for (const signal of stopSignals) process.on(signal, () => child.kill(signal));
  // npm's shell ends without a word to us, or goes on when npm is killed: that parents change is all there is to see of it.
  const parent = process.ppid;
  const npmPid = parentOfShell(parent);
  const orphaned = () =>
    (process.ppid !== parent || parentOfShell(parent) !== npmPid) && child.kill("SIGTERM");
  if (process.env.npm_lifecycle_event) setInterval(orphaned, 250).unref();
  child.on("error", (error) => fail(1, `${node} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
}

/** The folder that a person named, which may be relative to where they typed it; ends the process where there is none. */
export function checkFolder(given) {
  // npm runs scripts in the package's folder; a relative path means where the person typed it.
  const folder = resolve(process.env.INIT_CWD ?? ".", given);
  if (!existsSync(folder))
    fail(exitCodes.usage, `There is no folder ${folder}. Give one that exists, or none for a sample.`);
  if (!statSync(folder).isDirectory()) fail(exitCodes.usage, `${folder} is a file. Give the folder to open.`);
  return folder;
}

async function main([...args]) {
  if (Number(process.versions.node.split(".")[0]) < 20) {
    fail(exitCodes.usage, `BooCode needs Node 20 or newer to be built; this is ${process.version}.`);
  }
  const needsPackagesOnly = args[0] === "--packages";
  if (needsPackagesOnly) args.shift();
  const [script, ...rest] = args;
  const isStart = script?.endsWith("start.ts") === true;
  // Before anything is installed for it.
  if (isStart && rest[0] !== undefined && !rest[0].startsWith("-")) checkFolder(rest[0]);
  await installPackages();
  if (!needsPackagesOnly) {
    await installVscode();
    if (!isStart) await installHeadlessShell();
    await installBrowser(isStart ? findAnyBrowser : findTestBrowser);
    // Whoever only wants to try it can do without.
    if (!isStart) await installBubblewrap();
  }
  if (script) continueWith(join(root, script), rest);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(process.argv.slice(2));
