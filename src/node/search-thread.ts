/** The thread that matches regular expressions, so that a hostile one can be ended. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import { cutLine, type Line, type Pattern } from "./search-engine.ts";

/** What to search: these files, or the one text or open file. */
export interface ThreadJob {
  readonly root: string;
  readonly paths: readonly string[];
  readonly text?: string;
  readonly file?: number;
  readonly pattern: Pattern;
}

/** Lines of a file, or why the pattern can not be used. */
export interface ThreadAnswer {
  readonly lines?: readonly Line[];
  readonly error?: string;
}

const sizeLimit = 20 * 1024 * 1024;
const linesLimit = 20_000;
const batchLines = 200;
const batchMs = 50;

function compile({ source, ignoreCase }: Pattern): RegExp {
  const inline = source.startsWith("(?i)");
  const flags = ignoreCase || inline ? "i" : "";
  const body = inline ? source.slice(4) : source;
  try {
    return new RegExp(body, `${flags}u`);
  } catch {
    return new RegExp(body, flags);
  }
}

// What became a pipe or a link since it was listed is not waited for or followed.
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
const flags = (O_RDONLY ?? 0) | O_NOFOLLOW | O_NONBLOCK;

function readText(path: string): string | undefined {
  try {
    const file = openSync(path, flags);
    try {
      return readOpenText(file);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

function readOpenText(file: number): string | undefined {
  const found = fstatSync(file);
  if (!found.isFile() || found.size > sizeLimit) return undefined;
  const bytes = readFileSync(file);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString("utf16le");
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder("utf-16be").decode(bytes);
  return bytes.includes(0) ? undefined : bytes.toString("utf8").replace(/^\uFEFF/, "");
}

function findLines(path: string, text: string, expression: RegExp): Line[] {
  const rows = text.split("\n");
  if (rows.at(-1) === "") rows.pop();
  return rows.flatMap((row, index) =>
    expression.test(row.endsWith("\r") ? row.slice(0, -1) : row)
      ? [{ path, line: index + 1, text: cutLine(row) }]
      : [],
  );
}

function work(job: ThreadJob): void {
  const post = (answer: ThreadAnswer) => parentPort?.postMessage(answer);
  let expression: RegExp;
  try {
    expression = compile(job.pattern);
  } catch (error) {
    post({ error: `${error instanceof Error ? error.message : String(error)}.` });
    return;
  }
  let lines: Line[] = [];
  let found = 0;
  let postedAt = Date.now();
  for (const path of job.paths) {
    const text =
      job.text ?? (job.file === undefined ? readText(join(job.root, path)) : readOpenText(job.file));
    const more = text === undefined ? [] : findLines(path, text, expression);
    found += more.length;
    lines = lines.concat(more);
    // An empty answer says that the thread is alive: only a single file may not take long.
    if (lines.length >= batchLines || Date.now() - postedAt >= batchMs) {
      post({ lines });
      lines = [];
      postedAt = Date.now();
    }
    if (found >= linesLimit) break;
  }
  post({ lines });
}

work(workerData as ThreadJob);
