/** Everything behind the view, loaded when the first of it is asked for: adapters, store, core. */
import { homedir } from "node:os";
import { join } from "node:path";
import { setImmediate, setTimeout } from "node:timers/promises";
import { env, workspace, type Disposable, type ExtensionContext } from "vscode";
import { createBooCode, type BooCode } from "#core/boocode.ts";
import type { Handlers } from "#core/handlers.ts";
import type { Log, Ports, TracePlace } from "#core/ports.ts";
import type { HostMessage, UiAction } from "#protocol/protocol.ts";
import { createConfigFiles } from "#node/config-files.ts";
import { createFiles } from "#node/files.ts";
import { createHttp } from "#node/http.ts";
import { findRipgrep } from "#node/search-ripgrep.ts";
import { createShell } from "#node/shell/shell.ts";
import { createSnapshots } from "#node/snapshot/snapshots.ts";
import { openStore } from "#node/store/store.ts";
import { createSystemClock } from "#node/system-clock.ts";
import { createCodeIntel } from "./code-intel.ts";
import { Connection } from "./connection.ts";
import { createDiffTexts } from "./diff-texts.ts";
import { createDocuments } from "./documents.ts";
import { createLog } from "./log.ts";
import { createRunCommands, type RunCommands } from "./runs/run-commands.ts";
import { showRunStatus } from "./runs/run-status.ts";
import { watchScripts } from "./runs/watch-scripts.ts";
import { createSecrets } from "./secrets.ts";
import { createSessionCommands, type SessionCommands } from "./session-commands.ts";
import { createSettings } from "./settings.ts";
import { createUi, type UiWorld } from "./ui.ts";

// The editor gives an extension five seconds to end.
const closingMs = 4_000;

/** The running product of one window. */
export interface Host {
  readonly core: BooCode;
  readonly sessions: SessionCommands;
  readonly runs: RunCommands;
  /** Runs what a command or a button of the chat asks for. */
  run(action: UiAction): Promise<void>;
  /** Connects a view; `change` makes the handlers of its requests from the core's. */
  connect(post: (message: HostMessage) => void, change?: (handlers: Handlers) => Handlers): Connection;
  /** Calls back with the session that the chat shows, now and whenever it is another one. */
  onActiveSession(listener: (place: TracePlace) => void): void;
  /** Stops everything and waits until it is on disk. */
  close(): Promise<void>;
}

/** What of the views the host calls. */
export type HostViews = Pick<
  UiWorld,
  "showTrace" | "showWaiting" | "showRun" | "tellRunEnded" | "tellRunAsks"
>;

/** Makes the host and opens the folder's last session. */
export async function openHost(context: ExtensionContext, views: HostViews): Promise<Host> {
  const log = createLog();
  const diffTexts = createDiffTexts();
  const codeIntel = createCodeIntel();
  const settings = createSettings();
  const secrets = createSecrets(context.secrets);
  const showLog = () => log.channel.show();
  const ui = createUi({
    ...{ core: () => core, secrets, settings, showLog },
    ...views,
    memory: context.globalState,
    showText: (name, text) => diffTexts.showOne(name, text),
  });
  const ports: Ports = {
    editor: createDocuments(diffTexts),
    codeIntel,
    ...diskPorts(context.globalStorageUri.fsPath, log),
    home: homedir(),
    http: createHttp(),
    secrets,
    settings,
    clock: createSystemClock(),
    log,
    ui,
    isTrusted: () => workspace.isTrusted,
    folderKey: folderKey(),
  };
  // Adapters, core, first session: a breath between them for the other extensions.
  await setImmediate();
  const core = createBooCode(ports);
  log.redact = (text) => core.redact(text);
  const owned = [...follow(core, context.secrets, log), settings, codeIntel, diffTexts, log.channel];
  await setImmediate();
  await core.start();
  return {
    core,
    sessions: createSessionCommands(core),
    runs: createRunCommands(core, views.showRun),
    run: (action) => ui.run(action),
    connect: (post, change = (handlers) => handlers) =>
      new Connection({ handlers: change(core.handlers), channel: core.channel }, post, log),
    onActiveSession: (listener) => followActive(core, listener),
    async close() {
      await Promise.race([core.close(), setTimeout(closingMs, undefined, { ref: false })]);
      for (const one of owned) one.dispose();
    },
  };
}

/** Tells the core what happens in the editor, and the editor what runs. */
function follow(core: BooCode, secrets: ExtensionContext["secrets"], log: Log): readonly Disposable[] {
  const refresh = () =>
    void core.refresh().catch((error: unknown) => log.error("Looking again failed.", error));
  return [
    workspace.onDidChangeWorkspaceFolders(refresh),
    workspace.onDidGrantWorkspaceTrust(refresh),
    secrets.onDidChange(refresh),
    showRunStatus(core),
    watchScripts(() => core.runs.noteScripts()),
  ];
}

/** What works on the disk and with processes; everything that is kept is below the directory. */
function diskPorts(
  directory: string,
  log: Log,
): Pick<Ports, "files" | "store" | "shell" | "snapshots" | "configFiles" | "workflows"> {
  const files = createFiles({ ripgrep: findRipgrep(env.appRoot) });
  return {
    files,
    store: openStore({ directory, log }),
    shell: createShell({ directory, log }),
    snapshots: createSnapshots({ directory, log }),
    configFiles: createConfigFiles({ home: homedir(), memory: join(directory, "memory") }),
    workflows: async () => {
      const { createWorkflowHost } = await import("#node/workflow/workflow-host.ts");
      const [folder] = workspace.workspaceFolders ?? [];
      return createWorkflowHost({ folder: folder?.uri.fsPath ?? homedir(), directory, keepsSpare: true });
    },
  };
}

// One listener for each page that was ever connected: the last one replaces those before.
let stopFollowing: (() => void) | undefined;

function followActive(core: BooCode, listener: (place: TracePlace) => void): void {
  stopFollowing?.();
  const workspaceChannel = core.channel("workspace", "");
  const tell = (session: string) =>
    listener({ session, title: core.supervisor.library.find(session)?.title ?? "" });
  let last = "";
  const look = () => {
    const { activeSession = "" } = workspaceChannel?.state ?? {};
    if (activeSession === last) return;
    last = activeSession;
    tell(activeSession);
  };
  look();
  stopFollowing = workspaceChannel?.listen(look);
}

// A saved workspace keeps its sessions together; without a folder they belong to no folder.
function folderKey(): string {
  const file = workspace.workspaceFile;
  if (file?.scheme === "file") return file.fsPath;
  return (workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath).join("\n");
}
