/** The list of sessions in the side bar. */
import type { Uri } from "vscode";
import type { Handlers } from "#core/handlers.ts";
import type { ChatView } from "./chat-view.ts";
import { sessionsPage } from "./page.ts";
import { PageView, type Connect } from "./page-view.ts";

/** The view `boocode.sessions`. */
export class SessionsView extends PageView {
  constructor(extension: Uri, connect: Connect) {
    super({ id: "boocode.sessions", name: "list of sessions", extension, page: sessionsPage, connect });
  }

  /** Shows the view with the cursor in its search box. */
  async focusSearch(): Promise<void> {
    await this.focus({ type: "focus-search" });
  }
}

/** The core's handlers for a view beside the chat: what opens a session also brings the chat to the front. */
export function besideChat(handlers: Handlers, chat: ChatView): Handlers {
  return {
    ...handlers,
    "session.open": async (params, signal) => {
      const result = await handlers["session.open"](params, signal);
      await chat.show(params.session, params.turn, params.takesFocus === true);
      return result;
    },
    "session.create": async (params, signal) => {
      const result = await handlers["session.create"](params, signal);
      await chat.focusComposer();
      return result;
    },
  };
}
