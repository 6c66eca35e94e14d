/** How the chat looks in the real editor: themes, widths, pictures, and what axe finds. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { violationsOf } from "./accessibility.ts";
import { webviewFrame } from "./browser.ts";
import { until, type Chat } from "./e2e-chat.ts";
import { changeSettings, screenshotFolder, type SharedEditor } from "./e2e-editor.ts";

/** The editor's themes by the word that names a picture; the last one is that of the other tests. */
export const editorThemes = {
  dark: { name: "Dark Modern", className: "vs-dark" },
  "high-contrast": { name: "Default High Contrast", className: "hc-black" },
  "high-contrast-light": { name: "Default High Contrast Light", className: "hc-light" },
  light: { name: "Light Modern", className: "vs" },
} as const;

/** Changes the colour theme and opens the window again in it. */
export async function wearTheme(
  editor: SharedEditor,
  chat: Chat,
  theme: keyof typeof editorThemes,
): Promise<void> {
  const { name, className } = editorThemes[theme];
  await changeSettings(editor, { "workbench.colorTheme": name });
  await chat.page.reload();
  await chat.page.locator(`.monaco-workbench.${className}`).waitFor();
  await chat.ready();
}

/** Drags the side bar's edge until the side bar is as wide as asked. */
export async function dragSideBar(page: Page, width: number): Promise<void> {
  const bar = page.locator(".part.sidebar");
  const box = async () => (await bar.boundingBox()) ?? { x: 0, y: 0, width: 0, height: 0 };
  const { x, y, width: before, height } = await box();
  if (Math.abs(before - width) <= 1) return;
  await page.mouse.move(x + before, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width - 4, y + height / 2);
  await page.mouse.move(x + width, y + height / 2);
  await page.mouse.up();
  await page.mouse.move(1, 1);
  await until(
    async () => (await box()).width,
    (now) => Math.abs(now - width) <= 3,
    3_000,
  );
}

/** Takes a picture of the side bar, into `.vscode-test/screenshots`. */
export async function picture(page: Page, name: string): Promise<void> {
  await mkdir(screenshotFolder, { recursive: true });
  await page.locator(".part.sidebar").screenshot({ path: join(screenshotFolder, `chat-${name}.png`) });
}

/** What axe finds in the chat, a line each, measured on the side bar's own background. */
export async function violations(page: Page): Promise<readonly string[]> {
  const frame = await webviewFrame(page, "[data-testid=composer]");
  // The view is transparent, and axe would take what is behind it for white.
  const paint = (colour: string) =>
    frame.evaluate((value) => void (document.documentElement.style.background = value), colour);
  await paint("var(--vscode-sideBar-background)");
  const found = await violationsOf(frame);
  await paint("");
  return found;
}
