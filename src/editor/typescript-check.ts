/**
 * Asks the editor's TypeScript server about files that have no tab: it only reports on its own about those that have one.
 * The editor's TypeScript extension carries such requests by its command "typescript.tsserverRequest" (there since VS Code 1.88);
 * where it does not, nothing is known here and the editor's own diagnostics are all there is.
 */
import {
  commands,
  TabInputText,
  TabInputTextDiff,
  Uri,
  window,
  workspace,
  type Disposable,
  type TextDocument,
} from "vscode";
import type { Diagnostic } from "#core/ports.ts";

const command = "typescript.tsserverRequest";
const languageIds: ReadonlySet<string> = new Set([
  "typescript",
  "typescriptreact",
  "javascript",
  "javascriptreact",
]);
// The server loads the project before its first answer.
const firstAnswerMs = 45_000;
const answerMs = 10_000;
// What was found is kept for so many files; after an edit so many of the last ones are asked about again.
const fileLimit = 200;
const refreshLimit = 12;
// As the editor shows them: matters of style, not errors (unused names, unreachable code, missing returns).
const styleCodes: ReadonlySet<number> = new Set([
  6133, 6138, 6192, 6196, 6198, 6199, 6205, 7027, 7028, 7029, 7030,
]);

/** What the server said of the files without a tab that were last asked about. */
export interface TypescriptCheck extends Disposable {
  diagnostics(path?: string): readonly Diagnostic[];
  /** Asks about a file; resolves to a test of whether the answer can be seen by now, undefined where the server has none. */
  ask(path: string, signal: AbortSignal): Promise<(() => boolean) | undefined>;
  /** Asks again about other files that were looked at, which an edit of these may have broken or mended. */
  refresh(edited: readonly string[], signal: AbortSignal): Promise<void>;
}

interface ServerDiagnostic {
  readonly start: { readonly line: number; readonly offset: number };
  readonly text: string;
  readonly code?: number;
  readonly category: string;
}

/** Makes it; `fromEditor` gives the editor's own diagnostics of a file. */
export function createTypescriptCheck(fromEditor: (path: string) => readonly Diagnostic[]): TypescriptCheck {
  const known = new Map<string, readonly Diagnostic[]>();
  let hasAnswered = false;

  const ask = async (
    document: TextDocument,
    signal: AbortSignal,
  ): Promise<readonly Diagnostic[] | "late" | undefined> => {
    const late = AbortSignal.timeout(hasAnswered ? answerMs : firstAnswerMs);
    const found = await askServer(document.uri, AbortSignal.any([signal, late]));
    signal.throwIfAborted();
    hasAnswered ||= found !== undefined;
    return found ?? (late.aborted ? "late" : undefined);
  };
  // What has a tab is reported by the editor itself.
  const tabs = window.tabGroups.onDidChangeTabs(({ opened }) => {
    for (const { input } of opened) if (input instanceof TabInputText) known.delete(input.uri.fsPath);
  });
  const keep = (path: string, found: readonly Diagnostic[]) => {
    const [oldest] = known.keys();
    known.delete(path);
    if (known.size >= fileLimit && oldest !== undefined) known.delete(oldest);
    known.set(path, found);
  };
  return {
    diagnostics(path) {
      const asked = path === undefined ? [...known] : [[path, known.get(path) ?? []] as const];
      return asked.flatMap(([file, found]) => (fromEditor(file).some(isServers) ? [] : found));
    },
    async ask(path, signal) {
      const document = documentOf(path);
      const found = document === undefined ? undefined : await ask(document, signal);
      if (found === undefined) return undefined;
      if (found === "late") return () => false;
      if (hasTab(path)) return () => isSame(found, fromEditor(path));
      keep(path, found);
      return () => true;
    },
    async refresh(edited, signal) {
      const others = [...known.keys()].filter((path) => !edited.includes(path)).slice(-refreshLimit);
      for (const path of others) {
        const document = await workspace.openTextDocument(Uri.file(path)).then(undefined, () => undefined);
        if (document === undefined || hasTab(path)) known.delete(path);
        const found = known.has(path) && document !== undefined ? await ask(document, signal) : undefined;
        if (typeof found === "object") known.set(path, found);
      }
    },
    dispose: () => tabs.dispose(),
  };
}

function documentOf(path: string): TextDocument | undefined {
  const { fsPath } = Uri.file(path);
  return workspace.textDocuments.find(
    ({ uri, languageId }) => uri.scheme === "file" && uri.fsPath === fsPath && languageIds.has(languageId),
  );
}

function hasTab(path: string): boolean {
  const { fsPath } = Uri.file(path);
  const uris = window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap(({ input }) => {
      if (input instanceof TabInputText) return [input.uri];
      return input instanceof TabInputTextDiff ? [input.original, input.modified] : [];
    }),
  );
  return uris.some((uri) => uri.scheme === "file" && uri.fsPath === fsPath);
}

async function askServer(uri: Uri, signal: AbortSignal): Promise<readonly Diagnostic[] | undefined> {
  const found: Diagnostic[] = [];
  for (const request of ["syntacticDiagnosticsSync", "semanticDiagnosticsSync"]) {
    const body = await executeRequest(request, uri, signal);
    if (body === undefined) return undefined;
    found.push(
      ...body.filter(({ category }) => category !== "suggestion").map((entry) => toDiagnostic(uri, entry)),
    );
  }
  return found;
}

async function executeRequest(
  request: string,
  file: Uri,
  signal: AbortSignal,
): Promise<readonly ServerDiagnostic[] | undefined> {
  if (signal.aborted) return undefined;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const abort = () => resolve(undefined);
  signal.addEventListener("abort", abort, { once: true });
  try {
    const answer = commands.executeCommand<{ readonly body?: unknown } | undefined>(command, request, {
      file,
    });
    const first = await Promise.race([answer, promise]);
    return Array.isArray(first?.body) ? (first.body as readonly ServerDiagnostic[]) : undefined;
  } catch {
    // The command is not there, or the server has ended: the editor's own diagnostics are used.
    return undefined;
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

function toDiagnostic(uri: Uri, { start, text, code, category }: ServerDiagnostic): Diagnostic {
  const isStyle = code !== undefined && styleCodes.has(code);
  return {
    path: uri.fsPath,
    line: start.line,
    column: start.offset,
    severity: category === "warning" || isStyle ? "warning" : "error",
    message: text,
    source: "ts",
    ...(code !== undefined && { code: String(code) }),
  };
}

function isSame(asked: readonly Diagnostic[], shown: readonly Diagnostic[]): boolean {
  const keys = (all: readonly Diagnostic[]) =>
    all
      .map(({ line, code }) => `${line}:${code}`)
      .sort()
      .join();
  return keys(asked) === keys(shown.filter(isServers));
}

function isServers({ source, severity }: Diagnostic): boolean {
  return source === "ts" && severity !== "hint";
}
