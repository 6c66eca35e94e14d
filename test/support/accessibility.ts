/** What axe finds in a page or in a frame of one. */
import axe from "axe-core";
import type { Frame, Page } from "playwright-core";

/** Rules whose answer a theme can change: all else is the same in each, and most of axe's time. */
const themed: readonly string[] = ["color-contrast", "link-in-text-block"];

/** The rules for a theme: all of them in the two that most people wear, what colours decide in those of high contrast. */
export const rulesIn = (theme: string): Rules => (/^(high-contrast|hc)/.test(theme) ? "colours" : "all");

/** All rules, or those alone that a theme decides. */
export type Rules = "all" | "colours";

/** The violations, a line each. */
export async function violationsOf(page: Page | Frame, rules: Rules): Promise<readonly string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async (chosen) => {
      const { axe: inPage } = window as unknown as { axe: typeof axe };
      const only = chosen && { runOnly: { type: "rule" as const, values: [...chosen] } };
      const result = await inPage.run(document, { resultTypes: ["violations"], ...only });
      return result.violations.map(
        ({ id, nodes }) =>
          `${id}: ${nodes.map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`).join(" | ")}`,
      );
    },
    rules === "colours" ? themed : undefined,
  );
}
