import type { Page } from "playwright-core";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { runCommand, webviewFrame } from "../support/browser.ts";
import { packageFile } from "../support/build.ts";
import { openEditor, type EditorSession } from "../support/editor-session.ts";
import { listTree } from "../support/process-tree.ts";
import { root } from "../support/setup.mjs";

/** An extension with a view, as a cold start opens it. */
export type Subject = {
  readonly id: string;
  /** What is installed: a .vsix or a folder. */
  readonly extension: string;
  /** Title of the command that focuses the view. */
  readonly focusCommand: string;
  /** What the view shows when it can be used. */
  readonly selector: string;
};

/** What one cold start measured. */
export type ColdStart = {
  /** Load code + activate + resolved, as the editor's Startup Performance has it. */
  readonly activationMs: number;
  /** From the Enter that runs the focus command to the frame after the one with the usable view. */
  readonly paintedMs: number;
  /** Of the extension host, at rest with the view open. */
  readonly residentMB: number;
  /** Longest pause of the extension host's event loop from the focus command until it was at rest again. */
  readonly longestPauseMs: number;
};

const probe = join(root, "test/fixtures/loop-probe");

/** BooCode as packaged. */
export const product: Subject = {
  id: "boocode.boocode",
  extension: packageFile,
  focusCommand: "BooCode: Focus on Chat View",
  selector: "[data-testid=composer]",
};

/** An extension with an empty view. */
export const emptyView: Subject = {
  id: "fixture.empty-view",
  extension: join(root, "test/fixtures/empty-extension"),
  focusCommand: "Empty: Focus on Nothing View",
  selector: "[data-testid=empty]",
};

type Marks = { focusedAt?: number; paintedAt?: number };

/** In every frame: notes when Enter was pressed and when a usable view was on the screen, in milliseconds since the epoch. */
function noteTimes(): void {
  const marks: Marks = {};
  Object.assign(window, { marks });
  const now = () => performance.timeOrigin + performance.now();
  window.addEventListener("keydown", (event) => event.key === "Enter" && (marks.focusedAt = now()), true);
  // A webview's inner document is replaced while it loads, which ends its timers; so the frame around it looks on.
  const isUsable = () => {
    const inner = document.querySelector<HTMLIFrameElement>("#active-frame");
    const view = inner?.contentDocument?.querySelector<HTMLTextAreaElement>(
      "[data-testid=composer], [data-testid=empty]",
    );
    if (!inner || !view || view.disabled || view.getClientRects().length === 0) return false;
    return getComputedStyle(inner).visibility === "visible";
  };
  const look = () => {
    if (!isUsable()) return void requestAnimationFrame(look);
    requestAnimationFrame(() => (marks.paintedAt = now()));
  };
  if (window !== window.top) look();
}

async function cpuTicks(pids: readonly number[]): Promise<number> {
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")));
  return stats.reduce((sum, stat) => {
    const fields = stat.slice(stat.lastIndexOf(")")).split(" ");
    return sum + Number(fields[12] ?? 0) + Number(fields[13] ?? 0);
  }, 0);
}

/** Resolves when the server and all that it started have used next to no processor time for a while. */
export async function waitForRest(editor: EditorSession): Promise<void> {
  await editor.page
    .locator(".statusbar-item", { hasText: "Activating Extensions" })
    .waitFor({ state: "hidden" });
  const deadline = Date.now() + 30_000;
  let quiet = 0;
  while (quiet < 3 && Date.now() < deadline) {
    const pids = (await listTree(editor.server.pid)).map((one) => one.pid);
    const before = await cpuTicks(pids);
    await editor.page.waitForTimeout(400);
    // A tick is 10 ms; the probe's own timer costs about one in this time.
    quiet = (await cpuTicks(pids)) - before <= 4 ? quiet + 1 : 0;
  }
}

/** Load code + activate + resolved of an extension, in milliseconds, read from the editor's own report. */
async function readActivation(page: Page, id: string): Promise<number> {
  await runCommand(page, "Developer: Startup Performance");
  const lines = page.locator(".editor-container .monaco-editor .view-lines").first();
  await lines.getByText("System Info").first().waitFor();
  let report = "";
  // The editor may take its text anew between the two keys, which drops the selection.
  while (!report.includes("Extension Activation Stats")) {
    await lines.click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("ControlOrMeta+c");
    report = await page.evaluate(() => navigator.clipboard.readText());
  }
  const row = report.split("\n").find((line) => line.startsWith(`| ${id} `));
  const [, , , ...times] = row?.split("|").map((cell) => cell.trim()) ?? [];
  if (!row) throw new Error(`Startup Performance does not list ${id}.`);
  return times.slice(0, 3).reduce((sum, cell) => sum + Number(cell), 0);
}

async function longestPause(file: string, from: number): Promise<number> {
  const lines = (await readFile(file, "utf8").catch(() => "")).split("\n").filter(Boolean);
  const pauses = lines.map((line) => JSON.parse(line)).filter(({ end }) => end > from);
  return Math.max(0, ...pauses.map(({ pauseMs }) => pauseMs));
}

async function residentMB(editor: EditorSession): Promise<number> {
  const [host] = await editor.server.extensionHosts();
  return (host?.residentBytes ?? Number.NaN) / 1024 / 1024;
}

/** Opens a fresh editor with one extension, focuses its view and measures; without a subject, only memory at rest. */
export async function measureColdStart(subject: Subject | undefined): Promise<ColdStart> {
  const pauses = join(root, `.vscode-test/pauses-${process.pid}-${Date.now()}.jsonl`);
  await using editor = await openEditor({
    extensions: [probe, ...(subject ? [subject.extension] : [])],
    env: { LOOP_PROBE_FILE: pauses },
    initScript: noteTimes,
  });
  const { page } = editor;
  await waitForRest(editor);
  if (!subject) {
    return { activationMs: 0, paintedMs: 0, residentMB: await residentMB(editor), longestPauseMs: 0 };
  }
  await runCommand(page, subject.focusCommand);
  const readMarks = () => (window as unknown as { marks: Marks }).marks;
  const { focusedAt = Number.NaN } = await page.evaluate(readMarks);
  const frame = (await webviewFrame(page, subject.selector)).parentFrame();
  if (!frame) throw new Error("The webview has no frame around it.");
  await frame.waitForFunction(() => (window as unknown as { marks: Marks }).marks.paintedAt);
  const { paintedAt = Number.NaN } = await frame.evaluate(readMarks);
  await waitForRest(editor);
  return {
    paintedMs: paintedAt - focusedAt,
    residentMB: await residentMB(editor),
    longestPauseMs: await longestPause(pauses, focusedAt),
    activationMs: await readActivation(page, subject.id),
  };
}
