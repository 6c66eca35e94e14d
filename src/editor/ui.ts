/** The `Ui` port and what its actions ask a person: keys and models, in the editor's own input. */
import { commands, Uri, window, workspace, type Memento, type QuickPickItem } from "vscode";
import type { BooCode } from "#core/boocode.ts";
import { BooError } from "#core/errors.ts";
import { findProvider } from "#core/models/router.ts";
import type { RunPlace, Secrets, Settings, TracePlace, Ui } from "#core/ports.ts";
import { formatMoney, formatTokens } from "#protocol/words.ts";
import type { ModelInfo } from "#protocol/workspace.ts";

/** What the actions work on; `core` is asked for only once one runs. */
export interface UiWorld {
  readonly core: () => BooCode;
  readonly secrets: Secrets;
  readonly settings: Settings;
  readonly showLog: () => void;
  readonly showTrace: (place: TracePlace) => void;
  readonly showText: (name: string, text: string) => Promise<void>;
  readonly showWaiting: Ui["showWaiting"];
  readonly showRun: (place: RunPlace) => void;
  readonly tellRunEnded: Ui["tellRunEnded"];
  readonly tellRunAsks: Ui["tellRunAsks"];
  /** What the editor keeps for this machine. */
  readonly memory: Pick<Memento, "get" | "update">;
}

const importLimit = 200 * 1024 * 1024;

/** Makes the port. */
export function createUi(world: UiWorld): Ui {
  return {
    async run(action) {
      switch (action) {
        case "set-key":
          return setApiKey(world);
        case "select-model":
          return selectModel(world);
        case "open-folder":
          return void (await commands.executeCommand("workbench.action.files.openFolder"));
        case "manage-trust":
          return void (await commands.executeCommand("workbench.trust.manage"));
        case "open-settings":
          return void (await commands.executeCommand("workbench.action.openSettings", "boocode"));
        case "reload-window":
          return void (await commands.executeCommand("workbench.action.reloadWindow"));
        case "open-permission-log":
          return void (await commands.executeCommand("boocode.openPermissionLog"));
        case "show-log":
          return world.showLog();
      }
    },
    saveText,
    pickText,
    showText: (name, text) => world.showText(name, text),
    showWaiting: (count, asked) => world.showWaiting(count, asked),
    tellUnconfined: () => void tellUnconfined(world.memory),
    async openTerminal(folder, line) {
      const terminal = window.createTerminal({ cwd: folder, name: "BooCode" });
      terminal.show();
      terminal.sendText(line, false);
    },
    showRun: async (place) => world.showRun(place),
    tellRunEnded: (entry) => world.tellRunEnded(entry),
    tellRunAsks: (asked) => world.tellRunAsks(asked),
    showTrace: async (place) => world.showTrace(place),
    async openWindow(folder) {
      await commands.executeCommand("vscode.openFolder", Uri.file(folder), { forceNewWindow: true });
    },
  };
}

const toldUnconfined = "toldUnconfined";

async function tellUnconfined(memory: UiWorld["memory"]): Promise<void> {
  if (memory.get<boolean>(toldUnconfined) === true) return;
  await memory.update(toldUnconfined, true);
  const remedy = process.platform === "linux" ? " Install bubblewrap to have commands run in one." : "";
  const log = "Open Permission Log";
  const chosen = await window.showWarningMessage(
    `There is no sandbox here, so BooCode asks before it runs what could change more than the project.${remedy}`,
    log,
  );
  if (chosen === log) await commands.executeCommand("boocode.openPermissionLog");
}

async function saveText(name: string, text: string): Promise<boolean> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const target = await window.showSaveDialog({
    title: "Export session",
    filters: name.endsWith(".md") ? { Markdown: ["md"] } : { JSON: ["json"] },
    ...(folder && { defaultUri: Uri.joinPath(folder, name) }),
  });
  if (target === undefined) return false;
  await workspace.fs.writeFile(target, new TextEncoder().encode(text));
  return true;
}

