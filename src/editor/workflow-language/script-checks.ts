/** Shows what can be said of open workflow files before they run, while they are typed. */
import { setTimeout } from "node:timers/promises";
import {
  Diagnostic,
  DiagnosticSeverity,
  DiagnosticTag,
  languages,
  Range,
  type Disposable,
  type TextDocument,
} from "vscode";
import type { ScriptDiagnostic } from "#core/workflow/script/diagnostic.ts";
import { parseScript } from "#core/workflow/script/parse.ts";

const source = "BooCode";
// After a change so long nothing else must change; for scripts that take long to read, a multiple of that.
const quietMs = 80;
const longestQuietMs = 1_000;
const readingShare = 5;

interface Reading {
  readonly version: number;
  readonly tookMs: number;
  readonly findings: readonly ScriptDiagnostic[];
}

const readings = new WeakMap<TextDocument, Reading>();

/** The findings for a document's text as it is now; read once for each version. */
export function findingsIn(document: TextDocument): readonly ScriptDiagnostic[] {
  const known = readings.get(document);
  if (known?.version === document.version) return known.findings;
  const startedAt = performance.now();
  const { diagnostics: findings } = parseScript(document.getText());
  const tookMs = performance.now() - startedAt;
  readings.set(document, { version: document.version, tookMs, findings });
  return findings;
}

/** A finding as the editor shows it. */
export function showFinding(document: TextDocument, finding: ScriptDiagnostic): Diagnostic {
  const { start, end, message, severity, code } = finding;
  const range = new Range(document.positionAt(start), document.positionAt(end));
  const isError = severity === "error";
  const shown = new Diagnostic(
    range,
    message,
    isError ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
  );
  shown.source = source;
  shown.code = code;
  if (code === "unreachable") shown.tags = [DiagnosticTag.Unnecessary];
  return shown;
}

/** Keeps the findings of open documents up to date. */
export class ScriptChecks implements Disposable {
  readonly #shown = languages.createDiagnosticCollection("boocode-workflows");
  // One for each open document whose last change is not looked at yet.
  readonly #waiting = new Map<string, AbortController>();

  /** Looks at a document when it is quiet; what waited for it before is superseded. */
  check(document: TextDocument): void {
    const key = document.uri.toString();
    this.#waiting.get(key)?.abort();
    if (document.isClosed) return;
    const waiting = new AbortController();
    this.#waiting.set(key, waiting);
    void this.#look(document, waiting);
  }

  /** Takes the findings of a closed document away. */
  forget({ uri }: TextDocument): void {
    this.#waiting.get(uri.toString())?.abort();
    this.#waiting.delete(uri.toString());
    this.#shown.delete(uri);
  }

  dispose(): void {
    for (const waiting of this.#waiting.values()) waiting.abort();
    this.#shown.dispose();
  }

  async #look(document: TextDocument, waiting: AbortController): Promise<void> {
    const { tookMs } = readings.get(document) ?? {};
    const pauseMs =
      tookMs === undefined ? 0 : Math.min(Math.max(quietMs, readingShare * tookMs), longestQuietMs);
    const isQuiet = await setTimeout(pauseMs, true, { signal: waiting.signal }).catch(() => false);
    if (!isQuiet) return;
    const key = document.uri.toString();
    if (this.#waiting.get(key) === waiting) this.#waiting.delete(key);
    this.#shown.set(
      document.uri,
      findingsIn(document).map((finding) => showFinding(document, finding)),
    );
  }
}
