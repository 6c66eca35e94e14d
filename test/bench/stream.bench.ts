import type { Frame } from "playwright-core";
import { join } from "node:path";
import { runCommand, webviewFrame } from "../support/browser.ts";
import { packageFile } from "../support/build.ts";
import { openEditor, type EditorSession } from "../support/editor-session.ts";
import { startModelServer, type ModelServer } from "../support/model-server.ts";
import { reply } from "../support/model-server/reply.ts";
import { root } from "../support/setup.mjs";
import { quantile, type Bench, type Row } from "./bench.ts";
import { waitForRest } from "./cold-start.ts";
import { startRecording, stopRecording, waitUntilStill, type Recording } from "./frame-recorder.ts";
import { markdownWithMarkers, markerName } from "./markdown-sample.ts";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5);
const tokens = 2000;
const charactersPerToken = 4;
const watchIdleMs = 2000;

type View = { readonly name: string; readonly extension: string; readonly focusCommand: string };

const views: readonly View[] = [
  {
    name: "text view",
    extension: join(root, "test/fixtures/text-view"),
    focusCommand: "Text: Focus on Plain View",
  },
  { name: "BooCode", extension: packageFile, focusCommand: "BooCode: Focus on Chat View" },
];

type Streamed = {
  readonly recording: Recording;
  readonly paintMs: readonly number[];
  readonly stillMs: number;
};

/** How long after it was handed to the socket each marker was on the screen; one that was skipped counts with the next. */
function paintTimes(server: ModelServer, { paintedAt }: Recording): readonly number[] {
  const request = server.requests.at(-1);
  const painted = Object.entries(paintedAt).toSorted(([a], [b]) => (a < b ? -1 : 1));
  let text = "";
  const seen = new Map<string, number>();
  for (const chunk of request?.chunks ?? []) {
    text = text.slice(-16) + chunk.text;
    for (const [marker] of text.matchAll(/mark\d{5}/g)) if (!seen.has(marker)) seen.set(marker, chunk.at);
  }
  return [...seen].map(([marker, sentAt]) => {
    const shown = painted.find(([name]) => name >= marker)?.[1] ?? Number.NaN;
    return shown - sentAt;
  });
}

let nextMarker = 0;

async function stream(frame: Frame, server: ModelServer, tokensPerSecond?: number): Promise<Streamed> {
  const firstMarker = nextMarker;
  const { text, markers } = markdownWithMarkers(tokens * charactersPerToken, firstMarker);
  nextMarker += markers;
  server.use([reply.text(text).pace({ chunkCharacters: charactersPerToken, tokensPerSecond })]);
  await startRecording(frame, markerName(firstMarker));
  const composer = frame.locator("[data-testid=composer]");
  await composer.fill("Write about tides.");
  await composer.press("Enter");
  await waitUntilStill(frame, markerName(nextMarker - 1));
  const recording = await stopRecording(frame);
  const lastByteAt = server.requests.at(-1)?.times.lastByteAt ?? Number.NaN;
  return { recording, paintMs: paintTimes(server, recording), stillMs: recording.stillAt - lastByteAt };
}

async function heapMB(editor: EditorSession): Promise<number> {
  const session = await editor.page.context().newCDPSession(editor.page);
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize / 1024 / 1024;
}

async function watchIdle(frame: Frame): Promise<Recording> {
  await startRecording(frame);
  await frame.page().waitForTimeout(watchIdleMs);
  return stopRecording(frame);
}

function rowsOf(
  name: string,
  isProduct: boolean,
  idle: readonly Recording[],
  streamed: readonly Streamed[],
): readonly Row[] {
  const p95 = (recording: Recording) => quantile(recording.frameMs, 0.95);
  const idleP95 = quantile(idle.map(p95), 0.5);
  const limit = (value: number) => (isProduct ? value : undefined);
  const longest = (recording: Recording) => Math.max(0, ...recording.longTaskMs);
  const each = (pick: (one: Streamed) => number) => streamed.map(pick);
  return [
    { name: `${name}: frame p95`, unit: "ms", values: each((one) => p95(one.recording)) },
    {
      name: `${name}: frame p95 over idle`,
      unit: "×",
      values: each((one) => p95(one.recording) / idleP95),
      limit: limit(1.15),
    },
    {
      name: `${name}: longest task over 50 ms`,
      unit: "ms",
      values: each((one) => longest(one.recording)),
      limit: limit(0),
    },
    {
      name: `${name}: sent to painted, p95`,
      unit: "ms",
      values: each((one) => quantile(one.paintMs, 0.95)),
      limit: limit(80),
    },
    { name: `${name}: last byte to still`, unit: "ms", values: each((one) => one.stillMs), limit: limit(80) },
    { name: `${name}: nodes`, unit: "", values: each((one) => one.recording.mostNodes), limit: limit(1500) },
  ];
}

async function measure(view: View): Promise<readonly Row[]> {
  await using server = await startModelServer({ tokens: "approximate" });
  await using editor = await openEditor({
    extensions: [view.extension],
    settings: {
      "boocode.provider": "openai-compatible",
      "boocode.baseUrl": `${server.url}/v1`,
      "boocode.model": "scripted",
    },
    env: { BOOCODE_API_KEY: "benchmark", TEXT_VIEW_URL: server.url },
  });
  const isProduct = view.extension === packageFile;
  await waitForRest(editor);
  const heapBefore = await heapMB(editor);
  await runCommand(editor.page, view.focusCommand);
  const frame = await webviewFrame(editor.page, "[data-testid=composer]");
  await waitForRest(editor);
  // The first answer loads what is loaded once; it is not what streaming costs.
  await stream(frame, server);
  const idle: Recording[] = [];
  const paced: Streamed[] = [];
  const fast: Streamed[] = [];
  for (let round = 0; round < rounds; round++) {
    idle.push(await watchIdle(frame));
    paced.push(await stream(frame, server, 1000));
    fast.push(await stream(frame, server));
  }
  const heap: Row = {
    name: `${view.name}: heap of the page over no view`,
    unit: "MB",
    values: [(await heapMB(editor)) - heapBefore],
    limit: isProduct ? 12 : undefined,
  };
  return [
    {
      name: `${view.name}: idle frame p95`,
      unit: "ms",
      values: idle.map((one) => quantile(one.frameMs, 0.95)),
    },
    ...rowsOf(`${view.name}, 1000 tokens/s`, isProduct, idle, paced),
    ...rowsOf(`${view.name}, wire speed`, isProduct, idle, fast),
    heap,
  ];
}

async function run(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const view of views) rows.push(...(await measure(view)));
  return rows;
}

/** Streaming 2,000 tokens of Markdown with code into the view, beside a view that only appends text. */
export const bench: Bench = { name: "stream", usesPackage: true, run };
