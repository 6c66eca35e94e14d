import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { createWriteStream } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { endTree, listTree, type ProcessInfo } from "./process-tree.ts";
import { vscodeFolder } from "./setup.mjs";

/** How a VS Code server is started; what is left out is as for tests. */
export type ServerOptions = {
  /** Packaged extensions (.vsix) and extension folders to install. */
  readonly extensions?: readonly string[];
  /** User settings to begin with, over those that keep the workbench quiet. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Variables for the extension host, over a copy of this process's environment; undefined removes one. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** A connection token that the URL must carry; none when left out. */
  readonly token?: string;
  readonly port?: number;
  /** Whether folders are untrusted until the user says otherwise. */
  readonly hasWorkspaceTrust?: boolean;
  /** Without the smoke-test driver, as for people. */
  readonly isForPeople?: boolean;
  /** With the few of the editor's own extensions that tests of BooCode look at, and not, as people have it, with all. */
  readonly hasFewExtensions?: boolean;
  /** A folder for everything that the server keeps, which survives `stop`; a temporary one when left out. */
  readonly dataFolder?: string;
};

/** A running VS Code server on loopback. */
export type VscodeServer = AsyncDisposable & {
  readonly port: number;
  readonly pid: number;
  /** Everything the server keeps: user data, extensions, logs. */
  readonly dataFolder: string;
  readonly logFile: string;
  /** Settles when the server ends by itself or by `stop`. */
  readonly ended: Promise<void>;
  /** The address that opens a folder; `payload` is for the workbench. */
  url(folder: string, payload?: readonly (readonly [string, string])[]): string;
  /** The extension hosts that run now. */
  extensionHosts(): Promise<readonly ProcessInfo[]>;
  /** Ends the server and every process it started, and removes temporary data. */
  stop(): Promise<void>;
};

/** Settings under which a workbench shows nothing but what was asked for. */
const quietSettings = {
  "chat.disableAIFeatures": true,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "git.openRepositoryInParentFolders": "never",
  "security.workspace.trust.untrustedFiles": "open",
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
};

/** What tests have no use for, and what would move while they look. */
const plainSettings = {
  "editor.minimap.enabled": false,
  "git.enabled": false,
  "typescript.disableAutomaticTypeAcquisition": true,
  "typescript.tsserver.useSyntaxServer": "never",
  "window.commandCenter": false,
  "workbench.reduceMotion": "on",
};

/**
 * The few of the editor's own extensions, with what they import: languages whose problems and colours are looked at, and
 * themes. Each window reads all that there are, some hundred, which takes a quarter of the time until it is open.
 */
const builtInExtensions = [
  "javascript",
  "json",
  "json-language-features",
  "markdown-basics",
  "node_modules",
  "theme-defaults",
  "typescript-basics",
  "typescript-language-features",
];

const serverMain = join(vscodeFolder, "out/server-main.js");

/** Starts a server and waits until it listens; a taken port or a broken package rejects with the server's own words. */
export async function startVscodeServer(options: ServerOptions = {}): Promise<VscodeServer> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), "boocode-vscode-")));
  const folders = {
    data: join(dataFolder, "server"),
    extensions: join(dataFolder, "extensions"),
    builtIn: join(dataFolder, "built-in"),
  };
  await prepareFolders(folders, options);
  const logFile = join(dataFolder, "server.log");
  // What is the user's own, such as rules about permissions, is nobody else's.
  const home = options.isForPeople ? {} : { HOME: join(dataFolder, "home") };
  const env = serverEnvironment({ ...home, ...options.env });
  const args = serverArguments(folders, options);
  const endWithParent = pathToFileURL(join(import.meta.dirname, "end-with-parent.mjs")).href;
  const server = spawn(process.execPath, ["--import", endWithParent, serverMain, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env,
    detached: true,
  });
  const ended = new Promise<void>((done) => server.once("exit", () => done()));
  const pid = server.pid ?? -1;
  const stop = async () => {
    await endTree(pid);
    await ended;
    if (!options.dataFolder) await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  };
  const port = await listeningPort(server, logFile).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return {
    port,
    pid,
    dataFolder,
    logFile,
    ended,
    url: (folder, payload) => workbenchUrl(port, folder, options.token, payload),
    extensionHosts: async () =>
      (await listTree(pid)).filter((one) => one.command.includes("--type=extensionHost")),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

type Folders = Readonly<Record<"data" | "extensions" | "builtIn", string>>;

async function prepareFolders(folders: Folders, options: ServerOptions): Promise<void> {
  const user = join(folders.data, "data/User");
  await mkdir(user, { recursive: true });
  await mkdir(join(dirname(folders.data), "home"), { recursive: true });
  await mkdir(folders.extensions, { recursive: true });
  if (options.hasFewExtensions) await linkBuiltIn(folders.builtIn);
  const plain = options.isForPeople ? {} : plainSettings;
  const settings = { ...quietSettings, ...plain, ...options.settings };
  await writeFile(join(user, "settings.json"), JSON.stringify(settings, undefined, 2));
  const extensions = (options.extensions ?? []).map((extension) => resolve(extension));
  // Folders are copied before packages are installed: the first start takes what it finds there as installed.
  for (const extension of extensions.filter((one) => !one.endsWith(".vsix"))) {
    const { publisher, name, version } = JSON.parse(await readFile(join(extension, "package.json"), "utf8"));
    await cp(extension, join(folders.extensions, `${publisher}.${name}-${version}`), { recursive: true });
  }
  const packages = extensions.filter((one) => one.endsWith(".vsix"));
  if (packages.length > 0) installPackages(packages, folders);
}

async function linkBuiltIn(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder);
  for (const name of builtInExtensions)
    await symlink(join(vscodeFolder, "extensions", name), join(folder, name), "junction");
}

