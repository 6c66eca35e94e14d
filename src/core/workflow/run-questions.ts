/** What scripts ask people by ask(): open until somebody answers, or the run ends. */
import { BooError } from "../errors.ts";
import type { WorkflowQuestions } from "./ports.ts";

type Asked = Parameters<WorkflowQuestions["ask"]>[0];

/** Longest answer (characters). */
const longestAnswer = 100_000;

/** Keeps the open ones. */
export class RunQuestions implements WorkflowQuestions {
  readonly #open = new Map<string, { readonly asked: Asked; readonly resolve: (answer: string) => void }>();

  async ask(asked: Asked, signal: AbortSignal): Promise<string> {
    const key = keyOf(asked.run, asked.id);
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const abort = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", abort, { once: true });
    this.#open.set(key, { asked, resolve });
    try {
      return await promise;
    } finally {
      this.#open.delete(key);
      signal.removeEventListener("abort", abort);
    }
  }

  /** How many wait. */
  get count(): number {
    return this.#open.size;
  }

  /** Answers one. Throws BooError "not-asked", "no-such-choice", "too-long". */
  answer(run: string, step: string, value: string): void {
    const open = this.#open.get(keyOf(run, step));
    if (open === undefined) throw new BooError("not-asked", "This question is no longer open.");
    const { choices } = open.asked;
    if (choices?.includes(value) === false)
      throw new BooError("no-such-choice", "Choose one of the answers offered.");
    if (value.length > longestAnswer)
      throw new BooError("too-long", `Say it in at most ${longestAnswer} characters.`);
    open.resolve(value);
  }
}

function keyOf(run: string, step: string): string {
  return `${run} ${step}`;
}
