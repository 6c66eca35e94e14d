/** Activation: registers the views and the commands; everything else is loaded when one of them is used. */
import { readFile } from "node:fs/promises";
import { setImmediate } from "node:timers/promises";
import { commands, window, type ExtensionContext } from "vscode";
import type { UiAction } from "#protocol/protocol.ts";
import { ChatView } from "#editor/chat-view.ts";
import type { Host, HostViews } from "#editor/host.ts";
import type { Connect } from "#editor/page-view.ts";
import { PermissionPanel } from "#editor/permission-panel.ts";
import { besideChat, SessionsView } from "#editor/sessions-view.ts";
import { registerRuns } from "#editor/runs/register-runs.ts";
import { RunPanel } from "#editor/runs/run-panel.ts";
import { TracePanel, TraceView } from "#editor/trace-panel.ts";
import { registerWorkflowLanguage } from "#editor/workflow-language/workflow-language.ts";

let opening: Promise<Host> | undefined;

/** Called by the editor when the view or a command is first asked for. */
export function activate(context: ExtensionContext): void {
  const open = (): Promise<Host> => {
    if (opening === undefined) {
      const views: HostViews = {
        showTrace: (place) => panel.show(place),
        showWaiting: (count, asked) => void chat.showWaiting(count, asked),
        showRun: (place) => runs.show(place),
        tellRunEnded: (entry) => runs.tellEnd(entry),
        tellRunAsks: (asked) => runs.tellQuestion(asked),
      };
      const next = load().then(({ openHost }) => openHost(context, views));
      opening = next;
      // What failed once is tried again when it is asked for again.
      next.catch(() => (opening = undefined));
    }
    return opening;
  };
  const chat = new ChatView(context.extensionUri, async (post) => (await open()).connect(post));
  const connectBeside: Connect = async (post) =>
    (await open()).connect(post, (handlers) => besideChat(handlers, chat));
  const sessions = new SessionsView(context.extensionUri, connectBeside);
  const panel = new TracePanel(context.extensionUri, context.workspaceState, connectBeside);
  const trace = new TraceView(context.extensionUri, async (post) => {
    const connection = await connectBeside(post);
    (await open()).onActiveSession((place) => trace.follow(place));
    return connection;
  });
  const runs = new RunPanel(context.extensionUri, context.workspaceState, connectBeside);
  const permissions = new PermissionPanel(context.extensionUri, connectBeside);
  const run = (action: UiAction) => async () => (await open()).run(action);
  context.subscriptions.push(
    panel,
    permissions,
    ...registerRuns(open, runs),
    ...registerWorkflowLanguage(context.extensionUri),
    ...[chat, sessions, trace].flatMap((view) => [view, window.registerWebviewViewProvider(view.id, view)]),
    commands.registerCommand("boocode.newSession", async () => {
      await chat.focusComposer();
      await (await open()).core.newSession();
    }),
    commands.registerCommand("boocode.searchSessions", () => sessions.focusSearch()),
    commands.registerCommand("boocode.continueLastSession", async () => {
      await chat.focusComposer();
      await (await open()).sessions.continueLast();
    }),
    commands.registerCommand("boocode.exportSession", async () => (await open()).sessions.exportShown()),
    commands.registerCommand("boocode.importSession", async () => {
      await chat.focusComposer();
      await (await open()).sessions.importOne();
    }),
    commands.registerCommand("boocode.openTrace", async () => (await open()).sessions.openTrace()),
    commands.registerCommand("boocode.exportTrace", async () => (await open()).sessions.exportTrace()),
    commands.registerCommand("boocode.openPermissionLog", () => permissions.show()),
    commands.registerCommand("boocode.stop", async () => (await opening)?.core.active()?.stop()),
    commands.registerCommand("boocode.setApiKey", run("set-key")),
    commands.registerCommand("boocode.selectModel", run("select-model")),
    commands.registerCommand("boocode.showLog", run("show-log")),
  );
}

/** Called by the editor before the window closes: resolves when everything is on disk and nothing runs any more. */
export async function deactivate(): Promise<void> {
  const host = await opening?.catch(() => undefined);
  await host?.close();
}

// Piece by piece: each takes the extension host, which all extensions share, for a few milliseconds only.
async function load(): Promise<typeof import("#editor/host.ts")> {
  for (const chunk of await loadOrder()) {
    await import(new URL(chunk, import.meta.url).href);
    await setImmediate();
  }
  return import("#editor/host.ts");
}

// Written by the build; without it everything is loaded at once.
async function loadOrder(): Promise<readonly string[]> {
  try {
    return JSON.parse(await readFile(new URL("load-order.json", import.meta.url), "utf8")) as string[];
  } catch {
    return [];
  }
}
