import type { Frame } from "playwright-core";

/** What a view did while it was watched; times in milliseconds since the epoch. */
export type Recording = {
  /** Time between one frame and the next. */
  readonly frameMs: readonly number[];
  /** Durations of main-thread tasks over 50 ms. */
  readonly longTaskMs: readonly number[];
  /** When each marker word, or a later one, was first on the screen. */
  readonly paintedAt: Readonly<Record<string, number>>;
  /** The last frame that changed anything. */
  readonly stillAt: number;
  /** Most nodes that the document had, text included. */
  readonly mostNodes: number;
};

type Recorder = { stop(): Recording; isStill(forMs: number): boolean; lastMarker(): string | undefined };

type RecorderWindow = { recorder: Recorder };

/** Runs inside the view; a self-contained function, because it is sent there as text. What is watched must not be burdened by it. */
function installRecorder(firstMarker: string | undefined): void {
  const nodesEveryMs = 500;
  const now = () => performance.timeOrigin + performance.now();
  const frameMs: number[] = [];
  const longTaskMs: number[] = [];
  const paintedAt: Record<string, number> = {};
  let [isRunning, isChanged, stillAt, lastFrame, mostNodes, last] = [true, false, now(), 0, 0, ""];
  let countedAt = 0;
  const tasks = new PerformanceObserver((list) =>
    longTaskMs.push(...list.getEntries().map((task) => task.duration)),
  );
  tasks.observe({ type: "longtask" });
  const changes = new MutationObserver(() => (isChanged = true));
  changes.observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
  const afterPaint = new MessageChannel();
  afterPaint.port1.onmessage = () => {
    const at = now();
    stillAt = at;
    if (firstMarker !== undefined) findMarkers(at, firstMarker);
    if (at - countedAt < nodesEveryMs) return;
    countedAt = at;
    mostNodes = Math.max(mostNodes, countNodes());
  };
  const findMarkers = (at: number, first: string) => {
    const text = document.querySelector("[data-testid=conversation]")?.textContent ?? "";
    for (const [marker] of text.matchAll(/mark\d{5}/g)) {
      if (marker < first) continue;
      paintedAt[marker] ??= at;
      if (marker > last) last = marker;
    }
  };
  // Walking through the nodes would make an object of each.
  const countNodes = () =>
    document.evaluate("count(//node())", document, null, XPathResult.NUMBER_TYPE).numberValue + 1;
  const frame = (at: number) => {
    if (!isRunning) return;
    if (lastFrame) frameMs.push(at - lastFrame);
    lastFrame = at;
    // A message posted in a frame is handled after that frame was painted.
    if (isChanged) afterPaint.port2.postMessage(undefined);
    isChanged = false;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  const recorder: Recorder = {
    isStill: (forMs) => now() - stillAt > forMs,
    lastMarker: () => last,
    stop: () => {
      isRunning = false;
      tasks.disconnect();
      changes.disconnect();
      mostNodes = Math.max(mostNodes, countNodes());
      return { frameMs, longTaskMs, paintedAt, stillAt, mostNodes };
    },
  };
  Object.assign(window, { recorder });
}

/** Begins to record what a view does; marker words before `firstMarker` are of earlier answers and do not count. Without it none are looked for. */
export async function startRecording(frame: Frame, firstMarker?: string): Promise<void> {
  await frame.evaluate(installRecorder, firstMarker);
}

/** Ends the recording. */
export async function stopRecording(frame: Frame): Promise<Recording> {
  return frame.evaluate(() => (window as unknown as RecorderWindow).recorder.stop());
}

/** Resolves when the marker, or a later one, is on the screen and nothing has changed for half a second since. */
export async function waitUntilStill(frame: Frame, lastMarker: string): Promise<void> {
  const isDone = (marker: string) => {
    const { recorder } = window as unknown as RecorderWindow;
    return (recorder.lastMarker() ?? "") >= marker && recorder.isStill(500);
  };
  await frame.waitForFunction(isDone, lastMarker, { polling: 100, timeout: 60_000 });
}
