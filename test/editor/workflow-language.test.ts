import assert from "node:assert/strict";
import { mkdir, readFile, rm } from "node:fs/promises";
import { dirname } from "node:path";
import {
  commands,
  extensions,
  languages,
  Uri,
  window,
  workspace,
  type CodeAction,
  type CompletionList,
  type Diagnostic,
  type Hover,
  type MarkdownString,
  type SignatureHelp,
  type TextDocument,
} from "vscode";
import { whatIsMissing } from "#editor/workflow-language/new-workflow.ts";
import { closeTabs, Scratch, typeAtStart, until } from "./workspace-files.ts";

const meta = 'export const meta = { name: "t", description: "d", phases: [{ title: "Find" }] };\n';

describe("workflow files", function () {
  // The editor proposes nothing before its own language server has answered, too.
  this.timeout(90_000);
  const scratch = new Scratch();
  let count = 0;
  before(async () => {
    await scratch.make();
    await extensions.getExtension("boocode.boocode")?.activate();
  });
  afterEach(closeTabs);
  after(() => scratch.remove());

  /** Opens a text as a workflow. */
  const open = async (text: string, folder = ".boocode/workflows"): Promise<TextDocument> => {
    const name = `${folder}/w${(count += 1)}.js`;
    await mkdir(dirname(scratch.at(name)), { recursive: true });
    const path = await scratch.put(name, text);
    // Unlike a document that an extension asks for, one in a tab alone ends with it.
    await commands.executeCommand("vscode.open", Uri.file(path));
    return window.activeTextEditor?.document ?? assert.fail();
  };
  /** Opens a text with `|` where something is asked. */
  const openAt = async (marked: string) => {
    const offset = marked.indexOf("|");
    const document = await open(marked.slice(0, offset) + marked.slice(offset + 1));
    return { uri: document.uri, position: document.positionAt(offset) };
  };
  const own = (uri: Uri): readonly Diagnostic[] =>
    languages.getDiagnostics(uri).filter(({ source }) => source === "BooCode");
  const told = async (uri: Uri, expected: readonly string[]) => {
    const found = () =>
      own(uri).map(
        ({ code, range: { start } }) => `${String(code)} ${start.line + 1}:${start.character + 1}`,
      );
    await until(`it says ${expected.join(", ")}`, () => found().join() === expected.join(), 30_000);
  };

  it("show what is wrong while they are typed, and nothing once they are closed", async () => {
    const { uri } = await open(`${meta}log(Date.now());\nreturn 1;\nlog(2);\n`);
    await told(uri, ["banned 2:5", "unreachable 4:1"]);
    assert.deepEqual(
      own(uri).map(({ severity }) => severity),
      [0, 1],
    );
    await typeAtStart("// one line more\n");
    await told(uri, ["banned 3:5", "unreachable 5:1"]);
    await typeAtStart("const = ;\n");
    await told(uri, ["syntax 1:7"]);
    await closeTabs();
    await until("it is forgotten", () => own(uri).length === 0, 60_000);
  });

  it("are those of other engines, too, and no other files", async () => {
    const other = await open("log(Date.now());\n", ".boocode");
    const foreign = await open(`${meta}lgo(1);\n`, ".claude/workflows");
    await told(foreign.uri, ["undeclared 2:1"]);
    assert.deepEqual(own(other.uri), []);
  });

  it("have quick fixes", async () => {
    const { uri } = await open(`${meta}await agnet("x");\n`);
    await told(uri, ["undeclared 2:7"]);
    const [found] = own(uri);
    assert.ok(found);
    const actions = await commands.executeCommand<CodeAction[]>(
      "vscode.executeCodeActionProvider",
      uri,
      found.range,
      "quickfix",
    );
    const fix = actions.find(({ title }) => title === "Change to agent");
    assert.ok(fix?.edit, actions.map(({ title }) => title).join());
    assert.equal(fix.isPreferred, true);
    await workspace.applyEdit(fix.edit);
    await told(uri, []);
    assert.equal(window.activeTextEditor?.document.lineAt(1).text, 'await agent("x");');
  });

  const labels = async (marked: string, trigger?: string) => {
    const { uri, position } = await openAt(meta + marked);
    const { items } = await commands.executeCommand<CompletionList>(
      "vscode.executeCompletionItemProvider",
      uri,
      position,
      trigger,
    );
    return items
      .filter(({ sortText }) => sortText?.startsWith("!"))
      .map(({ label }) => (typeof label === "string" ? label : label.label));
  };

  it("complete globals, options and values, and nothing in comments", async () => {
    assert.ok((await labels("const x = await ag|")).includes("agent"));
    assert.ok((await labels('await agent("x", { | })')).includes("agentType"));
    assert.deepEqual((await labels('await agent("x", { effort: "|" })', '"')).slice(0, 4), [
      ...["low", "medium", "high", "max"],
    ]);
    assert.deepEqual(await labels('phase("|', '"'), ["Find"]);
    assert.ok((await labels('await workflow("|')).includes("review-code"));
    assert.ok((await labels("work|")).includes("workflow-judge-panel"));
    assert.deepEqual(await labels("// ag|"), []);
  });

  it("explain what is under the mouse, and the call that is being typed", async () => {
    const { uri, position } = await openAt(`${meta}await ag|ent("x", {});`);
    const hovers = await commands.executeCommand<Hover[]>("vscode.executeHoverProvider", uri, position);
    const texts = hovers.flatMap(({ contents }) => contents as MarkdownString[]).map(({ value }) => value);
    assert.match(texts.join("\n"), /agent\(prompt: string, options\?: AgentOptions\)/);
    const call = await openAt(`${meta}await agent("x", |`);
    const { signatures, activeParameter } = await commands.executeCommand<SignatureHelp>(
      "vscode.executeSignatureHelpProvider",
      call.uri,
      call.position,
      ",",
    );
    assert.deepEqual([signatures.length, activeParameter], [1, 1]);
  });

  describe("BooCode: New Workflow", () => {
    const folder = () => workspace.workspaceFolders?.[0]?.uri ?? assert.fail();
    const file = () => Uri.joinPath(folder(), ".boocode/workflows/made-by-test.js");
    afterEach(() => rm(file().fsPath, { force: true }));

    it("makes a script with nothing wrong with it and selects its description", async () => {
      await commands.executeCommand("boocode.newWorkflow", "made-by-test");
      const editor = window.activeTextEditor;
      assert.equal(editor?.document.uri.fsPath, file().fsPath);
      assert.equal(editor?.document.getText(editor.selection), "What it does, in one sentence.");
      assert.match(await readFile(file().fsPath, "utf8"), /name: "made-by-test"/);
      assert.equal(editor?.document.isDirty, false);
      await told(file(), []);
    });

    it("never writes over one that is there", async () => {
      await mkdir(dirname(file().fsPath), { recursive: true });
      await workspace.fs.writeFile(file(), new TextEncoder().encode("mine"));
      let isDone = false;
      const done = commands.executeCommand("boocode.newWorkflow", "made-by-test");
      void done.then(() => (isDone = true));
      // It waits for what the user chooses.
      await until("its message was there", async () => {
        await commands.executeCommand("notifications.clearAll");
        return isDone;
      });
      assert.equal(await readFile(file().fsPath, "utf8"), "mine");
    });

    it("says what is missing", () => {
      const missing = (isTrusted: boolean, at: Uri | undefined) =>
        whatIsMissing({ isTrusted, folder: at })?.command;
      assert.equal(missing(true, folder()), undefined);
      assert.equal(missing(false, folder()), "workbench.trust.manage");
      assert.equal(missing(true, undefined), "workbench.action.files.openFolder");
    });
  });
});
