/** The window and the scripted model that the tests of a `describe` talk to. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { runCommand, type PageOptions } from "./browser.ts";
import { Chat, until } from "./e2e-chat.ts";
import { editorWithModel, openWindow, sharedModel, type SharedEditor, type Window } from "./e2e-editor.ts";
import type { ModelServer } from "./model-server.ts";

/** What a test has at hand. */
export interface ChatUnderTest {
  readonly editor: SharedEditor;
  readonly window: Window;
  readonly chat: Chat;
  readonly model: ModelServer;
}

type Opened = Omit<ChatUnderTest, "model">;

let shared: Promise<Opened> | undefined;

after("end the shared window", async () => (await shared)?.window.close());

type WindowOptions = PageOptions & { readonly files?: Readonly<Record<string, string>> };

async function open(options: WindowOptions = {}): Promise<Opened> {
  const long = Array.from({ length: 3000 }, (_, line) => `line ${line + 1} of many`).join("\n");
  const editor = await editorWithModel();
  const window = await openWindow(editor, {
    ...options,
    files: { "long.txt": `${long}\n`, ...options.files },
  });
  return { editor, window, chat: await Chat.open(window.page) };
}

const there = <T>(value: T | undefined): T => value ?? assert.fail("Nothing is open yet.");

// What is open is opened again, and a language begins to be served, with each reload of the window.
async function closeEditors(page: Page): Promise<void> {
  const tabs = page.locator(".editor-group-container .tab");
  if ((await tabs.count()) === 0) return;
  await runCommand(page, "View: Close All Editors");
  await until(
    () => tabs.count(),
    (count) => count === 0,
  );
}

/** Where tests work: in a window of their own, or in the one that they share, in a session for each or one for all of them. */
export type Place = "own window" | "shared window" | "shared window, one session";

/**
 * Sets a chat up around the tests of a `describe`; `options` are for a window of its own. Whatever was sent to the
 * model must have been what a server accepts.
 */
export function useChat(place: Place, options?: WindowOptions): ChatUnderTest {
  let opened: Opened | undefined;
  let model: ModelServer | undefined;
  before(async () => {
    model = await sharedModel();
    opened = await (place === "own window" ? open(options) : (shared ??= open({ width: 1400, height: 900 })));
    if (place === "shared window, one session") await opened.chat.begin();
  });
  if (place === "shared window") beforeEach(() => opened?.chat.begin());
  afterEach(() => assert.deepEqual(model?.problems, []));
  after(async () => {
    if (place === "own window") await opened?.window.close();
    else if (opened) await closeEditors(opened.window.page);
  });
  return {
    get editor() {
      return there(opened).editor;
    },
    get window() {
      return there(opened).window;
    },
    get chat() {
      return there(opened).chat;
    },
    get model() {
      return there(model);
    },
  };
}
