/** Listing and searching without ripgrep: a walk of the folder, and regular expressions in a thread of their own. */
import { Worker } from "node:worker_threads";
import type { IgnoreRules } from "./ignore-rules.ts";
import { badPattern, type Line, type Scope, type SearchEngine } from "./search-engine.ts";
import { globTest } from "./search-glob.ts";
import type { ThreadAnswer, ThreadJob } from "./search-thread.ts";
import { scriptFile } from "./script-file.ts";

// Beyond this many files a folder is not searched: ripgrep is there for such.
const fileLimit = 100_000;
const patternTimeoutMs = 3_000;

/** The engine that works on every machine, more slowly; patterns are JavaScript regular expressions. */
export function fallbackEngine(rules: IgnoreRules): SearchEngine {
  async function findFiles(
    scope: Scope,
    take: (path: string) => boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const isWanted = globTest(scope.glob);
    for await (const path of rules.walk(scope.root, scope)) {
      signal.throwIfAborted();
      if (isWanted(path) && !take(path)) return;
    }
  }
  return {
    list: findFiles,
    async search(scope, pattern, take, signal) {
      const paths: string[] = [];
      await findFiles(scope, (path) => paths.push(path) < fileLimit, signal);
      await runThread({ root: scope.folder, paths, pattern }, take, signal);
    },
    searchText: (path, text, pattern, take, signal) =>
      runThread({ root: "", paths: [path], text, pattern }, take, signal),
    searchFile: (file, path, pattern, take, signal) =>
      runThread({ root: "", paths: [path], file, pattern }, take, signal),
  };
}

function runThread(job: ThreadJob, take: (line: Line) => boolean, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const thread = new Worker(scriptFile("search-thread", import.meta.url), { workerData: job });
    const end = (settle: () => void) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      void thread.terminate();
      settle();
    };
    const abort = () => end(() => reject(signal.reason as Error));
    const expire = () => end(() => reject(badPattern("matching takes too long.")));
    let timer = setTimeout(expire, patternTimeoutMs);
    signal.addEventListener("abort", abort);
    thread.on("error", (error) => end(() => reject(error)));
    thread.on("exit", () => end(resolve));
    thread.on("message", (answer: ThreadAnswer) => {
      clearTimeout(timer);
      timer = setTimeout(expire, patternTimeoutMs);
      if (answer.error !== undefined) end(() => reject(badPattern(answer.error ?? "")));
      else if (!(answer.lines ?? []).every((line) => take(line))) end(resolve);
    });
  });
}
