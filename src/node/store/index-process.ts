/**
 * The index process: answers queries and makes checkpoints. A process and not a thread, because a thread's memory (sql.js holds the whole
 * image) would be the extension host's, which does not get it back when the thread ends.
 */
import { readFileSync } from "node:fs";
import { Socket } from "node:net";
import { BooError, messageOf } from "#core/errors.ts";
import { listCopy } from "#core/session/copies.ts";
import { checkpoint, removeOldCopies, type Stage } from "./checkpoint.ts";
import { removeUnused } from "./blob-collector.ts";
import { Copies } from "./copies.ts";
import { HistoryIndex } from "./history-index.ts";
import { readLines } from "./lines.ts";
import type {
  AnswerEnd,
  FromIndex,
  IndexMessage,
  IndexQuery,
  IndexProcessData,
  Report,
  ToIndex,
} from "./index-messages.ts";

/** A page of an answer has about this many characters: what the host parses in one go. */
const pageLength = 1 << 16;

const { directory, wasm, fault, checkpointBytes } = JSON.parse(process.argv[2] ?? "{}") as IndexProcessData;
const run = Number(process.argv[3]);
let opening: Promise<HistoryIndex> | undefined;
let running: Promise<void> | undefined;
let answering = 0;
let isToEnd = false;

const channel = new Socket({ fd: 3, readable: true, writable: true });
readLines(channel, (line) => {
  const message = parseMessage(line);
  if (message?.run === run) take(message);
});
// Ends what a process before this one has written of a line.
channel.write("\n");
// The host is gone. Whatever is being written can be interrupted anywhere.
for (const event of ["error", "end", "close"]) channel.on(event, () => process.exit());

/** A line's message; undefined for the rest of one whose beginning a process before this one has read. */
function parseMessage(line: Buffer): ToIndex | undefined {
  try {
    return JSON.parse(line.toString()) as ToIndex;
  } catch {
    return undefined;
  }
}

function take(message: ToIndex): void {
  isToEnd = message.kind === "end";
  if (message.kind === "end") endIfIdle();
  else if (message.kind === "checkpoint") fold();
  else void answer(message);
}

/** Ends when it was told to and nothing has to be done any more. */
function endIfIdle(): void {
  if (isToEnd && answering === 0 && running === undefined) channel.write("", () => process.exit());
}

function post(message: IndexMessage): void {
  channel.write(`${JSON.stringify({ run, ...message } satisfies FromIndex)}\n`);
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
  answering += 1;
  try {
    const index = await openIndex();
    index.follow();
    const end = await answerFrom(index, query);
    post({ kind: "done", id, ...end, ...(index.newer && { newer: index.newer.message }) });
  } catch (error) {
    const code = error instanceof BooError ? error.code : "store-unreadable";
    const message =
      error instanceof BooError
        ? error.message
        : `The history in ${directory} can not be read: ${messageOf(error)}`;
    post({ kind: "failed", id, code, message });
  }
  answering -= 1;
  endIfIdle();
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
    case "decisions":
      postPages(id, index.queries.decisions(query));
      return { ...none, events: index.queries.countDecisions(query.session) };
    case "strays":
      postPages(id, index.queries.strays(query.session));
      return none;
    case "search":
      postPages(id, index.queries.search(query.words));
      return none;
    case "hits":
      postPages(id, index.queries.hits(query.words, query.sessions, query.perSession));
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
  // What a newer version's files refer to is not known here.
  if (index.newer !== undefined) throw index.newer;
  const freed = index.freedBlobs;
  let isFolded = true;
  for (let time = 0; time < 2; time++)
    isFolded = (await checkpoint(index, () => {}, { isForced: true })) && isFolded;
  if (index.newer !== undefined) throw index.newer;
  await keepList(index);
  if (isFolded && index.queries.hasPurged()) removeOldCopies(directory);
  return removeUnused(directory, index.queries.blobs(), freed);
}

function postPages(id: number, bodies: Iterable<string>): void {
  let page: string[] = [];
  let length = 0;
  for (const body of bodies) {
    page.push(body);
    length += body.length;
    if (length < pageLength) continue;
    postPage(id, page);
    page = [];
    length = 0;
  }
  if (page.length > 0) postPage(id, page);
}

function postPage(id: number, bodies: readonly string[]): void {
  const head = JSON.stringify({ run, kind: "page", id } satisfies FromIndex);
  // A line end in JSON stands between its parts only, where a space says the same.
  channel.write(`${head}\t[${bodies.join(",").replaceAll("\n", " ")}]\n`);
}

/** Makes a checkpoint if it is worth it and none is being made. */
function fold(): void {
  running ??= foldNow().finally(() => {
    running = undefined;
    endIfIdle();
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
    if (!isDone) return;
    report(
      "info",
      `The journals were folded into the image in ${Math.round(performance.now() - startedAt)} ms.`,
    );
    await keepList(index);
  } catch (error) {
    report("warn", `The journals could not be folded into the image; they are kept: ${messageOf(error)}`);
  }
}

/** Windows keep this copy up to date; where none has made it, the next one need not wait for the image to be read. */
async function keepList(index: HistoryIndex): Promise<void> {
  await new Copies(directory).keep(listCopy, `[${[...index.queries.sessions(undefined)].join(",")}]`);
}
