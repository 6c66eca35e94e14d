import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { Chat, quickInput, until } from "../support/e2e-chat.ts";
import {
  editorWithModel,
  editorWithoutKey,
  openEmptyWindow,
  openWindow,
  openWorkspace,
  sharedModel,
  type Window,
} from "../support/e2e-editor.ts";
import { startModelServer } from "../support/model-server.ts";
import { reply } from "../support/model-server/reply.ts";

describe("a folder that is not trusted, and no key", () => {
  let window: Window;
  let page: Page;
  let chat: Chat;
  before(async () => {
    window = await openWindow(await editorWithoutKey());
    page = window.page;
    chat = await Chat.open(page);
  });
  after(() => window?.close());

  it("says what Restricted Mode means and offers to trust", async () => {
    await chat.frame.getByRole("heading", { name: "This folder is not trusted" }).waitFor();
    await chat.text(/BooCode reads files of this folder, but changes none/).waitFor();
    await chat.button("Manage trust").waitFor();
  });

  it("writes nothing there, and says why", async () => {
    await chat.ask('Create notes.txt with "hello"');
    await chat.calls.filter({ hasText: /Write notes\.txt.*failed/ }).waitFor();
    await chat.text(/This workspace is not trusted, so files can be read but not changed/).waitFor();
    await chat.frame.getByText(/Restricted Mode: files of this folder can be read/).waitFor();
    assert.equal(existsSync(join(window.folder, "notes.txt")), false);
  });

  it("offers its first step once the folder is trusted", async () => {
    await chat.button("Manage trust").click();
    await page.locator(".workspace-trust-editor").getByRole("button", { name: "Trust", exact: true }).click();
    await page.locator(".monaco-modal-editor-block .codicon-close").last().click();
    await chat.button("Manage trust").waitFor({ state: "detached" });
    await chat.begin();
  });

  it("says that Rehearsal answers, and takes a key", async () => {
    await chat.frame.getByText("Rehearsal answers, not a model: there is no API key for DeepSeek.").waitFor();
    await chat.button("Model: Rehearsal").waitFor();
    await chat.button("Set API key").click();
    await quickInput(page).box.waitFor();
    await page.keyboard.press("Escape");
  });

  it("reads package.json and says what it says, offline", async () => {
    await chat.ask("Read package.json and tell me what this project is");
    await chat.calls.filter({ hasText: "Read package.json" }).waitFor();
    await chat.text(/Prints the next high tides of a harbour/).waitFor();
  });

  it("creates a file as literally asked", async () => {
    await chat.ask('Create notes.txt with "hello"');
    assert.equal((await readFile(join(window.folder, "notes.txt"), "utf8")).trim(), "hello");
  });
});

describe("a window without a folder", () => {
  it("offers to open one", async () => {
    const { page, close } = await openEmptyWindow(await editorWithModel());
    const chat = await Chat.open(page);
    await chat.frame.getByRole("heading", { name: "Open a folder" }).waitFor();
    await chat.button("Open folder").click();
    await quickInput(page).box.waitFor();
    await close();
  });
});

describe("a workspace of two folders", () => {
  it("is worked on in both, each path with its folder's name", async () => {
    const model = await sharedModel();
    const { page, folders, close } = await openWorkspace(await editorWithModel(), ["north", "south"]);
    const chat = await Chat.open(page);
    model.use([
      reply.calls([
        ["read_file", { path: "north/package.json" }],
        ["read_file", { path: "package.json" }],
        ["list_files", { path: "south" }],
      ]),
      reply.toolCall("write_file", { path: "south/notes.txt", content: "Only here.\n" }),
      reply.text("Both seen."),
    ]);
    await chat.ask("Look at both");
    const told = model.requests.at(-1)?.text ?? "";
    assert.match(told, /tide-table/);
    assert.match(told, /south\/src/);
    await chat.calls.filter({ hasText: /south\/notes\.txt/ }).waitFor();
    assert.deepEqual(
      folders.map((folder) => existsSync(join(folder, "notes.txt"))),
      [false, true],
    );
    await chat.button("Revert turn").click();
    await until(
      () => existsSync(join(folders[1] ?? "", "notes.txt")),
      (isThere) => !isThere,
    );
    await close();
  });
});

describe("a folder that brings settings of its own", () => {
  it("decides neither who answers nor where to", async () => {
    const model = await sharedModel();
    await using elsewhere = await startModelServer({
      tokens: "approximate",
      script: () => reply.text("Caught."),
    });
    const settings = { "boocode.provider": "openai-compatible", "boocode.baseUrl": elsewhere.url };
    const window = await openWindow(await editorWithModel(), {
      files: { ".vscode/settings.json": JSON.stringify(settings) },
    });
    const chat = await Chat.open(window.page);
    model.use([reply.text("It is me.")]);
    await chat.ask("Who is there?");
    await chat.text("It is me.").waitFor();
    assert.equal(elsewhere.requests.length, 0);
    await window.close();
  });
});