async function pickText(): Promise<string | undefined> {
  const [source] =
    (await window.showOpenDialog({
      title: "Import session",
      filters: { JSON: ["json"] },
      canSelectMany: false,
    })) ?? [];
  if (source === undefined) return undefined;
  const { size } = await workspace.fs.stat(source);
  if (size > importLimit)
    throw new BooError("file-huge", "This file is over 200 MB, more than a session ever is.");
  return new TextDecoder().decode(await workspace.fs.readFile(source));
}

async function setApiKey({ core, secrets, settings }: UiWorld): Promise<void> {
  const { router } = core();
  const provider = findProvider(settings.provider());
  if (!provider.isWire) {
    void window.showInformationMessage(
      `${provider.label} needs no key. Choose another provider in the settings first.`,
    );
    return commands.executeCommand("workbench.action.openSettings", "boocode.provider");
  }
  const name = await keyName(core(), provider);
  if (name === undefined) return;
  const origin = new URL(router.baseUrl(provider)).origin;
  const hasKey = (await secrets.get(name)) !== undefined;
  const entered = await window.showInputBox({
    title: `API key for ${provider.label}`,
    prompt: `Kept in the editor's secret storage and sent only to ${origin}.${hasKey ? " Leave it empty to remove the key." : ""}`,
    password: true,
    ignoreFocusOut: true,
    validateInput: keyProblem,
  });
  if (entered === undefined) return;
  const key = entered.trim();
  if (key === "" && (!hasKey || !(await confirmRemoval(provider.label, origin)))) return;
  await secrets.set(name, key === "" ? undefined : key);
  await core().refresh();
  void window.showInformationMessage(
    key === "" ? `The key for ${origin} was removed.` : `The key for ${origin} is kept.`,
  );
}

async function keyName(
  core: BooCode,
  provider: ReturnType<typeof findProvider>,
): Promise<string | undefined> {
  try {
    return core.router.keyName(provider);
  } catch (error) {
    if (!(error instanceof BooError)) throw error;
    const open = "Open settings";
    const answer = await window.showWarningMessage(error.message, open);
    if (answer === open) await commands.executeCommand("workbench.action.openSettings", "boocode.baseUrl");
    return undefined;
  }
}

/** What is wrong with a key as it was typed; undefined where nothing is. */
export function keyProblem(value: string): string | undefined {
  const key = value.trim();
  if (key === "") return undefined;
  if (/\s/.test(key)) return "A key has no spaces or line ends in it.";
  if (!/^[\x21-\x7e]+$/.test(key)) return "A key has only plain letters, digits and signs; this has others.";
  return key.length < 8 ? "This is too short for a key." : undefined;
}

async function confirmRemoval(label: string, origin: string): Promise<boolean> {
  const remove = "Remove";
  const detail = `The key for ${origin} is deleted from the secret storage.`;
  return (
    (await window.showWarningMessage(`Remove the key for ${label}?`, { modal: true, detail }, remove)) ===
    remove
  );
}

/** What the next message of a session costs with another model because nothing of it is cached there; "" where there is nothing to say. */
async function coldPrice(core: BooCode, session: string | undefined, { choice }: ModelInfo): Promise<string> {
  if (session === undefined) return "";
  const { provider, model } = choice;
  const signal = new AbortController().signal;
  const { tokens, costUsd } = await core.handlers["session.coldCost"]({ session, provider, model }, signal);
  if (tokens === undefined || findProvider(provider).isWire === false) return "";
  const price = costUsd === undefined ? "" : `, about ${formatMoney(costUsd)}`;
  return `${formatTokens(tokens)} uncached${price}`;
}

async function selectModel({ core }: UiWorld): Promise<void> {
  const { router } = core();
  const current = core().active()?.session.state.choice ?? router.defaultChoice();
  const isCurrent = ({ choice }: ModelInfo) =>
    choice.provider === current.provider && choice.model === current.model;
  const session = core().active()?.session.id;
  const items = await Promise.all(
    router.choices().map(async (info): Promise<QuickPickItem & { info: ModelInfo }> => ({
      label: info.label,
      description: isCurrent(info) ? "current" : await coldPrice(core(), session, info),
      detail: info.detail,
      info,
    })),
  );
  const picked = await window.showQuickPick(items, { title: "Model that answers", matchOnDetail: true });
  if (picked !== undefined && !isCurrent(picked.info)) await core().selectModel(picked.info.choice);
}
