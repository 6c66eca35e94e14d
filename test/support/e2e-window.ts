/** The window and the scripted model that the tests of a `describe` talk to. */
import assert from "node:assert/strict";
import { Chat } from "./e2e-chat.ts";
import { editorWithModel, openWindow, sharedModel, type Window } from "./e2e-editor.ts";
import type { ModelServer } from "./model-server.ts";

/** What a test has at hand. */
export interface ChatUnderTest {
  readonly window: Window;
  readonly chat: Chat;
  readonly model: ModelServer;
}

type Opened = { readonly window: Window; readonly chat: Chat };

let shared: Promise<Opened> | undefined;

after("end the shared window", async () => (await shared)?.window.close());

async function open(): Promise<Opened> {
  const long = Array.from({ length: 3000 }, (_, line) => `line ${line + 1} of many`).join("\n");
  const window = await openWindow(await editorWithModel(), { files: { "long.txt": `${long}\n` } });
  return { window, chat: await Chat.open(window.page) };
}

/**
 * Sets a chat up around the tests of a `describe`, in a window of its own, or in the one that is shared by tests that
 * each begin a session of their own. Whatever was sent to the model must have been what a server accepts.
 */
export function useChat(kind: "own window" | "shared window"): ChatUnderTest {
  let opened: Opened | undefined;
  let model: ModelServer | undefined;
  before(async () => {
    model = await sharedModel();
    opened = await (kind === "own window" ? open() : (shared ??= open()));
  });
  if (kind === "shared window") beforeEach(() => opened?.chat.begin());
  afterEach(() => assert.deepEqual(model?.problems, []));
  after(async () => {
    if (kind === "own window") await opened?.window.close();
  });
  const there = <T>(value: T | undefined): T => value ?? assert.fail("Nothing is open yet.");
  return {
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
