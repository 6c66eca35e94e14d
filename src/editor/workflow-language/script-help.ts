/** Completion, hover and signature help as the editor wants them. */
import {
  CompletionItem,
  CompletionItemKind,
  Hover,
  MarkdownString,
  ParameterInformation,
  Range,
  SignatureHelp,
  SignatureInformation,
  SnippetString,
  type Position,
  type TextDocument,
} from "vscode";
import { asksForWorkflow, completionsAt, type Completion } from "#core/workflow/language/completion.ts";
import { hoverAt } from "#core/workflow/language/hover.ts";
import type { ValueReference } from "#core/workflow/language/reference.ts";
import { signatureAt } from "#core/workflow/language/signature.ts";

const kinds: Readonly<Record<Completion["kind"], CompletionItemKind>> = {
  function: CompletionItemKind.Function,
  variable: CompletionItemKind.Variable,
  field: CompletionItemKind.Property,
  value: CompletionItemKind.EnumMember,
  snippet: CompletionItemKind.Snippet,
};

/** What can be typed at a position, in the table's order and before what others propose; `names` gives the workflows that there are. */
export async function completionItems(
  document: TextDocument,
  position: Position,
  names: () => Promise<readonly ValueReference[]>,
): Promise<CompletionItem[]> {
  const [text, offset] = [document.getText(), document.offsetAt(position)];
  const workflows = asksForWorkflow(text, offset) ? await names() : [];
  return completionsAt(text, offset, workflows).flatMap((one, index) => {
    const [start, end] = [document.positionAt(one.start), document.positionAt(one.end)];
    // The editor refuses ranges over several lines.
    if (start.line !== end.line) return [];
    const item = new CompletionItem(one.label, kinds[one.kind]);
    item.detail = one.detail;
    item.documentation = new MarkdownString(one.doc);
    item.insertText = one.isSnippet ? new SnippetString(one.insert) : one.insert;
    item.range = { inserting: new Range(start, position), replacing: new Range(start, end) };
    item.sortText = `!${String(index).padStart(3, "0")}`;
    if (one.asksAgain) item.command = { command: "editor.action.triggerSuggest", title: "Suggest" };
    return [item];
  });
}

/** What is told of the word at a position. */
export function hover(document: TextDocument, position: Position): Hover | undefined {
  const found = hoverAt(document.getText(), document.offsetAt(position));
  if (found === undefined) return undefined;
  const text = new MarkdownString()
    .appendCodeblock(found.declaration, "typescript")
    .appendMarkdown(found.doc);
  if (found.example !== undefined) text.appendCodeblock(found.example, "javascript");
  return new Hover(text, new Range(document.positionAt(found.start), document.positionAt(found.end)));
}

/** The signature of the call around a position. */
export function signatureHelp(document: TextDocument, position: Position): SignatureHelp | undefined {
  const found = signatureAt(document.getText(), document.offsetAt(position));
  if (found === undefined) return undefined;
  const signature = new SignatureInformation(found.label, new MarkdownString(found.doc));
  signature.parameters = found.parameters.map(
    ({ label, doc }) => new ParameterInformation(label, new MarkdownString(doc)),
  );
  const help = new SignatureHelp();
  help.signatures = [signature];
  help.activeSignature = 0;
  help.activeParameter = found.active;
  return help;
}
