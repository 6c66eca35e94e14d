/** The `CodeIntel` port over the editor's diagnostics. */
import { DiagnosticSeverity, languages, Uri, workspace, type Disposable } from "vscode";
import { extname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { CodeIntel, Diagnostic } from "#core/ports.ts";
import { unreadableFile } from "#node/file-errors.ts";
import { createTypescriptCheck, type TypescriptCheck } from "./typescript-check.ts";

/** Without news of a file for this long, its diagnostics count as settled. */
const quietMs = 250;
/** The longest wait for a language whose server has reported before, and for one that never did. */
const longestMs = 3_000;
const unknownMs = 500;
/** The editor gathers reports for this long before it tells of them, so what comes sooner after a change is about before it. */
const gatherMs = 50;
const stepMs = 20;
const rememberedFiles = 2_000;
const scripts = /\.[cm]?[jt]sx?$/;

const severities = {
  [DiagnosticSeverity.Error]: "error",
  [DiagnosticSeverity.Warning]: "warning",
  [DiagnosticSeverity.Information]: "information",
  [DiagnosticSeverity.Hint]: "hint",
} as const;

/** Makes the port; it listens from now on, so that it knows which languages report. */
export function createCodeIntel(): CodeIntel & Disposable {
  const reports = new Reports();
  const typescript = createTypescriptCheck(fromEditor);
  const settle = async (paths: readonly string[], since: number, signal: AbortSignal): Promise<boolean> => {
    const settled = paths.map((path) => settleFile(path, since, { reports, typescript, signal }));
    return (await Promise.all(settled)).every(Boolean);
  };
  return {
    isAvailable: true,
    diagnostics: (path) => [...fromEditor(path), ...typescript.diagnostics(path)],
    async check(path, signal) {
      signal.throwIfAborted();
      const startedAt = Date.now();
      const isNews = !workspace.textDocuments.some(({ uri }) => uri.fsPath === path);
      await openInBackground(path, signal);
      // What was open before and has not just changed is settled already.
      const since = isNews ? startedAt : reports.changedAt(path);
      return settle([path], since, signal);
    },
    watch(paths) {
      const startedAt = Date.now();
      return async (signal) => {
        const isSettled = await settle(paths, startedAt, signal);
        await typescript.refresh(paths, signal);
        return isSettled;
      };
    },
    dispose() {
      reports.dispose();
      typescript.dispose();
    },
  };
}

async function openInBackground(path: string, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const abort = () => resolve(undefined);
  signal.addEventListener("abort", abort, { once: true });
  try {
    await Promise.race([workspace.openTextDocument(Uri.file(path)), promise]);
  } catch (error) {
    throw unreadableFile(path, "the editor can not open it", error);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

interface Settling {
  readonly reports: Reports;
  readonly typescript: TypescriptCheck;
  readonly signal: AbortSignal;
}

async function settleFile(
  path: string,
  since: number,
  { reports, typescript, signal }: Settling,
): Promise<boolean> {
  signal.throwIfAborted();
  const isShown = await typescript.ask(path, signal);
  const isSettled = isShown ?? (() => reports.isSettled(path, since));
  const lastAt = Date.now() + longestMs;
  while (!isSettled()) {
    if (Date.now() >= lastAt) return false;
    await sleep(stepMs, undefined, { signal });
  }
  // The editor has a server for these, which may not have started: that nothing is reported then says nothing.
  return isShown !== undefined || reports.isKnown(path) || !scripts.test(path);
}

/** When files changed and when something was reported about them. */
class Reports {
  readonly #reported = new Map<string, number>();
  readonly #changed = new Map<string, number>();
  /** By extension: the slowest report after a change, in milliseconds; 0 where none followed a change yet. */
  readonly #delays = new Map<string, number>();
  readonly #watchers: readonly Disposable[];

  constructor() {
    for (const [uri] of languages.getDiagnostics()) this.#delays.set(extname(uri.fsPath), 0);
    this.#watchers = [
      languages.onDidChangeDiagnostics(({ uris }) => {
        for (const uri of uris) this.#report(uri.fsPath);
      }),
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && document.uri.scheme === "file")
          remember(this.#changed, document.uri.fsPath);
      }),
    ];
  }

  /** Whether a file was reported on since a time and its last change and then no more, or will not be. */
  isSettled(path: string, since: number): boolean {
    const changedAt = Math.max(since, this.changedAt(path));
    const reportedAt = this.#reported.get(path) ?? 0;
    const isNews = reportedAt - changedAt >= gatherMs;
    const isQuiet = isNews && Date.now() - reportedAt >= quietMs;
    return isQuiet || Date.now() - changedAt >= this.#limit(path);
  }

  /** Whether anything was ever reported about files of this kind. */
  isKnown(path: string): boolean {
    return this.#delays.has(extname(path));
  }

  /** The last change of a file's text, epoch ms; 0 for none. */
  changedAt(path: string): number {
    return this.#changed.get(path) ?? 0;
  }

  // As long as the language's server was seen to need: no news comes where an edit changed no diagnostics.
  #limit(path: string): number {
    const delay = this.#delays.get(extname(path));
    if (delay === undefined) return unknownMs;
    return delay === 0 ? longestMs : Math.min(Math.max(2 * delay + quietMs, 1_000), longestMs);
  }

  dispose(): void {
    for (const watcher of this.#watchers) watcher.dispose();
  }

  #report(path: string): void {
    const extension = extname(path);
    const [reportedAt, changedAt] = [this.#reported.get(path) ?? 0, this.changedAt(path)];
    const delay = Date.now() - changedAt;
    const isFirstAfterChange = changedAt > reportedAt && delay < longestMs;
    this.#delays.set(extension, Math.max(this.#delays.get(extension) ?? 0, isFirstAfterChange ? delay : 0));
    remember(this.#reported, path);
  }
}

function remember(times: Map<string, number>, path: string): void {
  const [oldest] = times.keys();
  if (times.size >= rememberedFiles && oldest !== undefined) times.delete(oldest);
  times.delete(path);
  times.set(path, Date.now());
}

function fromEditor(path?: string): Diagnostic[] {
  const all =
    path === undefined
      ? languages.getDiagnostics()
      : ([[Uri.file(path), languages.getDiagnostics(Uri.file(path))]] as const);
  return all.flatMap(([uri, found]) =>
    uri.scheme !== "file"
      ? []
      : found.map(({ range, severity, message, source, code }) => {
          const name = typeof code === "object" ? code.value : code;
          return {
            path: uri.fsPath,
            line: range.start.line + 1,
            column: range.start.character + 1,
            severity: severities[severity],
            message,
            ...(source !== undefined && { source }),
            ...(name !== undefined && { code: String(name) }),
          };
        }),
  );
}
