import { useRef } from "preact/hooks";
import type { App } from "../app.ts";
import { useOwnState } from "../own-state.ts";

/** Answers that are on their way, and what was written with those that are not. */
export interface Answering {
  /** Whether a question can not be answered: it has been, or another window runs the session. */
  isClosed(question: string): boolean;
  /** Sends an answer; a refusal is shown, and the question can be answered again. */
  answer(question: string, value: string, word?: string): void;
  /** What was written to deny a question with, while it was left open. */
  readonly words: Map<string, string>;
}

/** Answers the questions of a session, each once. */
export function useAnswering(app: App, session: string): Answering {
  const [sent, setSent] = useOwnState<ReadonlySet<string>>(new Set());
  const words = useRef(new Map<string, string>());
  // Two clicks may come before anything is drawn.
  const closed = useRef(new Set<string>());
  const isElsewhere = app.owner.value !== undefined;
  const answer = async (question: string, value: string, word: string | undefined) => {
    const said = { session, question, value, ...(word !== undefined && { word }) };
    const isTaken = (await app.act("session.answer", said)) !== undefined;
    if (isTaken) return;
    closed.current.delete(question);
    setSent(new Set(closed.current));
  };
  return {
    isClosed: (question) => isElsewhere || sent.has(question),
    answer(question, value, word) {
      if (isElsewhere || closed.current.has(question)) return;
      closed.current.add(question);
      setSent(new Set(closed.current));
      void answer(question, value, word);
    },
    words: words.current,
  };
}
