import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Log } from "#core/ports.ts";
import type { Store, StoreRecord } from "#core/store-ports.ts";
import type { SessionEvent } from "#protocol/session.ts";
import type { SessionSummary } from "#protocol/sessions.ts";
import type { Span } from "#protocol/trace.ts";
import { openStore, type StoreOptions } from "#node/store/store.ts";
import type { WriterJob } from "./writer.ts";

/** A temporary folder that is deleted when the block that owns it ends. */
export function temporaryFolder(): { readonly path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "boocode-store-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A log that keeps its lines as "level message". */
export class LogLines implements Log {
  readonly lines: string[] = [];
  info(message: string): void {
    this.lines.push(`info ${message}`);
  }
  warn(message: string): void {
    this.lines.push(`warn ${message}`);
  }
  error(message: string): void {
    this.lines.push(`error ${message}`);
  }
  /** Lines that a person should look at. */
  get worries(): readonly string[] {
    return this.lines.filter((line) => !line.startsWith("info"));
  }
}

/** An opened store that is closed when the block that owns it ends. */
export type OpenedStore = Store & AsyncDisposable & { readonly log: LogLines };

/** Opens a store on a folder. */
export function opened(directory: string, options: Partial<StoreOptions> = {}): OpenedStore {
  const log = new LogLines();
  const store = openStore({ directory, log, ...options });
  let closing: Promise<void> | undefined;
  const close = () => (closing ??= store.close());
  return {
    append: (records) => store.append(records),
    sessions: (folder) => store.sessions(folder),
    events: (session) => store.events(session),
    search: (words) => store.search(words),
    hits: (words, sessions, perSession) => store.hits(words, sessions, perSession),
    acquire: (session) => store.acquire(session),
    release: (session) => store.release(session),
    owner: (session) => store.owner(session),
    follow: (listener) => store.follow(listener),
    clean: () => store.clean(),
    decisions: (page) => store.decisions(page),
    strays: (session) => store.strays(session),
    size: () => store.size(),
    keepCopy: (name, text) => store.keepCopy(name, text),
    readCopy: (name) => store.readCopy(name),
    spans: (session, page) => store.spans(session, page),
    putBlob: (text) => store.putBlob(text),
    readBlob: (hash) => store.readBlob(hash),
    readBlobRange: (hash, offset, length) => store.readBlobRange(hash, offset, length),
    onProblem: (listener) => store.onProblem(listener),
    close,
    [Symbol.asyncDispose]: () => close().catch(() => {}),
    log,
  };
}

/** Event number `n` of a session; its time is its number, so that a read transcript shows gaps and doubles. */
export function event(session: string, n: number, text = "", closesPartial = false): StoreRecord {
  const fact: SessionEvent = { type: "title-change", at: n, title: text };
  return { kind: "event", session, n, event: fact, ...(closesPartial && { closesPartial }) };
}

/** What a stream said. */
export function partial(session: string, text: string): StoreRecord {
  return { kind: "partial", session, event: { type: "text-delta", at: 0, step: "step", text } };
}

/** A line of the session list. */
export function summary(id: string, updatedAt: number, folder = "/project"): SessionSummary {
  return { id, folder, title: `title of ${id}`, startedAt: 1, updatedAt, messages: 1, state: "idle" };
}

/** A finished span. */
export function span(session: string, id: string, endedAt: number): Span {
  return {
    id,
    session,
    agent: "main",
    turn: 1,
    kind: "tool",
    name: "execute_tool",
    startedAt: 0,
    endedAt,
    outcome: "ok",
    timings: {},
  };
}

/** The numbers of events as `event` made them, and the texts of what was partial. */
export function shape(events: readonly SessionEvent[]): readonly (number | string)[] {
  return events.map((entry) =>
    entry.type === "title-change" ? entry.at : entry.type === "text-delta" ? entry.text : entry.type,
  );
}

/** How a writing process ended. */
export interface WriterEnd {
  /** The highest number of an event that it said was acknowledged, by session; -1 where none was. */
  readonly acknowledged: readonly number[];
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** Runs a process that writes; kills it (SIGKILL) when `isEnough` says so after an acknowledgement, the `count`th. */
export function runWriter(
  job: WriterJob,
  isEnough: (count: number) => boolean = () => false,
): Promise<WriterEnd> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "writer.ts"), JSON.stringify(job)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const acknowledged = Array.from({ length: job.sessions.length }, () => -1);
  let rest = "";
  let output = "";
  let count = 0;
  child.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stdout.on("data", (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [session = 0, n = -1] = line.split(" ").map(Number);
      acknowledged[session] = Math.max(acknowledged[session] ?? -1, n);
      count += 1;
      if (isEnough(count)) child.kill("SIGKILL");
    }
  });
  return new Promise((resolve) => {
    child.once("close", (_, signal) => resolve({ acknowledged, signal, output }));
  });
}

/** Numbers from a seed: the same seed gives the same row of numbers in [0, 1). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
