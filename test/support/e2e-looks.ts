/** How the chat looks in the real editor: themes, widths, pictures, and what axe finds. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { violationsOf } from "./accessibility.ts";
import { webviewFrame } from "./browser.ts";
import { quickInput, until, type Chat } from "./e2e-chat.ts";
import { screenshotFolder } from "./e2e-editor.ts";

/** The editor's themes by the word that names a picture, as the editor keeps and as it lists them. */
export const editorThemes = {
  dark: { id: "Dark Modern", name: "Dark Modern", className: "vs-dark" },
  "high-contrast": { id: "Default High Contrast", name: "Dark High Contrast", className: "hc-black" },
  "high-contrast-light": {
    id: "Default High Contrast Light",
    name: "Light High Contrast",
    className: "hc-light",
  },
  light: { id: "Light Modern", name: "Light Modern", className: "vs" },
} as const;

/** Changes the colour theme as a person does, and waits until the editor and the chat wear it. */
export async function wearTheme(chat: Chat, theme: keyof typeof editorThemes): Promise<void> {
  const { id, name, className } = editorThemes[theme];
  const { box, row } = quickInput(chat.page);
  const choice = row(name).and(chat.page.locator(".focused"));
  // Keys that the view passes on to the editor may come too far apart for a chord, and then open another list.
  for (let left = 3; left > 0 && !(await choice.isVisible()); left--) {
    await chat.page.keyboard.press("Control+K");
    await chat.page.keyboard.press("Control+T");
    await box
      .fill(name, { timeout: 10_000 })
      .then(() => choice.waitFor({ timeout: 10_000 }))
      .catch(() => chat.page.keyboard.press("Escape"));
  }
  await choice.waitFor();
  await box.press("Enter");
  await box.waitFor({ state: "hidden" });
  await chat.page.locator(`.monaco-workbench.${className}`).waitFor();
  await chat.frame.locator(`body[data-vscode-theme-id="${id}"]`).waitFor();
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
