/** Listing and searching by ripgrep, one process a search, killed as soon as enough is known. */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { BooError } from "#core/errors.ts";
import {
  badPattern,
  cutLine,
  type Line,
  type Pattern,
  type Scope,
  type SearchEngine,
} from "./search-engine.ts";

// A preview of a long line is cut by ripgrep itself, in bytes, so that a minified file never arrives whole.
const columnLimit = 2_000;
const recordLimit = 64 * 1024;
const complaintLimit = 4_000;

/** Finds ripgrep: the editor's own below its application root, else one on the PATH. */
export function findRipgrep(
  appRoot: string | undefined,
  path = process.env["PATH"] ?? "",
): string | undefined {
  const name = process.platform === "win32" ? "rg.exe" : "rg";
  const platform = `${process.platform}-${process.arch}`;
  const own = ["node_modules", "node_modules.asar.unpacked"].flatMap((folder) => [
    join("/", folder, "@vscode/ripgrep-universal/bin", platform, name),
    join("/", folder, "@vscode/ripgrep/bin", name),
  ]);
  const candidates = [
    ...(appRoot === undefined ? [] : own.map((file) => join(appRoot, file))),
    ...path.split(delimiter).flatMap((folder) => (folder === "" ? [] : [join(folder, name)])),
  ];
  return candidates.find((file) => existsSync(file));
}

/** A search engine that runs the ripgrep at `binary`; a process that can not be started rejects with code "no-ripgrep". */
export function ripgrepEngine(binary: string): SearchEngine {
  const start = (job: Omit<Job, "binary">) => runRipgrep({ ...job, binary });
  return {
    list: (scope, take, signal) =>
      start({
        arguments: ["--files", "--null", ...scopeArguments(scope), "--", "./"],
        folder: scope.folder,
        separator: "\0",
        take: (record) => take(withoutDot(record)),
        signal,
      }),
    search: (scope, pattern, take, signal) =>
      start({
        arguments: [
          "--with-filename",
          "--null",
          ...scopeArguments(scope),
          ...patternArguments(pattern),
          "--",
          "./",
        ],
        folder: scope.folder,
        separator: "\n",
        take: (record) => {
          const end = record.indexOf("\0");
          const line =
            end < 0 ? undefined : parseLine(withoutDot(record.slice(0, end)), record.slice(end + 1));
          return line === undefined || take(line);
        },
        signal,
      }),
    searchText: (path, text, pattern, take, signal) =>
      start({ ...inputJob(path, pattern, take, ["--text"]), input: text, signal }),
    searchFile: (file, path, pattern, take, signal) =>
      start({ ...inputJob(path, pattern, take, []), input: file, signal }),
  };
}

/** A search in what comes by the standard input. */
function inputJob(
  path: string,
  pattern: Pattern,
  take: (line: Line) => boolean,
  more: readonly string[],
): Pick<Job, "arguments" | "separator" | "take"> {
  return {
    arguments: ["--no-config", "--no-filename", ...more, ...patternArguments(pattern), "--", "-"],
    separator: "\n",
    take: (record) => {
      const line = parseLine(path, record);
      return line === undefined || take(line);
    },
  };
}

// What the ignore rules are must not depend on this user's own git or ripgrep settings.
function scopeArguments(scope: Scope): string[] {
  return [
    "--no-config",
    "--no-messages",
    "--hidden",
    "--no-require-git",
    "--no-ignore-global",
    "--no-ignore-dot",
    ...(scope.withIgnored ? ["--no-ignore"] : []),
    ...["--sort", "path"],
    ...(scope.glob === undefined ? [] : [`--glob=${scope.glob}`]),
    ...(scope.withGit ? [] : ["--glob=!.git"]),
    ...scope.leftOut.map((path) => `--glob=!/${path.replaceAll(/[\\[\]{}*?!]/g, "\\$&")}`),
  ];
}

function patternArguments(pattern: Pattern): string[] {
  return [
    ...["--line-number", "--no-heading", "--color=never", "--crlf", "--engine=auto"],
    ...[`--max-columns=${columnLimit}`, "--max-columns-preview"],
    ...(pattern.ignoreCase ? ["--ignore-case"] : []),
    `--regexp=${pattern.source}`,
  ];
}

function withoutDot(path: string): string {
  const relative = /^\.[/\\]/.test(path) ? path.slice(2) : path;
  return process.platform === "win32" ? relative.replaceAll("\\", "/") : relative;
}

function parseLine(path: string, record: string): Line | undefined {
  const colon = record.indexOf(":");
  const line = Number(record.slice(0, colon));
  return colon > 0 && Number.isInteger(line)
    ? { path, line, text: cutLine(record.slice(colon + 1)) }
    : undefined;
}

interface Job {
  readonly binary: string;
  readonly arguments: readonly string[];
  readonly folder?: string;
  /** A text, or an open file. */
  readonly input?: string | number;
  readonly separator: string;
  readonly take: (record: string) => boolean;
  readonly signal: AbortSignal;
}

function runRipgrep(job: Job): Promise<void> {
  const { signal } = job;
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const child = spawn(job.binary, job.arguments, {
      cwd: job.folder,
      stdio: [typeof job.input === "string" ? "pipe" : (job.input ?? "ignore"), "pipe", "pipe"],
      windowsHide: true,
    });
    let complaint = "";
    const end = (settle: () => void) => {
      signal.removeEventListener("abort", abort);
      child.stdout?.destroy();
      child.kill("SIGKILL");
      settle();
    };
    const abort = () => end(() => reject(signal.reason as Error));
    signal.addEventListener("abort", abort);
    child.on("error", (cause) =>
      end(() => reject(new BooError("no-ripgrep", "ripgrep could not be started.", { cause }))),
    );
    child.on("close", (code) =>
      end(() => (code === 2 && complaint !== "" ? reject(failure(complaint)) : resolve())),
    );
    // A process that stops reading early breaks the pipe; its exit tells all that matters.
    child.stdin?.on("error", () => {});
    if (typeof job.input === "string") child.stdin?.end(job.input);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      if (complaint.length < complaintLimit) complaint += text;
    });
    const read = recordReader(job.separator, job.take);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      if (!signal.aborted && !read(text)) end(resolve);
    });
  });
}

// Splits a stream into records; what is longer than the limit loses its end, so memory stays bounded.
function recordReader(separator: string, take: (record: string) => boolean): (text: string) => boolean {
  let rest = "";
  let isDone = false;
  return (text) => {
    if (isDone) return false;
    const records = text.split(separator);
    records[0] = rest + records[0];
    rest = (records.pop() ?? "").slice(0, recordLimit);
    isDone = !records.every((record) => take(record));
    return !isDone;
  };
}

function failure(complaint: string): BooError {
  const text = complaint.replaceAll(/^rg: /gm, "");
  if (text.includes("--multiline"))
    return badPattern("a match lies within one line, so it can not hold a line end.");
  const lines = text
    .split("\n")
    .filter((line) => /error|glob|PCRE2:/i.test(line) && !/^[\w ]+(parse|engine) error:?$/.test(line));
  return badPattern(`${lines.at(-1) ?? text.split("\n")[0] ?? ""}.`);
}
