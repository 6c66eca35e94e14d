import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openChat } from "../support/browser.ts";
import { openEditor } from "../support/editor-session.ts";
import { storeFolder, writeLongSession } from "../support/long-session.ts";
import { writeSampleProject } from "../support/sample-project.ts";
import { quantile, type Bench, type Row } from "./bench.ts";
import { waitForRest } from "./cold-start.ts";
import type { Recording } from "./frame-recorder.ts";
import { scrollThrough } from "./scroll-through.ts";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 3);

async function measure(turns: number): Promise<readonly Recording[]> {
  const dataFolder = await mkdtemp(join(tmpdir(), "boocode-scroll-"));
  const folder = writeSampleProject();
  try {
    await writeLongSession(storeFolder(dataFolder), folder, turns);
    await using editor = await openEditor({ dataFolder, folder });
    const frame = await openChat(editor.page);
    await frame.getByText(`Answer ${turns - 1}:`).waitFor();
    await waitForRest(editor);
    const recordings: Recording[] = [];
    for (let round = 0; round < rounds; round++) recordings.push(await scrollThrough(frame, turns));
    return recordings;
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
    await rm(dirname(folder), { recursive: true, force: true });
  }
}

function rowsOf(messages: number, recordings: readonly Recording[], longTaskLimit?: number): readonly Row[] {
  const row = (name: string, unit: Row["unit"], pick: (one: Recording) => number, limit?: number): Row => {
    return { name: `${messages} messages: ${name}`, unit, values: recordings.map(pick), limit };
  };
  return [
    row("longest task over 50 ms", "ms", (one) => Math.max(0, ...one.longTaskMs), longTaskLimit),
    row("frame p95", "ms", (one) => quantile(one.frameMs, 0.95)),
    row("nodes", "", (one) => one.mostNodes, 1500),
  ];
}

async function run(): Promise<readonly Row[]> {
  const [short, long] = [await measure(50), await measure(1000)];
  return [...rowsOf(100, short), ...rowsOf(2000, long, 0)];
}

/** Scrolling through a stored transcript from end to beginning and back. */
export const bench: Bench = { name: "scroll", usesPackage: true, run };
