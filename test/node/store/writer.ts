// A process that writes to a store until it is killed or done; each acknowledgement is a line "session number" on its output.
import { writeSync } from "node:fs";
import { openStore } from "#node/store/store.ts";
import type { JournalSettings } from "#node/store/journal-writer.ts";
import type { IndexOptions } from "#node/store/index-client.ts";
import { event, partial, seededRandom, summary } from "./world.ts";

/** What to write. */
export interface WriterJob {
  readonly directory: string;
  /** Ids of the sessions; each is gone on with where it ends. */
  readonly sessions: readonly string[];
  readonly seed: number;
  /** Events per session; endless if missing. */
  readonly events?: number;
  /** Pause (ms) between events of a session, for a steady pace. */
  readonly pauseMs?: number;
  /** Longest text of an event. */
  readonly textLength?: number;
  readonly journal?: Pick<JournalSettings, "segmentBytes">;
  readonly index?: IndexOptions;
}

const job = JSON.parse(process.argv[2] ?? "") as WriterJob;
const { directory, journal, index } = job;
const log = { info: () => {}, warn: () => {}, error: () => {} };
const store = openStore({ directory, log, ...(journal && { journal }), ...(index && { index }) });
const random = seededRandom(job.seed);

async function write(session: string, at: number): Promise<void> {
  const present = await store.events(session);
  let n = present.filter(({ type }) => type !== "text-delta").length;
  const end = job.events === undefined ? Number.POSITIVE_INFINITY : n + job.events;
  for (; n < end; n++) {
    const text = "x".repeat(Math.floor(random() ** 4 * (job.textLength ?? 4_000)));
    if (random() < 0.2) await store.append([partial(session, `said after ${n - 1}`)]);
    await store.append([
      event(session, n, text, random() < 0.5),
      { kind: "summary", summary: summary(session, n) },
    ]);
    writeSync(1, `${at} ${n}\n`);
    if (job.pauseMs !== undefined) await new Promise((resolve) => setTimeout(resolve, job.pauseMs));
  }
}

await Promise.all(job.sessions.map(write));
await store.close();
