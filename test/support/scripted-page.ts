/** Pages in which one view after another is opened: a fresh page for each would cost half a second more. */
import type { Browser, Disposable, Page } from "playwright-core";

/** Puts a script into a page that runs before the page's own; what it resolves to takes it out again. */
export type PutScript = (page: Page) => Promise<Disposable>;

/** What is opened. */
export interface ScriptedView {
  readonly url: string;
  readonly width: number;
  readonly height: number;
  /** They run in this order. */
  readonly scripts: readonly PutScript[];
}

const scriptsOf = new WeakMap<Page, readonly Disposable[]>();
let opened = 0;

/** A page that may read and write the clipboard, with nothing in it. */
export async function newPage(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ locale: "en-GB" });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  return context.newPage();
}

/** Opens a view in place of the one before, with nothing left of that: what the editor keeps of a view is forgotten, too, but not with a reload. */
export async function openScripted(page: Page, view: ScriptedView): Promise<void> {
  const { url, width, height, scripts } = view;
  await Promise.all((scriptsOf.get(page) ?? []).map((script) => script.dispose()));
  await page.emulateMedia({ reducedMotion: null, colorScheme: null, forcedColors: null });
  await page.setViewportSize({ width, height });
  await page.mouse.move(0, 0);
  const put = [await page.addInitScript(forget, String(++opened))];
  for (const script of scripts) put.push(await script(page));
  scriptsOf.set(page, put);
  await page.goto(url);
}

function forget(number: string): void {
  if (sessionStorage.getItem("opened") === number) return;
  sessionStorage.clear();
  sessionStorage.setItem("opened", number);
}
