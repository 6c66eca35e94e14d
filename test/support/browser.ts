import { chromium, type Browser, type Frame, type Page } from "playwright-core";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { findTestBrowser } from "./browser-path.mjs";
import { root } from "./setup.mjs";

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** How long a webview may take to show what is looked for, in milliseconds. */
const frameMs = 30_000;

/** How a workbench page is opened. */
export type PageOptions = {
  readonly width?: number;
  readonly height?: number;
  /** Run in every frame of the page before its own scripts. */
  readonly initScript?: () => void;
  /** Whether webviews have processes of their own, as in VS Code's own windows and on vscode.dev; a server serves them from its own address. */
  readonly hasWebviewsApart?: boolean;
};

/** Starts the browser that set-up found, without a window; sites have processes of their own if asked, as in browsers with windows. */
export async function launchBrowser(areSitesApart = false): Promise<Browser> {
  const downloaded = join(root, ".vscode-test/browser");
  if (existsSync(downloaded)) process.env["PLAYWRIGHT_BROWSERS_PATH"] = downloaded;
  const args = areSitesApart ? [...flags, "--site-per-process"] : flags;
  return chromium.launch({ executablePath: findTestBrowser(), args });
}

/** Runs in the editor's page before its own scripts: webviews come from an origin for which a browser has another process. */
function keepWebviewsApart(): void {
  if (window !== top) return;
  const name = "webviewEndpoint";
  const observer = new MutationObserver(() => {
    const element = document.getElementById("vscode-workbench-web-configuration");
    if (!element) return;
    observer.disconnect();
    const settings = JSON.parse(element.dataset["settings"] ?? "{}") as Record<string, unknown>;
    const { pathname, port } = new URL(String(settings[name]), location.href);
    settings[name] = `http://{{uuid}}.localhost:${port}${pathname}`;
    element.dataset["settings"] = JSON.stringify(settings);
  });
  observer.observe(document, { childList: true, subtree: true });
}

/** Opens an address of a VS Code server in a fresh profile and waits until its explorer shows the folder. */
export async function openWorkbench(browser: Browser, url: string, options: PageOptions = {}): Promise<Page> {
  const { width = 1280, height = 800 } = options;
  const bypassCSP = options.hasWebviewsApart === true; // The editor lets webviews come from its own address alone.
  const context = await browser.newContext({ viewport: { width, height }, bypassCSP });
  if (options.hasWebviewsApart) await context.addInitScript(keepWebviewsApart);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  if (options.initScript) await page.addInitScript(options.initScript);
  await page.goto(url);
  await page.locator(".monaco-workbench .part.statusbar").waitFor();
  // The slowest of all waits: a fresh window, on a busy machine.
  await page.locator(".explorer-folders-view .monaco-list-row").first().waitFor({ timeout: 60_000 });
  return page;
}

/** Runs a command by its title from the command palette, as a person would; waits for extensions to have brought it. */
export async function runCommand(page: Page, title: string): Promise<void> {
  const input = page.locator(".quick-input-widget input");
  const row = page.locator(".quick-input-list .monaco-list-row").filter({ hasText: title }).first();
  for (let attempt = 1; ; attempt++) {
    await page.keyboard.press("F1");
    // The palette goes when something else takes the focus, and does not take up commands that come while it is open.
    const isListed = await input
      .fill(`>${title}`, { timeout: 3_000 })
      .then(() => row.waitFor({ timeout: 500 }))
      .then(
        () => true,
        () => false,
      );
    if (isListed) return input.press("Enter");
    if (attempt === 60) throw new Error(`The command palette does not list "${title}".`);
    await page.keyboard.press("Escape");
  }
}

/** Reloads a window by the editor's own command, which writes down what is open first. */
export async function reloadWindow(page: Page): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const reloaded = page.waitForEvent("domcontentloaded", { timeout: 15_000 }).then(
      () => true,
      () => false,
    );
    await runCommand(page, "Developer: Reload Window");
    if (await reloaded) return;
    if (attempt === 3) throw new Error("The window was not reloaded.");
  }
}

/** The inner page of a webview once it holds what `selector` names; views are told apart by it, or by a test of their frame. */
export async function webviewFrame(
  page: Page,
  selector: string,
  fits: (frame: Frame) => boolean = () => true,
): Promise<Frame> {
  const shows = async (frame: Frame): Promise<boolean> => {
    if (frame.name() !== "active-frame" && frame.parentFrame()?.parentFrame() !== page.mainFrame())
      return false;
    if (!fits(frame)) return false;
    const part = frame.locator(selector).first();
    // Frames come and go while a webview loads; one that goes is none that was looked for.
    return part.waitFor({ state: "attached", timeout: frameMs }).then(
      () => true,
      () => false,
    );
  };
  const coming = page.waitForEvent("frameattached", { predicate: shows, timeout: frameMs });
  const present = page.frames().map(async (frame) => {
    if (await shows(frame)) return frame;
    throw new Error("This frame shows something else.");
  });
  return Promise.any([coming, ...present]).catch((cause) => {
    throw new Error(`No webview shows ${selector}.`, { cause });
  });
}

/** Shows the chat by the view's own focus command and returns its page with the composer in it. */
export async function openChat(page: Page): Promise<Frame> {
  await runCommand(page, "BooCode: Focus on Chat View");
  return webviewFrame(page, "[data-testid=composer]");
}

/** Opens a file of the folder by its name, as a person does; other files whose names hold it come second. */
export async function openFile(page: Page, name: string): Promise<void> {
  const tab = page.getByRole("tab", { name, selected: true });
  const row = page.locator(".quick-input-list .monaco-list-row", { hasText: name }).first();
  // The list of files goes when a page that opens late takes the focus; the first editor of a window takes its time.
  for (let left = 3; left > 0 && (await tab.count()) === 0; left--) {
    await page.keyboard.press("Control+P");
    await page
      .locator(".quick-input-widget input")
      .fill(name, { timeout: 5_000 })
      .then(() => row.click({ timeout: 5_000 }))
      .then(() => tab.waitFor({ timeout: 10_000 }))
      .catch(() => undefined);
  }
  await tab.waitFor();
}
