import assert from "node:assert/strict";
import type axe from "axe-core";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Frame, Page } from "playwright-core";
import { type Theme, themes, wearTheme } from "./webview-harness.ts";

let script: Promise<string> | undefined;

// It is parsed anew in each page: the short form takes two thirds of the time.
const axeScript = (): Promise<string> =>
  (script ??= readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8"));

/** Rules about colours, and the one that most of axe's time goes to; all others find the same in every theme. */
const ofColours = ["color-contrast", "link-in-text-block"];

/** What axe finds in a page or in a frame of one, a line each; by all its rules, or by some. */
export async function violationsOf(
  page: Page | Frame,
  rules?: readonly string[],
): Promise<readonly string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await axeScript());
  return page.evaluate(async (values) => {
    const { axe: inPage } = window as unknown as { axe: typeof axe };
    const runOnly = values && { type: "rule" as const, values: [...values] };
    const result = await inPage.run(document, { resultTypes: ["violations"], ...(runOnly && { runOnly }) });
    return result.violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`).join(" | ")}`,
    );
  }, rules);
}

/** Fails where axe finds something in what is open, in any theme; `look` is called in each. The last theme stays. */
export async function checkAccessible(
  page: Page,
  name: string,
  look?: (theme: Theme) => Promise<unknown>,
): Promise<void> {
  for (const theme of themes) {
    await wearTheme(page, theme);
    await look?.(theme);
    const rules = theme === themes[0] ? undefined : ofColours;
    assert.deepEqual(await violationsOf(page, rules), [], `${name} in ${theme}`);
  }
}

/** Puts an editor's colour behind a page that is shown in place of one. */
export async function onEditor(page: Page): Promise<void> {
  await page.evaluate(() =>
    document.documentElement.style.setProperty("background", "var(--vscode-editor-background)"),
  );
}
