import type { CDPSession, Page } from "playwright-core";
import type { TraceEvent } from "../../src/protocol/trace.ts";
import { launchBrowser } from "../support/browser.ts";
import { newPage } from "../support/scripted-page.ts";
import { openTrace } from "../support/trace-harness.ts";
import { startHarness, type Harness } from "../support/webview-harness.ts";
import { quantile, ratio, type Bench, type Row } from "./bench.ts";
import { startRecording, stopRecording, type Recording } from "./frame-recorder.ts";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 3);
const spans = 100_000;
const notches = 60;
const wheelPixels = 600;
const zoomPixels = 200;
const idleFrames = 120;
const livePerSecond = 500;
const liveSeconds = 20;

/** What one opening of the trace came to. */
interface Round {
  readonly openMs: number;
  readonly heapMb: number;
  readonly idle: Recording;
  readonly scroll: Recording;
  readonly zoom: Recording;
  readonly live: Recording;
}

const nextFrame = (page: Page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(done)));

async function record(page: Page, act: () => Promise<unknown>): Promise<Recording> {
  await startRecording(page.mainFrame());
  await act();
  return stopRecording(page.mainFrame());
}

/** Turns the wheel one way and back again, one notch a frame. */
async function turnWheel(page: Page, pixels: number): Promise<void> {
  for (const sign of [-1, 1])
    for (let notch = 0; notch < notches; notch++) {
      await page.mouse.wheel(0, sign * pixels);
      await nextFrame(page);
    }
}

/** How long it takes from the wish to see a session until its first rows are drawn, in milliseconds. */
function firstRows(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((done) => {
        const asked = performance.now();
        window.host.post({ type: "show-trace", session: "s", title: "A long session" });
        const look = () => {
          if (document.querySelector("[data-testid=trace-row]") === null) requestAnimationFrame(look);
          else done(performance.now() - asked);
        };
        look();
      }),
  );
}

/** Lets spans begin and end, as many in a second and for as long as is said. */
function runLive(page: Page): Promise<void> {
  return page.evaluate(
    ({ perSecond, seconds }) =>
      new Promise<void>((done) => {
        const common = { session: "s", agent: "main", turn: 1_000_000 };
        const turn = {
          ...common,
          id: "live",
          kind: "turn" as const,
          name: "invoke_agent main",
          startedAt: Date.now(),
        };
        window.host.emit("trace", [{ type: "span-start", span: turn }]);
        const began = performance.now();
        let told = 0;
        const tell = () => {
          const elapsed = performance.now() - began;
          const events: TraceEvent[] = [];
          for (; told < Math.min(seconds, elapsed / 1000) * perSecond; told++) {
            const startedAt = Date.now();
            const call = { ...common, id: `live-${told}`, parent: "live", kind: "tool" as const, startedAt };
            const named = { ...call, name: "execute_tool read_file", title: `Read src/live-${told}.ts` };
            events.push({ type: "span-start", span: named });
            events.push({
              type: "span-end",
              span: { ...named, endedAt: startedAt + 3, outcome: "ok", timings: { toolMs: 3 } },
            });
          }
          if (events.length > 0) window.host.emit("trace", events);
          if (elapsed < seconds * 1000) requestAnimationFrame(tell);
          else done();
        };
        tell();
      }),
    { perSecond: livePerSecond, seconds: liveSeconds },
  );
}

/** The page's heap with what typed arrays hold outside of it, in megabytes. */
async function heapMb(devtools: CDPSession): Promise<number> {
  await devtools.send("HeapProfiler.collectGarbage");
  const { usedSize, ...other } = await devtools.send("Runtime.getHeapUsage");
  const { backingStorageSize = 0 } = other as { readonly backingStorageSize?: number };
  return (usedSize + backingStorageSize) / 1_000_000;
}

async function measure(page: Page): Promise<Round> {
  const devtools = await page.context().newCDPSession(page);
  const openMs = await firstRows(page);
  await page.waitForFunction(
    () => document.querySelector(".trace-status")?.textContent?.includes("Loading") === false,
    undefined,
    { timeout: 120_000 },
  );
  await page.getByRole("button", { name: "Expand all" }).click();
  await page.waitForFunction(
    (least) => Number(document.querySelector("[role=treegrid]")?.getAttribute("aria-rowcount")) > least,
    spans,
  );
  const heap = await heapMb(devtools);
  const idle = await record(page, async () => {
    for (let frame = 0; frame < idleFrames; frame++) await nextFrame(page);
  });
  const box = await page.locator("[role=treegrid]").boundingBox();
  await page.mouse.move((box?.x ?? 0) + 700, (box?.y ?? 0) + 200);
  const scroll = await record(page, () => turnWheel(page, wheelPixels));
  await page.keyboard.down("Control");
  const zoom = await record(page, () => turnWheel(page, zoomPixels));
  await page.keyboard.up("Control");
  await page.getByRole("button", { name: "Fit" }).click();
  const following = page.getByRole("button", { name: "Follow live" });
  if ((await following.getAttribute("aria-pressed")) === "false") await following.click();
  const live = await record(page, () => runLive(page));
  return { openMs, heapMb: heap, idle, scroll, zoom, live };
}

async function measureAll(harness: Harness): Promise<readonly Round[]> {
  const all: Round[] = [];
  for (let round = 0; round < rounds; round++) {
    const browser = await launchBrowser();
    try {
      const options = { isUntold: true, width: 1400, height: 900 };
      all.push(
        await measure(await openTrace(await newPage(browser), harness, { generated: spans }, options)),
      );
    } finally {
      await browser.close();
    }
  }
  return all;
}

async function run(): Promise<readonly Row[]> {
  await using harness = await startHarness();
  const all = await measureAll(harness);
  const row = (name: string, unit: Row["unit"], pick: (round: Round) => number, limit?: number): Row => {
    return { name, unit, values: all.map(pick), limit };
  };
  const idle = row("idle: frame p95", "ms", (round) => quantile(round.idle.frameMs, 0.95));
  const moving = (["scroll", "zoom", "live"] as const).flatMap((what) => {
    const frames = row(`${what}: frame p95`, "ms", (round) => quantile(round[what].frameMs, 0.95));
    return [
      frames,
      ratio(`${what}: frame p95 against idle`, frames, idle, 1.15),
      row(`${what}: longest task over 50 ms`, "ms", (round) => Math.max(0, ...round[what].longTaskMs), 0),
      row(`${what}: nodes`, "", (round) => round[what].mostNodes),
    ];
  });
  return [
    row("from the wish to the first rows", "ms", (round) => round.openMs, 300),
    row("heap and typed arrays", "MB", (round) => round.heapMb, 80),
    idle,
    ...moving,
  ];
}

/** The trace of a session with a hundred thousand spans: opening, scrolling, zooming, and spans that arrive. */
export const bench: Bench = { name: "trace", run };
