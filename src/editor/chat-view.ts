/** The chat in the side bar. */
import { window, type Uri } from "vscode";
import type { AskedQuestion } from "#core/ports.ts";
import type { HostMessage } from "#protocol/protocol.ts";
import { chatPage } from "./page.ts";
import { PageView, type Connect } from "./page-view.ts";

/** The view `boocode.chat`. */
export class ChatView extends PageView {
  constructor(extension: Uri, connect: Connect, pingMs?: number) {
    super({
      ...{ id: "boocode.chat", name: "chat", extension, page: chatPage, connect },
      ...(pingMs !== undefined && { pingMs }),
    });
  }

  /** Shows the view with the cursor in its composer. */
  async focusComposer(): Promise<void> {
    await this.focus({ type: "focus-composer" });
  }

  /** Shows how many questions wait, and tells of a new one where nobody sees it. */
  async showWaiting(count: number, asked: AskedQuestion | undefined): Promise<void> {
    this.setBadge(count, count === 1 ? "1 question waits for you" : `${count} questions wait for you`);
    if (asked === undefined || this.isVisible) return;
    const open = "Open chat";
    if ((await window.showInformationMessage(asked.text, open)) === open) await this.focus();
  }

  /** Shows the view, at a turn of the session that it shows if one is named; takes the focus or leaves it where it is. */
  async show(session: string, turn: number | undefined, takesFocus: boolean): Promise<void> {
    const place: readonly HostMessage[] = turn === undefined ? [] : [{ type: "show-turn", session, turn }];
    await (takesFocus ? this.focus(...place, { type: "focus-composer" }) : this.reveal(...place));
  }
}
