/** Diagnostics as the model reads them. */
import type { Diagnostic, WorkspaceFolder } from "../ports.ts";
import { oneLine, plural } from "./cut.ts";
import { relativePath } from "./paths.ts";

const rank = { error: 0, warning: 1, information: 2, hint: 3 } as const;

/** Errors first, then by path and position. */
export function worstFirst(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  return diagnostics.toSorted(
    (a, b) =>
      rank[a.severity] - rank[b.severity] ||
      compareText(a.path, b.path) ||
      a.line - b.line ||
      a.column - b.column ||
      compareText(a.message, b.message),
  );
}

/** One diagnostic: "src/a.ts:12:5 error TS2322 Type …". */
export function diagnosticLine(folders: readonly WorkspaceFolder[], diagnostic: Diagnostic): string {
  const { path, line, column, severity, message } = diagnostic;
  const parts = [
    `${relativePath(folders, path) ?? path}:${line}:${column}`,
    severity,
    codeOf(diagnostic),
    oneLine(message, 300),
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** "2 errors, 1 warning", or "no problems". */
export function countText(diagnostics: readonly Diagnostic[]): string {
  const counts = (["error", "warning", "information", "hint"] as const)
    .map((severity) => ({
      severity,
      count: diagnostics.filter((entry) => entry.severity === severity).length,
    }))
    .filter((entry) => entry.count > 0)
    .map(({ severity, count }) =>
      severity === "information" ? `${count} information` : plural(count, severity),
    );
  return counts.length === 0 ? "no problems" : counts.join(", ");
}

/** The errors and warnings that came and went between two looks; a problem that only moved is neither. */
export function compareDiagnostics(
  before: readonly Diagnostic[],
  after: readonly Diagnostic[],
): { readonly added: readonly Diagnostic[]; readonly fixed: readonly Diagnostic[] } {
  return { added: beyond(after, before), fixed: beyond(before, after) };
}

function beyond(some: readonly Diagnostic[], others: readonly Diagnostic[]): readonly Diagnostic[] {
  const known = groupByKey(others);
  return [...groupByKey(some)].flatMap(([key, group]) => {
    const same = known.get(key) ?? [];
    const lines = new Set(same.map((entry) => entry.line));
    // Of several equal ones, those on a line of their own are the likelier news.
    const likely = group.toSorted((a, b) => Number(lines.has(a.line)) - Number(lines.has(b.line)));
    return likely.slice(0, Math.max(0, group.length - same.length));
  });
}

function groupByKey(diagnostics: readonly Diagnostic[]): ReadonlyMap<string, Diagnostic[]> {
  const groups = new Map<string, Diagnostic[]>();
  for (const entry of diagnostics) {
    if (rank[entry.severity] > rank.warning) continue;
    const key = [entry.path, entry.severity, entry.source, entry.code, entry.message].join("\n");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [entry]);
    else group.push(entry);
  }
  return groups;
}

function codeOf({ source, code }: Diagnostic): string {
  if (code === undefined) return source ?? "";
  if (/^\d+$/.test(code) && (source === "ts" || source === "js")) return `TS${code}`;
  return source === undefined ? code : `${source}(${code})`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
