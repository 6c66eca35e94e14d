import type { HostMessage, ViewMessage } from "#protocol/protocol.ts";

/** The host as a view reaches it, and what the editor keeps for the view while it is closed. */
export interface Port {
  post(message: ViewMessage): void;
  listen(receive: (message: HostMessage) => void): void;
  readState(): unknown;
  writeState(state: object): void;
}

/** The port of a real webview. Only the frame around it can post here, so messages are trusted as the host's. */
export function editorPort(): Port {
  const editor = acquireVsCodeApi();
  return portOf(editor);
}

/**
 * As `editorPort`, for what must not be lost by a reload of the browser: the editor writes down what it keeps every five seconds only, so it
 * is kept in the browser's tab as well. `place` names what belongs together there; "" where nothing does.
 */
export function tabPort(place: string): Port {
  const editor = acquireVsCodeApi();
  if (place === "") return portOf(editor);
  const name = `boocode ${place}`;
  return {
    ...portOf(editor),
    readState: () => {
      const [kept, inTab] = [editor.getState(), readTab(name)];
      return timeOf(inTab) > timeOf(kept) ? inTab : kept;
    },
    writeState: (state) => {
      const dated = { ...state, writtenAt: Date.now() };
      editor.setState(dated);
      writeTab(name, dated);
    },
  };
}

function timeOf(state: unknown): number {
  return typeof state === "object" && state !== null && "writtenAt" in state ? Number(state.writtenAt) : 0;
}

function readTab(name: string): unknown {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? "null") as unknown;
  } catch {
    return undefined;
  }
}

function writeTab(name: string, state: object): void {
  try {
    // Where the new state does not fit, the editor's must not be taken for older than the one before.
    sessionStorage.removeItem(name);
    sessionStorage.setItem(name, JSON.stringify(state));
  } catch {
    // Too much for the tab, or its storage is forbidden: what the editor keeps is what there is.
  }
}

function portOf(editor: ReturnType<typeof acquireVsCodeApi>): Port {
  return {
    post: (message) => editor.postMessage(message),
    listen: (receive) =>
      window.addEventListener("message", (event: MessageEvent<HostMessage>) => receive(event.data)),
    readState: () => editor.getState(),
    writeState: (state) => editor.setState(state),
  };
}
