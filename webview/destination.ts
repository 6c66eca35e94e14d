import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import type { SessionState } from "#protocol/session.ts";

/** The key of the one draft of all sessions in which nothing was sent yet: their ids do not outlive a reload. */
export const unsentDraft = "unsent";
/** Stands for a session that is being made and has no id yet. */
const unnamed = "new";

/** A request after which the chat shows another session. */
interface Move {
  readonly from: string;
  /** The session that will be shown, as soon as it is known. */
  readonly id: string | undefined;
  readonly isCreation: boolean;
  readonly isAnswered: boolean;
  readonly answer: Promise<string | undefined>;
}

/** Where what is written goes: the session that is shown, or the one that was asked for and is on its way. */
export class Destination {
  /** The id of the session that is written to; "new" while it has none, "" while nothing is known. */
  readonly session: ReadonlySignal<string>;
  /** The key of the draft that belongs into the composer, undefined while that is not known. */
  readonly draftKey: ReadonlySignal<string | undefined>;
  readonly #shown: ReadonlySignal<string>;
  readonly #move = signal<Move | undefined>(undefined);
  readonly #created = new Set<string>();

  constructor(shown: ReadonlySignal<string>, state: ReadonlySignal<SessionState | undefined>) {
    this.#shown = shown;
    this.session = computed(() => {
      const move = this.#move.value;
      return move?.id ?? (move?.isCreation === true ? unnamed : shown.value);
    });
    this.draftKey = computed(() => this.#draftKey(state.value));
    effect(() => {
      const move = this.#move.value;
      if (move === undefined) return;
      const isThere = shown.value === move.id || (move.isAnswered && shown.value !== move.from);
      if (isThere) this.#move.value = undefined;
    });
  }

  /** Takes a request after which another session is shown, `id` if that is known; the request answers with its id, or undefined when it was refused. */
  async follow(
    answer: Promise<string | undefined>,
    kind: { id: string } | "creation" | "copy",
  ): Promise<void> {
    const move: Move = {
      from: this.#shown.value,
      id: typeof kind === "object" ? kind.id : undefined,
      isCreation: kind === "creation",
      isAnswered: false,
      answer,
    };
    this.#move.value = move;
    const id = await answer;
    if (id !== undefined && kind === "creation") this.#created.add(id);
    if (this.#move.peek() === move)
      this.#move.value = id === undefined ? undefined : { ...move, id, isAnswered: true };
  }

  /** The session that a message sent now goes to; waits while it is being made. Undefined when it could not be. */
  async resolve(): Promise<string | undefined> {
    const move = this.#move.peek();
    return move === undefined ? firstKnown(this.#shown) : move.answer;
  }

  /** Whether a session is the one that another id stood for: itself, or what became of one without an id. */
  isSame(earlier: string, session: string): boolean {
    return earlier === session || (earlier === unnamed && this.#created.has(session));
  }

  #draftKey(state: SessionState | undefined): string | undefined {
    const id = this.session.value;
    if (id === "") return undefined;
    if (id === unnamed) return unsentDraft;
    if (state?.id === id) return state.turns.length + state.olderTurns === 0 ? unsentDraft : id;
    if (this.#created.has(id)) return unsentDraft;
    return this.#move.value === undefined ? undefined : id;
  }
}

/** The first id that is not empty: while the host is still opening a session there is none. */
function firstKnown(shown: ReadonlySignal<string>): Promise<string> {
  return new Promise((resolve) => {
    const dispose = effect(() => {
      const id = shown.value;
      if (id === "") return;
      resolve(id);
      queueMicrotask(() => dispose());
    });
  });
}
