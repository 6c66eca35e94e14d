/** The questions of one session: asked, kept with it, answered once. */
import type { Question } from "#protocol/session.ts";
import { BooError } from "../errors.ts";
import type { Session } from "../session/session.ts";
import type { TurnTrace } from "../trace/turn-trace.ts";

/** What was answered, and what the user said with it. */
export interface Answer {
  readonly value: string;
  readonly word?: string;
}

/** A question before it has an id. */
export type NewQuestion = Omit<Question, "id">;

/** Where and how long a question is asked. */
export interface Asking {
  readonly turn: string;
  readonly trace: TurnTrace;
  readonly signal: AbortSignal;
  /** The answer that the question would get by now without the user, if any: looked at whenever something was granted. */
  readonly settled?: () => Promise<string | undefined>;
}

interface Waiting {
  readonly resolve: (answer: Answer) => void;
  readonly settled: Asking["settled"];
}

/** What a user says with an answer goes to the model as it is, so it has a limit (characters). */
const longestWord = 10_000;

/** The answer of a question that nobody answers any more. */
const withdrawn = "withdrawn";

/** Says that a turn rests with its window and goes on in the next one. */
export const suspended = new BooError("suspended", "The window closed while the agent waited for an answer.");

/** Asks, and takes the answers of a session's views. */
export class Questions {
  readonly #session: Session;
  readonly #now: () => number;
  readonly #waiting = new Map<string, Waiting>();
  /** Answers that came before the question of an earlier window was taken up. */
  readonly #early = new Map<string, PromiseWithResolvers<Waiting | undefined>>();
  #isOpen = false;

  constructor(session: Session, now: () => number) {
    this.#session = session;
    this.#now = now;
  }

  /** A turn runs, which may take up what an earlier window asked. */
  open(): void {
    this.#isOpen = true;
  }

  /** The turn is over, and with it all that it asked. */
  close(): void {
    this.#isOpen = false;
    for (const { resolve } of this.#early.values()) resolve(undefined);
    this.#early.clear();
  }

  /** Questions have ended without an answer: those who answered them early are told. */
  drop(): void {
    const open = new Set(this.#session.state.questions.map(({ id }) => id));
    for (const [id, { resolve }] of this.#early) {
      if (open.has(id)) continue;
      resolve(undefined);
      this.#early.delete(id);
    }
  }

  /** Whether somebody waits for an answer. */
  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * Asks and waits without a limit; rejects with the signal's reason. A question that an earlier window asked and nobody answered is taken up
   * instead of asked again.
   */
  async ask(question: NewQuestion, { turn, trace, signal, settled }: Asking): Promise<Answer> {
    signal.throwIfAborted();
    const known = await this.#takeUp(question);
    const id = known?.id ?? crypto.randomUUID();
    const done = trace.asked(id, question.text);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const abort = (): void => reject(signal.reason as Error);
    this.#waiting.set(id, { resolve, settled });
    this.#early.get(id)?.resolve({ resolve, settled });
    this.#early.delete(id);
    signal.addEventListener("abort", abort, { once: true });
    try {
      if (known === undefined) {
        const event = {
          type: "question-asked",
          at: this.#now(),
          turn,
          question: { id, ...question },
        } as const;
        await this.#session.emit(event);
      }
      const answer = await promise;
      done("ok");
      return answer;
    } catch (error) {
      // A question that waits for the next window has not ended.
      if (error !== suspended) done("cancelled");
      throw error;
    } finally {
      this.#waiting.delete(id);
      signal.removeEventListener("abort", abort);
    }
  }

  // What an earlier window showed counts only where it is still what is asked; otherwise it makes room for what is.
  async #takeUp(question: NewQuestion): Promise<Question | undefined> {
    const known = this.#session.state.questions.find(
      (open) => !this.#waiting.has(open.id) && isAbout(open, question),
    );
    if (known === undefined || isSame(known, question)) return known;
    await this.#session.emit({
      type: "question-answered",
      at: this.#now(),
      id: known.id,
      value: withdrawn,
    });
    return undefined;
  }

  /** Answers a question; what is no longer asked, and an answer that was not offered, is refused. Throws BooError "not-asked", "no-such-choice". */
  async answer(id: string, { value, word }: Answer): Promise<void> {
    const asked = this.#session.state.questions.find((question) => question.id === id);
    if (word !== undefined && word.length > longestWord)
      throw new BooError("too-long", `Say it in at most ${longestWord} characters.`);
    if (asked?.choices.some((choice) => choice.value === value) === false)
      throw new BooError("no-such-choice", "Choose one of the answers offered.");
    const waiting = asked && (await this.#waiterOf(id));
    if (waiting === undefined || !this.#waiting.delete(id))
      throw new BooError("not-asked", "This question is no longer open.");
    const said = word === undefined || word.trim() === "" ? {} : { word: word.trim() };
    await this.#session.emit({ type: "question-answered", at: this.#now(), id, value, ...said });
    waiting.resolve({ value, ...said });
  }

  async #waiterOf(id: string): Promise<Waiting | undefined> {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined || !this.#isOpen) return waiting;
    const early = this.#early.get(id) ?? Promise.withResolvers<Waiting | undefined>();
    this.#early.set(id, early);
    return early.promise;
  }

  /** Answers what a grant or a rule has answered meanwhile. */
  async settle(): Promise<void> {
    for (const [id, { settled }] of this.#waiting) {
      const value = await settled?.();
      if (value !== undefined && this.#waiting.has(id)) await this.answer(id, { value });
    }
  }
}

function isAbout(open: Question, question: NewQuestion): boolean {
  const [a, b] = [open.permission, question.permission];
  if (a === undefined || b === undefined) return a === b && open.text === question.text;
  return a.call === b.call && a.operation === b.operation && a.target === b.target;
}

function isSame({ id: _id, ...open }: Question, question: NewQuestion): boolean {
  return shownOf(open) === shownOf(question);
}

function shownOf({ text, choices, permission }: NewQuestion): string {
  const { reason, commands, rule, change, folder } = permission ?? {};
  return JSON.stringify([text, choices, reason, commands, rule, change?.before, change?.after, folder]);
}
