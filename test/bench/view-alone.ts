/** A stored session in the chat view alone, as in an editor whose webviews have a process of their own. */
import { createBooCode } from "#core/boocode.ts";
import { makePlainPorts } from "#node/headless/plain-ports.ts";
import type { Turn } from "#protocol/session.ts";
import { launchBrowser } from "../support/browser.ts";
import { newPage } from "../support/scripted-page.ts";
import { openView, startHarness } from "../support/webview-harness.ts";
import { scene } from "../support/webview-harness-scenes.ts";
import type { Recording } from "./frame-recorder.ts";
import { scrollThrough } from "./scroll-through.ts";

/** Turns that a view is told of when it opens a session. */
const windowTurns = 20;

async function readTurns(folder: string, store: string, session: string): Promise<readonly Turn[]> {
  const options = { provider: "rehearsal", baseUrl: "", model: "", effort: "high" } as const;
  const ports = await makePlainPorts({ folder, store, ...options });
  const core = createBooCode(ports);
  await core.start();
  await core.openSession(session);
  const all = { session, before: Number.MAX_SAFE_INTEGER, count: Number.MAX_SAFE_INTEGER };
  const { turns } = await core.handlers["session.turns"](all, new AbortController().signal);
  await core.close();
  await ports.store.close();
  return turns;
}

/** Scrolls the view through all turns of a session and back. */
export async function scrollAlone(folder: string, store: string, session: string): Promise<Recording> {
  const turns = await readTurns(folder, store, session);
  const older = turns.slice(0, -windowTurns);
  const script = scene({ turns: turns.slice(-windowTurns), olderTurns: older.length }, { older });
  await using harness = await startHarness();
  const browser = await launchBrowser();
  try {
    const page = await newPage(browser);
    await openView(page, harness, { script });
    return await scrollThrough(page.mainFrame(), turns.length);
  } finally {
    await browser.close();
  }
}
