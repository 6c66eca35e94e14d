import type { Frame } from "playwright-core";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { openStore } from "#node/store/store.ts";
import { openChat } from "../support/browser.ts";
import { SessionList } from "../support/e2e-sessions.ts";
import { openEditor, type EditorSession } from "../support/editor-session.ts";
import {
  commonWord,
  lastWord,
  longSession,
  titleOf,
  writeHistory,
  type HistorySize,
} from "../support/large-history.ts";
import { storeFolder } from "../support/long-session.ts";
import { writeSampleProject } from "../support/sample-project.ts";
import { quantile, type Bench, type Row } from "./bench.ts";
import { bundleHost } from "./bundle.ts";
import { waitForRest } from "./cold-start.ts";
import type { Recording } from "./frame-recorder.ts";
import type { HistoryJob, HistoryTimes } from "./history-host.ts";
import { scrollThrough } from "./scroll-through.ts";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5);
/** Sessions, messages (two a turn), spans; a session of 5,000 messages with 40 MB of tool output. */
const size: HistorySize = { sessions: 1_000, turns: 50, spans: 300, longTurns: 2_500, longOutput: 16_000 };
const words = [commonWord, lastWord, "tide harbour"];
/** A session whose title no other one begins with. */
const otherSession = "session-999";
const silent = { info: () => {}, warn: () => {}, error: () => {} };

async function fill(directory: string, folder: string): Promise<void> {
  const store = openStore({ directory, log: silent });
  await writeHistory(store, folder, size);
  await store.clean();
  await store.close();
}

/** Hosts that open one after the other; the first finds no copies of sessions. */
async function measureHosts(folder: string, store: string): Promise<readonly Row[]> {
  const bundle = await mkdtemp(join(tmpdir(), "boocode-history-bundle-"));
  try {
    await bundleHost(bundle, { host: "test/bench/history-host.ts" });
    const job: HistoryJob = { folder, store, words };
    const all: HistoryTimes[] = [];
    for (let round = 0; round <= rounds; round++) {
      const { stdout } = await promisify(execFile)(process.execPath, [
        join(bundle, "host.js"),
        JSON.stringify(job),
      ]);
      all.push(JSON.parse(stdout) as HistoryTimes);
    }
    return hostRows(all);
  } finally {
    await rm(bundle, { recursive: true, force: true });
  }
}

function hostRows([first, ...later]: readonly HistoryTimes[]): readonly Row[] {
  const row = (name: string, pick: (times: HistoryTimes) => number, limit?: number): Row => {
    return { name, unit: "ms", values: later.map(pick), limit };
  };
  return [
    row("host: list of 1,001 sessions", (times) => times.list, 300),
    row("host: last turn of 5,000 messages", (times) => times.lastTurn, 300),
    {
      name: "host: the same without a copy",
      unit: "ms",
      values: first === undefined ? [] : [first.lastTurn],
    },
    row("host: all of the 5,000 messages", (times) => times.whole),
    row("host: another session", (times) => times.other, 300),
    ...words.map((word, at) =>
      row(`host: "${word}" found in 105,000 messages`, (times) => times.words[at] ?? Number.NaN, 300),
    ),
    { name: "host: memory", unit: "MB", values: later.map(({ memory }) => memory), limit: 450 },
  ];
}

/** When a text is in a page, and drawn, in milliseconds since the epoch. */
function drawn(frame: Frame, text: string): Promise<number> {
  return frame.evaluate(
    (wanted) =>
      new Promise<number>((done, fail) => {
        const givenUpAt = performance.now() + 60_000;
        const look = () => {
          if (performance.now() > givenUpAt) return fail(new Error(`"${wanted}" was never drawn.`));
          if (document.body.textContent?.includes(wanted) !== true) return void requestAnimationFrame(look);
          requestAnimationFrame(() => done(performance.timeOrigin + performance.now()));
        };
        look();
      }),
    text,
  );
}

/** Clicks on what a selector names first, or writes into it; gives when, in milliseconds since the epoch. */
function act(frame: Frame, selector: string, text?: string): Promise<number> {
  return frame.evaluate(
    ([wanted, written]) => {
      const element = document.querySelector<HTMLElement>(wanted ?? "");
      if (element === null) throw new Error(`There is no ${wanted}.`);
      if (written !== undefined && element instanceof HTMLInputElement) {
        element.value = written;
        element.dispatchEvent(new Event("input", { bubbles: true }));
      } else element.click();
      return performance.timeOrigin + performance.now();
    },
    [selector, text] as const,
  );
}

