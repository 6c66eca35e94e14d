import type { Browser, Page } from "playwright-core";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { launchBrowser, openWorkbench, type PageOptions } from "./browser.ts";
import { packageFile } from "./build.ts";
import { writeSampleProject } from "./sample-project.ts";
import { startVscodeServer, type ServerOptions, type VscodeServer } from "./vscode-server.ts";

/** How an editor is opened; by default with the packaged extension on a fresh sample project. */
export type EditorOptions = ServerOptions & PageOptions & { readonly folder?: string };

/** A VS Code with its page in a browser. */
export type EditorSession = AsyncDisposable & {
  readonly server: VscodeServer;
  readonly browser: Browser;
  readonly page: Page;
  /** The folder that is open. */
  readonly folder: string;
  /** Ends browser and server and removes what was temporary. */
  close(): Promise<void>;
};

/** Starts a server and a browser and opens a folder: `await using editor = await openEditor({ settings })`. */
export async function openEditor(options: EditorOptions = {}): Promise<EditorSession> {
  const folder = options.folder ?? writeSampleProject();
  const server = await startVscodeServer({ extensions: [packageFile], ...options });
  const browser = await launchBrowser(options.hasWebviewsApart);
  const close = async () => {
    await browser.close();
    await server.stop();
    if (!options.folder) await rm(dirname(folder), { recursive: true, force: true });
  };
  try {
    const page = await openWorkbench(browser, server.url(folder), options);
    return { server, browser, page, folder, close, [Symbol.asyncDispose]: close };
  } catch (error) {
    await close();
    throw error;
  }
}
