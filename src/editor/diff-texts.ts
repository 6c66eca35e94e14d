/** Texts that native diffs and editors show: read-only documents of a scheme of their own. */
import { commands, Uri, workspace, type Disposable } from "vscode";

const scheme = "boocode-text";
// A diff that stays open longer than this many others shows nothing on its old side.
const textLimit = 40;

/** Shows diffs of texts; one for a window. */
export interface DiffTexts extends Disposable {
  /** Without `after`: against what is in the file now. */
  show(path: string, before: string, after: string | undefined, title: string): Promise<void>;
  /** Shows one text, in a tab of a name. */
  showOne(name: string, text: string): Promise<void>;
}

/** Registers the scheme. */
export function createDiffTexts(): DiffTexts {
  const texts = new Map<string, string>();
  let count = 0;
  const provider = workspace.registerTextDocumentContentProvider(scheme, {
    provideTextDocumentContent: (uri) => texts.get(uri.query) ?? "",
  });
  const keep = (path: string, text: string): Uri => {
    const query = String((count += 1));
    const [oldest] = texts.keys();
    if (texts.size >= textLimit && oldest !== undefined) texts.delete(oldest);
    texts.set(query, text);
    // The file's own name at the end makes the editor colour it as such.
    return Uri.file(path).with({ scheme, query });
  };
  return {
    async show(path, before, after, title) {
      const right = after === undefined ? Uri.file(path) : keep(path, after);
      await commands.executeCommand("vscode.diff", keep(path, before), right, title, { preview: true });
    },
    async showOne(name, text) {
      const uri = keep(`/${name.replaceAll(/[/\\\s]+/g, " ").trim() || "text"}`, text);
      await commands.executeCommand("vscode.open", uri, { preview: true });
    },
    dispose: () => provider.dispose(),
  };
}