async function heapMB(editor: EditorSession): Promise<number> {
  const session = await editor.page.context().newCDPSession(editor.page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize / 2 ** 20;
}

async function openLong(list: SessionList, chat: Frame, editor: EditorSession): Promise<number> {
  await list.search.fill(titleOf(longSession));
  await list.item(titleOf(longSession)).waitFor();
  await waitForRest(editor);
  const clicked = await act(list.frame, "[data-testid=session-item]");
  return (await drawn(chat, lastWord)) - clicked;
}

/** Scrolls where webviews have a process of their own, as in VS Code's own windows. */
async function scrollApart(dataFolder: string, folder: string): Promise<Recording> {
  await using editor = await openEditor({ dataFolder, folder, hasWebviewsApart: true });
  await waitForRest(editor);
  const chat = await openChat(editor.page);
  await chat.locator(".row").first().waitFor();
  await openLong(await SessionList.open(editor.page), chat, editor);
  await waitForRest(editor);
  return await scrollThrough(chat, size.longTurns);
}

/** What a person waits for. */
interface Looks {
  readonly found: readonly number[];
  readonly opened: readonly number[];
  readonly scrolled: Recording;
  /** Of the pages over an editor without them, after all 5,000 messages were scrolled through. */
  readonly heap: number;
}

async function look(dataFolder: string, folder: string): Promise<Looks> {
  await using editor = await openEditor({ dataFolder, folder });
  await waitForRest(editor);
  const before = await heapMB(editor);
  const chat = await openChat(editor.page);
  // What the hosts before it showed last.
  await chat.locator(".row").first().waitFor();
  const list = await SessionList.open(editor.page);
  await waitForRest(editor);
  const [found, opened]: [number[], number[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const searched = await act(list.frame, "[data-testid=session-search]", lastWord);
    found.push((await drawn(list.frame, "Agent: ")) - searched);
    await list.search.fill(titleOf(otherSession));
    await list.item(titleOf(otherSession)).click();
    await drawn(chat, titleOf(otherSession));
    opened.push(await openLong(list, chat, editor));
  }
  await waitForRest(editor);
  const scrolled = await scrollThrough(chat, size.longTurns);
  return { found, opened, scrolled, heap: (await heapMB(editor)) - before };
}

function scrollRows(where: string, { longTaskMs, frameMs }: Recording, limit?: number): readonly Row[] {
  const row = (name: string, unit: Row["unit"], value: number, most?: number): Row => {
    return { name: `${where}: scrolled through them, ${name}`, unit, values: [value], limit: most };
  };
  return [
    row("longest task over 50 ms", "ms", Math.max(0, ...longTaskMs), limit),
    row("tasks over 50 ms", "", longTaskMs.length),
    row("frame p95", "ms", quantile(frameMs, 0.95)),
  ];
}

// Where a server serves its webviews itself they are one process with the editor's page, whose garbage is collected together.
function lookRows({ found, opened, scrolled, heap }: Looks, apart: Recording): readonly Row[] {
  return [
    { name: "editor: a word in 105,000 messages, typed to drawn", unit: "ms", values: found, limit: 300 },
    { name: "editor: 5,000 messages, clicked to last turn drawn", unit: "ms", values: opened, limit: 300 },
    ...scrollRows("webviews apart", apart, 0),
    ...scrollRows("one process", scrolled),
    { name: "editor: heap of the pages over none, then", unit: "MB", values: [heap], limit: 60 },
  ];
}

async function run(): Promise<readonly Row[]> {
  const dataFolder = await mkdtemp(join(tmpdir(), "boocode-history-"));
  const folder = writeSampleProject();
  const store = storeFolder(dataFolder);
  try {
    await mkdir(store, { recursive: true });
    await fill(store, folder);
    const hosts = await measureHosts(folder, store);
    const looks = await look(dataFolder, folder);
    return [...hosts, ...lookRows(looks, await scrollApart(dataFolder, folder))];
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
    await rm(dirname(folder), { recursive: true, force: true });
  }
}

/** A history as of years: how long it takes until its list, a long session and words in it can be seen. */
export const bench: Bench = { name: "history", usesPackage: true, run };
