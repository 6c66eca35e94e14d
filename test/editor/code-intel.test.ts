import assert from "node:assert/strict";
import { languages, Range, Diagnostic as Reported, Uri, window } from "vscode";
import type { CodeIntel, Diagnostic } from "#core/ports.ts";
import { createCodeIntel } from "#editor/code-intel.ts";
import { createDiffTexts } from "#editor/diff-texts.ts";
import { createDocuments } from "#editor/documents.ts";
import { closeTabs, never, openInTab, Scratch } from "./workspace-files.ts";

const wrong = "export const port: number = 'eighty';\n";
const right = "export const port: number = 80;\n";

describe("diagnostics", function () {
  // The language server starts with the first question.
  this.timeout(90_000);
  const scratch = new Scratch();
  const codeIntel = createCodeIntel();
  const diffTexts = createDiffTexts();
  const editor = createDocuments(diffTexts);
  before(async () => {
    await scratch.make();
    await scratch.put(
      "tsconfig.json",
      JSON.stringify({ compilerOptions: { strict: true }, include: ["*.ts"] }),
    );
  });
  afterEach(closeTabs);
  after(async () => {
    await scratch.remove();
    codeIntel.dispose();
    diffTexts.dispose();
  });

  const brief = (found: readonly Diagnostic[]) =>
    found.map(({ line, column, severity, source, code }) => ({ line, column, severity, source, code }));
  const typeError = { line: 1, column: 14, severity: "error", source: "ts", code: "2322" };

  it("finds the type error of a file that nobody has open", async () => {
    const path = await scratch.put("closed.ts", wrong);
    await codeIntel.check(path, never);
    assert.deepEqual(brief(codeIntel.diagnostics(path)), [typeError]);
    assert.equal(window.tabGroups.all.flatMap(({ tabs }) => tabs).length, 0);
  });

  it("follows edits of a file without a tab, both ways", async () => {
    const path = await scratch.put("edited.ts", right);
    await codeIntel.check(path, never);
    assert.deepEqual(codeIntel.diagnostics(path), []);
    await write(codeIntel, path, wrong, right);
    assert.deepEqual(brief(codeIntel.diagnostics(path)), [typeError]);
    assert.ok(codeIntel.diagnostics().some((found) => found.path === path));
    await write(codeIntel, path, right, wrong);
    assert.deepEqual(codeIntel.diagnostics(path), []);
  });

  it("follows edits of a file in a tab, also where they change nothing", async () => {
    const path = await scratch.put("shown.ts", wrong);
    await openInTab(path);
    await codeIntel.check(path, never);
    assert.deepEqual(brief(codeIntel.diagnostics(path)), [typeError]);
    await write(codeIntel, path, right, wrong);
    assert.deepEqual(codeIntel.diagnostics(path), []);
    await write(codeIntel, path, right.replace("80", "8080"), right);
    assert.deepEqual(codeIntel.diagnostics(path), []);
  });

  it("sees what an edit breaks in another file that was looked at", async () => {
    const library = await scratch.put("library.ts", "export const size = (text: string) => text.length;\n");
    const user = await scratch.put("user.ts", 'import { size } from "./library";\nsize("four");\n');
    await codeIntel.check(user, never);
    assert.deepEqual(codeIntel.diagnostics(user), []);
    await write(
      codeIntel,
      library,
      "export const size = (list: number[]) => list.length;\n",
      "export const size = (text: string) => text.length;\n",
    );
    assert.deepEqual(brief(codeIntel.diagnostics(user)), [
      { line: 2, column: 6, severity: "error", source: "ts", code: "2345" },
    ]);
  });

  it("does not wait long for a language that never reports", async () => {
    const path = await scratch.put("notes.unknown", "one\n");
    await codeIntel.check(path, never);
    await write(codeIntel, path, "two\n", "one\n");
  });

  it("waits for the news of a slow language, and for the quiet after it", async () => {
    const path = await scratch.put("slow.lint", "one\n");
    const slow = languages.createDiagnosticCollection("slow");
    const report = (message: string) =>
      slow.set(Uri.file(path), [new Reported(new Range(0, 0, 0, 3), message)]);
    report("before");
    const settle = codeIntel.watch([path]);
    await editor.write(path, "two\n", "one\n", never);
    setTimeout(() => report("first"), 700);
    setTimeout(() => report("second"), 800);
    await settle(never);
    assert.deepEqual(
      codeIntel.diagnostics(path).map(({ message }) => message),
      ["second"],
    );
    slow.dispose();
  });

  it("ends at once when aborted", async () => {
    const path = await scratch.put("stopped.lint", "one\n");
    const slow = languages.createDiagnosticCollection("slow");
    slow.set(Uri.file(scratch.at("other.lint")), []);
    const settle = codeIntel.watch([path]);
    await editor.write(path, "two\n", "one\n", never);
    const stop = new AbortController();
    const settled = settle(stop.signal);
    stop.abort();
    await assert.rejects(settled, { name: "AbortError" });
    slow.dispose();
  });

  async function write(intel: CodeIntel, path: string, text: string, base: string): Promise<void> {
    const settle = intel.watch([path]);
    await editor.write(path, text, base, never);
    await settle(never);
  }
});