function installPackages(packages: readonly string[], folders: Folders): void {
  const install = packages.flatMap((file) => ["--install-extension", file]);
  const where = ["--extensions-dir", folders.extensions, "--server-data-dir", folders.data];
  const args = [serverMain, ...install, "--force", "--accept-server-license-terms", ...where];
  const result = spawnSync(process.execPath, args, { encoding: "utf8", env: serverEnvironment({}) });
  const names = packages.map((file) => basename(file)).join(", ");
  if (result.status !== 0)
    throw new Error(`${names} could not be installed:\n${result.stdout}${result.stderr}`);
}

/** This process's environment without what npm, a surrounding editor or a test runner put there for themselves. */
function serverEnvironment(changes: ServerOptions["env"]): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|VSCODE_|ELECTRON_|NODE_(OPTIONS|COMPILE_CACHE)$|NODE_CHANNEL_|INIT_CWD$)/.test(name),
  );
  return { ...Object.fromEntries(kept), ...changes };
}

function serverArguments(folders: Folders, options: ServerOptions): readonly string[] {
  return [
    ...["--host", "127.0.0.1", "--port", String(options.port ?? 0), "--accept-server-license-terms"],
    ...[
      "--server-data-dir",
      folders.data,
      "--extensions-dir",
      folders.extensions,
      "--telemetry-level",
      "off",
    ],
    ...(options.token ? ["--connection-token", options.token] : ["--without-connection-token"]),
    ...(options.isForPeople ? [] : ["--enable-smoke-test-driver"]),
    ...(options.hasFewExtensions ? ["--builtin-extensions-dir", folders.builtIn] : []),
    ...(options.hasWorkspaceTrust ? [] : ["--disable-workspace-trust"]),
  ];
}

function listeningPort(server: ChildProcess, logFile: string): Promise<number> {
  const log = createWriteStream(logFile);
  return new Promise((done, failed) => {
    let output = "";
    const read = (chunk: Buffer) => {
      log.write(chunk);
      if (output === "listening") return;
      output += chunk.toString();
      const port = /Extension host agent listening on (\d+)/.exec(output)?.[1];
      if (!port) return;
      output = "listening";
      done(Number(port));
    };
    server.stdout?.on("data", read);
    server.stderr?.on("data", read);
    server.once("error", failed);
    server.once("exit", () => failed(new Error(`The VS Code server ended:\n${output.slice(-2000)}`)));
    server.once("close", () => log.end());
  });
}

function workbenchUrl(
  port: number,
  folder: string,
  token: string | undefined,
  payload: readonly (readonly [string, string])[] | undefined,
): string {
  const url = new URL(`http://127.0.0.1:${port}/`);
  // The address carries a path with slashes, so the folder is not taken for a file of the server.
  const kind = folder.endsWith(".code-workspace") ? "workspace" : "folder";
  url.searchParams.set(kind, pathToFileURL(resolve(folder)).pathname);
  if (payload) url.searchParams.set("payload", JSON.stringify(payload));
  if (token) url.searchParams.set("tkn", token);
  return url.href;
}
