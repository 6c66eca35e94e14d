/** The editors that the browser tests share: started when the first test asks, ended after the last one. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, openWorkbench, type PageOptions } from "./browser.ts";
import { packageFile } from "./build.ts";
import { startModelServer, type ModelServer } from "./model-server.ts";
import { writeSampleProject } from "./sample-project.ts";
import { root } from "./setup.mjs";
import { startVscodeServer, type ServerOptions, type VscodeServer } from "./vscode-server.ts";

/** The key that the shared editor finds in its environment. */
export const environmentKey = "sk-e2e-environment-0123456789";

/** Where the tests leave pictures: of the chat as it looks, and of windows in which a test failed. */
export const screenshotFolder = join(root, ".vscode-test/screenshots");

/** A running VS Code server with the packaged extension, and the browser that looks at it. */
export type SharedEditor = { readonly server: VscodeServer; readonly browser: Browser };

/** A window of an editor on its own copy of the sample project. */
export type Window = { readonly page: Page; readonly folder: string; close(): Promise<void> };

const owned: (() => Promise<unknown>)[] = [];
let browser: Promise<Browser> | undefined;
let model: Promise<ModelServer> | undefined;
const servers = new Map<string, Promise<VscodeServer>>();

const shown = new Map<string, Page>();

afterEach("show what failed", async function () {
  const test = this.currentTest;
  if (test?.state !== "failed") return;
  for (const [name, page] of shown) {
    const file = `failed-${test.fullTitle()}-${name}`.replaceAll(/[^\w-]+/g, "-").slice(0, 120);
    await page.screenshot({ path: join(screenshotFolder, `${file}.png`) }).catch(() => undefined);
  }
});

after("end the shared editors", async () => {
  for (const end of owned.toReversed()) await end();
});

function sharedBrowser(): Promise<Browser> {
  browser ??= launchBrowser().then((launched) => {
    owned.push(() => launched.close());
    return launched;
  });
  return browser;
}

function sharedServer(name: string, options: ServerOptions): Promise<VscodeServer> {
  const known = servers.get(name);
  if (known !== undefined) return known;
  const started = startVscodeServer({ extensions: [packageFile], hasFewExtensions: true, ...options }).then(
    (server) => {
      owned.push(() => server.stop());
      return server;
    },
  );
  servers.set(name, started);
  return started;
}

/** The scripted model that all shared editors talk to. */
export function sharedModel(): Promise<ModelServer> {
  model ??= startModelServer({ tokens: "approximate" }).then((server) => {
    owned.push(() => server.close());
    return server;
  });
  return model;
}

/** The editor whose provider is DeepSeek at the scripted model's address, with a key in the environment. */
export async function editorWithModel(): Promise<SharedEditor> {
  const settings = { "boocode.baseUrl": (await sharedModel()).url, "boocode.model": "deepseek-flash" };
  const env = { DEEPSEEK_API_KEY: environmentKey };
  const [server, launched] = await Promise.all([sharedServer("model", { settings, env }), sharedBrowser()]);
  return { server, browser: launched };
}

/** The editor as it is for a person without a key, who is asked whether to trust a folder. */
export async function editorWithoutKey(): Promise<SharedEditor> {
  const env = { DEEPSEEK_API_KEY: undefined, BOOCODE_API_KEY: undefined };
  const [server, launched] = await Promise.all([
    sharedServer("no key", { hasWorkspaceTrust: true, env }),
    sharedBrowser(),
  ]);
  return { server, browser: launched };
}

/** Opens a fresh copy of the sample project in a fresh profile. */
export async function openWindow(
  editor: SharedEditor,
  options: PageOptions & { readonly files?: Readonly<Record<string, string>> } = {},
): Promise<Window> {
  const folder = writeSampleProject();
  for (const [path, text] of Object.entries(options.files ?? {})) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  const page = await openWorkbench(editor.browser, editor.server.url(folder), options);
  const name = basename(dirname(folder));
  shown.set(name, page);
  return {
    page,
    folder,
    async close() {
      shown.delete(name);
      await page.context().close();
      await rm(dirname(folder), { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Opens a workspace of two copies of the sample project, named as said. */
export async function openWorkspace(
  { browser, server }: SharedEditor,
  names: readonly [string, string],
): Promise<Omit<Window, "folder"> & { readonly folders: readonly string[] }> {
  const folders = names.map(() => writeSampleProject());
  const place = dirname(folders[0] ?? "");
  const file = join(place, "both.code-workspace");
  await writeFile(file, JSON.stringify({ folders: folders.map((path, at) => ({ path, name: names[at] })) }));
  const page = await openWorkbench(browser, server.url(file));
  shown.set(basename(place), page);
  return {
    page,
    folders,
    async close() {
      shown.delete(basename(place));
      await page.context().close();
      for (const folder of folders)
        await rm(dirname(folder), { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Opens a window without a folder. */
export async function openEmptyWindow({ browser, server }: SharedEditor): Promise<Omit<Window, "folder">> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  shown.set("empty", page);
  await page.goto(`http://127.0.0.1:${server.port}/?ew=true`);
  await page.locator(".monaco-workbench .part.statusbar").waitFor();
  return {
    page,
    async close() {
      shown.delete("empty");
      await context.close();
    },
  };
}
