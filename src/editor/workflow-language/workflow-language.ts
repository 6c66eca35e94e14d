/** Help in workflow files. Activation only registers it; it is loaded with the first such file. */
import {
  CodeActionKind,
  commands,
  languages,
  workspace,
  type Disposable,
  type DocumentFilter,
  type TextDocument,
  type Uri,
} from "vscode";
import type { ScriptChecks } from "./script-checks.ts";

/** The scripts of the project, of the user and of other engines. */
const workflowFiles: DocumentFilter = {
  scheme: "file",
  pattern: "**/{.boocode,.claude}/workflows/*.js",
};

/** Registers diagnostics, quick fixes, completion, hover, signature help and `BooCode: New Workflow`; `extension` is where BooCode is. */
export function registerWorkflowLanguage(extension: Uri): readonly Disposable[] {
  const help = () => import("./script-help.ts");
  const names = async () => (await import("./workflow-names.ts")).workflowNames(extension);
  return [
    ...followDocuments(),
    languages.registerCodeActionsProvider(
      workflowFiles,
      {
        provideCodeActions: async (document, range) =>
          (await import("./script-fixes.ts")).scriptFixes(document, range),
      },
      { providedCodeActionKinds: [CodeActionKind.QuickFix] },
    ),
    languages.registerCompletionItemProvider(
      workflowFiles,
      { provideCompletionItems: async (document, at) => (await help()).completionItems(document, at, names) },
      ...['"', "'", "."],
    ),
    languages.registerHoverProvider(workflowFiles, {
      provideHover: async (document, at) => (await help()).hover(document, at),
    }),
    languages.registerSignatureHelpProvider(
      workflowFiles,
      { provideSignatureHelp: async (document, at) => (await help()).signatureHelp(document, at) },
      ...["(", ","],
    ),
    commands.registerCommand("boocode.newWorkflow", async (name?: unknown) =>
      (await import("./new-workflow.ts")).newWorkflow(name),
    ),
  ];
}

function followDocuments(): readonly Disposable[] {
  let loading: Promise<ScriptChecks> | undefined;
  const isWorkflow = (document: TextDocument) => languages.match(workflowFiles, document) > 0;
  const check = async (document: TextDocument) => {
    if (!isWorkflow(document)) return;
    loading ??= import("./script-checks.ts").then(({ ScriptChecks }) => new ScriptChecks());
    (await loading).check(document);
  };
  const forget = async (document: TextDocument) => (await loading)?.forget(document);
  for (const document of workspace.textDocuments) void check(document);
  return [
    workspace.onDidOpenTextDocument(check),
    workspace.onDidChangeTextDocument(({ document }) => check(document)),
    workspace.onDidCloseTextDocument(forget),
    { dispose: () => void loading?.then((checks) => checks.dispose()) },
  ];
}
