/** Quick fixes for what the checks find: those whose result is sure to be meant. */
import { CodeAction, CodeActionKind, Range, WorkspaceEdit, type TextDocument } from "vscode";
import { findingsIn, showFinding } from "./script-checks.ts";

/** The fixes of the findings that touch a range. */
export function scriptFixes(document: TextDocument, range: Range): CodeAction[] {
  return findingsIn(document).flatMap((finding) => {
    const shown = showFinding(document, finding);
    if (shown.range.intersection(range) === undefined) return [];
    return finding.fixes.map(({ title, edits }) => {
      const action = new CodeAction(title, CodeActionKind.QuickFix);
      action.diagnostics = [shown];
      action.isPreferred = finding.fixes.length === 1;
      action.edit = new WorkspaceEdit();
      for (const { start, end, text } of edits) {
        const replaced = new Range(document.positionAt(start), document.positionAt(end));
        action.edit.replace(document.uri, replaced, text);
      }
      return action;
    });
  });
}
