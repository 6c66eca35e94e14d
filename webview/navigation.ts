import { signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Requests } from "#protocol/protocol.ts";
import type { SessionState } from "#protocol/session.ts";
import type { Act } from "./act.ts";
import { Destination } from "./destination.ts";

/** The requests that answer with a session made from another one. */
type CopyMethod = "session.fork" | "session.resend" | "session.summarize";

/** A turn of a session that is or will be shown. */
export interface WantedTurn {
  readonly session: string;
  readonly number: number;
}

/** The ways from one session, and from one turn, to another. */
export interface Navigation {
  /** Where what is written goes. */
  readonly destination: Destination;
  /** The turn that the conversation is asked to show, until it does. */
  readonly wantedTurn: Signal<WantedTurn | undefined>;
  /** Starts a session and shows it; what is written meanwhile is for it. */
  createSession(): Promise<void>;
  /** Shows another session, at a turn if one is named; whether it is there. */
  openSession(session: string, turn?: number): Promise<boolean>;
  /** Makes a session from another one and shows it; whether it is there. */
  copySession<M extends CopyMethod>(method: M, params: Requests[M]["params"]): Promise<boolean>;
  /** Scrolls the conversation to a turn of the session that is shown, reading older ones where needed. */
  showTurn(number: number): void;
}

/** Makes the ways between sessions. */
export function createNavigation(
  act: Act,
  sessionId: ReadonlySignal<string>,
  session: ReadonlySignal<SessionState | undefined>,
): Navigation {
  const destination = new Destination(sessionId, session);
  const wantedTurn = signal<WantedTurn | undefined>(undefined);
  return {
    destination,
    wantedTurn,
    async createSession() {
      const made = act("session.create", {}).then((result) => result?.session);
      await destination.follow(made, "creation");
    },
    async openSession(id, turn) {
      const opened = act("session.open", { session: id }).then((result) => result && id);
      await destination.follow(opened, { id });
      if ((await opened) === undefined) return false;
      if (turn !== undefined) wantedTurn.value = { session: id, number: turn };
      return true;
    },
    async copySession(method, params) {
      const made = act(method, params).then((result) => result?.session);
      await destination.follow(made, "copy");
      return (await made) !== undefined;
    },
    showTurn(number) {
      wantedTurn.value = { session: sessionId.value, number };
    },
  };
}
