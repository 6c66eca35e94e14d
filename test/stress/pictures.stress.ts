import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { openStore } from "#node/store/store.ts";
import { runCommand, webviewFrame } from "../support/browser.ts";
import { Chat } from "../support/e2e-chat.ts";
import { openEditor, type EditorSession } from "../support/editor-session.ts";
import { writeHistory } from "../support/large-history.ts";
import { startModelServer, type ModelServer } from "../support/model-server.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";
import { picturePermissions } from "../support/permission-pictures.ts";
import { pictureRuns, pictureRunsElsewhere, writeFan } from "../support/run-pictures.ts";
import { writeSampleProject } from "../support/sample-project.ts";
import { root } from "../support/setup.mjs";
import { storeFolder } from "../support/long-session.ts";
import { traceScenes } from "../support/trace-scenes.ts";
import type { Stress } from "./stress.ts";

const folder = join(root, ".vscode-test/screenshots");
const themes = {
  dark: "Dark Modern",
  light: "Light Modern",
  "high-contrast": "Default High Contrast",
} as const;
/** Widths of the panel, in pixels, and of the bar of icons beside it. */
const widths = [900, 420, 300];
const besidePanel = 50;
const silent = { info: () => {}, warn: () => {}, error: () => {} };

/** A session of two thousand spans, and one with every finding about the cache. */
async function fill(dataFolder: string, project: string): Promise<void> {
  const store = openStore({ directory: storeFolder(dataFolder), log: silent });
  const size = { sessions: 2, turns: 25, spans: 2_000, longTurns: 1, longOutput: 100 };
  await writeHistory(store, project, size);
  const { spans } = traceScenes.causes;
  const session = "session-1";
  await store.append(
    spans.map((span) => ({ kind: "span", span: { ...span, session, turn: 100 + span.turn } })),
  );
  await store.close();
}

class Pictures {
  readonly #editor: EditorSession;
  readonly #chat: Chat;
  readonly #model: ModelServer;
  readonly #theme: string;

  constructor(editor: EditorSession, chat: Chat, model: ModelServer, theme: string) {
    this.#editor = editor;
    this.#chat = chat;
    this.#model = model;
    this.#theme = theme;
  }

  get #page(): Page {
    return this.#editor.page;
  }

  async take(): Promise<void> {
    await this.#scene("empty", async () => this.#chat.begin());
    await this.#scene("error", async () => {
      await this.#chat.begin();
      const calls = [["read_file", { path: "package.json" }]] as const;
      this.#model.use([reply.rateLimited(0), reply.text("I look.").calls(calls), reply.noBalance()]);
      await this.#chat.ask("What is this?");
    });
    const gate = hold();
    await this.#scene("live", async () => {
      this.#model.use([reply.thinking("Hm.").text("Slowly ").hold(gate).text("said.")]);
      await this.#chat.send("And slowly?");
      await gate.reached;
    });
    gate.release();
    await this.#chat.text("said.").waitFor();
    await this.#scene("thousands", () => this.#openSession("History of session-0"));
    await this.#scene(
      "drift",
      () => this.#openSession("History of session-1"),
      () => this.#showDrift(),
    );
  }

  /** Workflow runs, each scene at every width. */
  async takeRuns(): Promise<void> {
    await pictureRuns(this.#page, this.#model, (scene) => this.#widths(scene));
    await pictureRunsElsewhere(this.#page, this.#model, async (scene) => {
      await this.#page.screenshot({ path: join(folder, `${this.#theme}-${scene}.png`) });
    });
  }

  /** What is asked for, each scene once. */
  async takePermissions(): Promise<void> {
    await picturePermissions(this.#chat, this.#model, async (scene) => {
      await this.#page.screenshot({ path: join(folder, `${this.#theme}-${scene}.png`) });
    });
  }

  // The panel that showed another session may be on its way out while this one comes.
  async #showDrift(): Promise<void> {
    for (let left = 5; left > 0; left--) {
      try {
        const frame = await webviewFrame(this.#page, "main.trace", (one) => !one.isDetached());
        await frame.getByRole("tab", { name: "Cache" }).click({ timeout: 3_000 });
        await frame.getByTestId("cache-call").first().click({ timeout: 3_000 });
        return;
      } catch (error) {
        if (left === 1) throw error;
      }
    }
  }

  async #openSession(name: string): Promise<void> {
    await this.#chat.button("Sessions").click();
    await this.#chat.frame.getByTestId("session-item").filter({ hasText: name }).click();
    await this.#chat.frame.getByRole("heading", { level: 1, name }).waitFor();
    await runCommand(this.#page, "BooCode: Open Trace");
    await this.#page.getByRole("tab", { name: `Trace: ${name}` }).waitFor();
  }

  async #scene(name: string, show: () => Promise<void>, arrange?: () => Promise<void>): Promise<void> {
    await this.#page.setViewportSize({ width: 1400, height: 900 });
    await show();
    await runCommand(this.#page, "BooCode: Open Trace");
    await webviewFrame(this.#page, "main.trace");
    await arrange?.();
    await this.#widths(`trace-${name}`);
  }

  async #widths(name: string): Promise<void> {
    await this.#page.screenshot({ path: join(folder, `${this.#theme}-${name}-both.png`) });
    await runCommand(this.#page, "View: Toggle Primary Side Bar Visibility");
    for (const width of widths) {
      await this.#page.setViewportSize({ width: width + besidePanel, height: 900 });
      await this.#page.screenshot({ path: join(folder, `${this.#theme}-${name}-${width}.png`) });
    }
    await this.#page.setViewportSize({ width: 1400, height: 900 });
    await runCommand(this.#page, "View: Toggle Primary Side Bar Visibility");
    await this.#chat.composer.waitFor();
  }
}

async function wear(editor: EditorSession, theme: string): Promise<void> {
  const file = join(editor.server.dataFolder, "server/data/User/settings.json");
  const settings = JSON.parse(await readFile(file, "utf8")) as object;
  await writeFile(file, JSON.stringify({ ...settings, "workbench.colorTheme": theme }));
  await editor.page.reload();
  await editor.page.locator(".monaco-workbench .part.statusbar").waitFor();
}

/** Pictures of the trace in the real editor, in `.vscode-test/screenshots`, for somebody to look at. */
export const stress: Stress = {
  name: "pictures",
  usesPackage: true,
  async run(_seed, check) {
    await mkdir(folder, { recursive: true });
    const dataFolder = await mkdtemp(join(tmpdir(), "boocode-pictures-"));
    await using model = await startModelServer({ tokens: "approximate" });
    const project = writeSampleProject();
    await fill(dataFolder, project);
    await writeFan(project);
    const settings = {
      ...{ "boocode.baseUrl": model.url, "boocode.model": "deepseek-flash" },
      "boocode.workflows.callLenses": true,
    };
    const env = { DEEPSEEK_API_KEY: "sk-pictures-0123456789" };
    await using editor = await openEditor({
      ...{ dataFolder, settings, env, folder: project, width: 1400, height: 900 },
    });
    for (const [name, theme] of Object.entries(themes)) {
      await check(`the trace in ${name}`, async () => {
        await wear(editor, theme);
        const pictures = new Pictures(editor, await Chat.open(editor.page), model, name);
        await pictures.take();
        await pictures.takeRuns();
        await pictures.takePermissions();
      });
    }
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  },
};
