import type axe from "axe-core";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Frame, Page } from "playwright-core";

let script: Promise<string> | undefined;

// It is parsed anew in each page: the short form takes two thirds of the time.
const axeScript = (): Promise<string> =>
  (script ??= readFile(fileURLToPath(import.meta.resolve("axe-core/axe.min.js")), "utf8"));

/** What axe finds in a page or in a frame of one, a line each. */
export async function violationsOf(page: Page | Frame): Promise<readonly string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await axeScript());
  return page.evaluate(async () => {
    const { axe: inPage } = window as unknown as { axe: typeof axe };
    const result = await inPage.run(document, { resultTypes: ["violations"] });
    return result.violations.map(
      ({ id, nodes }) =>
        `${id}: ${nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`).join(" | ")}`,
    );
  });
}
