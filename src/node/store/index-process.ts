/**
 * The index process: answers queries and makes checkpoints. A process and not a thread, because a thread's memory (sql.js holds the whole
 * image) would be the extension host's, which does not get it back when the thread ends.
 */
import { readFileSync } from "node:fs";
import { BooError, messageOf } from "#core/errors.ts";
import { checkpoint, type Stage } from "./checkpoint.ts";
import { removeUnused } from "./blob-collector.ts";
import { HistoryIndex } from "./history-index.ts";
import type {
  AnswerEnd,
  FromIndex,
  IndexQuery,
  IndexProcessData,
  Report,
  ToIndex,
} from "./index-messages.ts";

/** A page of an answer has about this many characters: what the host parses in one go. */
const pageLength = 1 << 17;

const { directory, wasm, fault, checkpointBytes } = JSON.parse(process.argv[2] ?? "{}") as IndexProcessData;
let opening: Promise<HistoryIndex> | undefined;
let running: Promise<void> | undefined;

process.on("message", (message: ToIndex) => {
  if (message.kind === "end") void end();
  else if (message.kind === "checkpoint") fold();
  else void answer(message);
});
// The host is gone. Whatever is being written can be interrupted anywhere.
process.on("disconnect", () => process.exit());

function post(message: FromIndex): void {
  process.send?.(message);
}

const report: Report = (level, message) => post({ kind: "log", level, message });

function openIndex(): Promise<HistoryIndex> {
  opening ??= open().catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

async function open(): Promise<HistoryIndex> {
  // The bundle is a module, where CommonJS's __dirname is missing; sql.js asks for it but is given its file below.
  Object.assign(globalThis, { __dirname: "" });
  const { default: initSqlJs } = await import("sql.js");
  // Node's buffer of the file is larger than it.
  const wasmBinary = new Uint8Array(readFileSync(wasm)).buffer;
  const index = new HistoryIndex(await initSqlJs({ wasmBinary }), directory, report);
  index.follow();
  queueMicrotask(fold);
  return index;
}

async function answer(query: IndexQuery & { readonly id: number }): Promise<void> {
  const { id } = query;
  try {
    const index = await openIndex();
    index.follow();
    post({ kind: "done", id, ...(await answerFrom(index, query)) });
  } catch (error) {
    const code = error instanceof BooError ? error.code : "store-unreadable";
    const message =
      error instanceof BooError
        ? error.message
        : `The history in ${directory} can not be read: ${messageOf(error)}`;
    post({ kind: "failed", id, code, message });
  }
}

/** Posts the pages of an answer and gives what comes with it. */
async function answerFrom(
  index: HistoryIndex,
  query: IndexQuery & { readonly id: number },
): Promise<AnswerEnd> {
  const { id } = query;
  const none = { epoch: 0, events: 0 };
  switch (query.kind) {
    case "sessions":
      postPages(id, index.queries.sessions(query.folder));
      return none;
    case "spans":
      postPages(id, index.queries.spans(query.session, query.before, query.limit));
      return none;
    case "events-of":
      postPages(id, index.queries.eventsOf(query.type, query.session, query.limit));
      return none;
    case "strays":
      postPages(id, index.queries.strays(query.session));
      return none;
    case "search":
      postPages(id, index.queries.search(query.words, query.limits));
      return none;
    case "clean":
      postPages(id, [JSON.stringify(await clean(index))]);
      return none;
    case "events": {
      const { events, partials, ...end } = index.queries.log(query.session);
      postPages(id, [...events, ...partials]);
      return { ...end, events: events.length };
    }
  }
}

/** Twice, because a segment goes only when the image and the one before it both hold what is in it. */
async function clean(index: HistoryIndex): Promise<{ readonly blobs: number; readonly bytes: number }> {
  await running;
  const freed = index.freedBlobs;
  for (let time = 0; time < 2; time++) await checkpoint(index, () => {}, { isForced: true });
  return removeUnused(directory, index.queries.blobs(), freed);
}

function postPages(id: number, bodies: Iterable<string>): void {
  let page: string[] = [];
  let length = 0;
  for (const body of bodies) {
    page.push(body);
    length += body.length;
    if (length < pageLength) continue;
    post({ kind: "page", id, json: `[${page.join(",")}]` });
    page = [];
    length = 0;
  }
  if (page.length > 0) post({ kind: "page", id, json: `[${page.join(",")}]` });
}

/** Makes a checkpoint if it is worth it and none is being made. */
function fold(): void {
  running ??= foldNow().finally(() => {
    running = undefined;
  });
}

async function foldNow(): Promise<void> {
  try {
    const startedAt = performance.now();
    const index = await openIndex();
    index.follow();
    const reach = (stage: Stage) => {
      if (stage === fault) process.kill(process.pid, "SIGKILL");
    };
    const isDone = await checkpoint(index, reach, { limit: checkpointBytes });
    if (isDone)
      report(
        "info",
        `The journals were folded into the image in ${Math.round(performance.now() - startedAt)} ms.`,
      );
  } catch (error) {
    report("warn", `The journals could not be folded into the image; they are kept: ${messageOf(error)}`);
  }
}

async function end(): Promise<void> {
  await running;
  process.disconnect();
}
