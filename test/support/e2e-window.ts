/** The window and the scripted model that the tests of a `describe` talk to. */
import assert from "node:assert/strict";
import type { PageOptions } from "./browser.ts";
import { Chat } from "./e2e-chat.ts";
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

/**
 * Sets a chat up around the tests of a `describe`, in a window of its own (as `options` say), or in the one that is
 * shared by tests that each begin a session of their own. Whatever was sent to the model must have been what a server
 * accepts.
 */
export function useChat(kind: "own window" | "shared window", options?: WindowOptions): ChatUnderTest {
  let opened: Opened | undefined;
  let model: ModelServer | undefined;
  before(async () => {
    model = await sharedModel();
    opened = await (kind === "own window" ? open(options) : (shared ??= open()));
  });
  if (kind === "shared window") beforeEach(() => opened?.chat.begin());
  afterEach(() => assert.deepEqual(model?.problems, []));
  after(async () => {
    if (kind === "own window") await opened?.window.close();
  });
  const there = <T>(value: T | undefined): T => value ?? assert.fail("Nothing is open yet.");
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
