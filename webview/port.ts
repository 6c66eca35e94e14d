import type { HostMessage, ViewMessage } from "#protocol/protocol.ts";

/** The host as a view reaches it, and what the editor keeps for the view while it is closed. */
export interface Port {
  post(message: ViewMessage): void;
  listen(receive: (message: HostMessage) => void): void;
  readState(): unknown;
  writeState(state: unknown): void;
}

/** The port of a real webview. Only the frame around it can post here, so messages are trusted as the host's. */
export function editorPort(): Port {
  const editor = acquireVsCodeApi();
  return {
    post: (message) => editor.postMessage(message),
    listen: (receive) =>
      window.addEventListener("message", (event: MessageEvent<HostMessage>) => receive(event.data)),
    readState: () => editor.getState(),
    writeState: (state) => editor.setState(state),
  };
}
