/** Loops and what leaves them: their bodies run any number of times, so that what holds in them must hold every time. */
import { isSame, join, widen, type Outcome, type ShellState } from "./state.ts";

/** Where the shell is when it leaves a loop or a function by its own command. */
export class Escapes {
  readonly #loops: (ShellState | undefined)[] = [];
  readonly #functions: (ShellState | undefined)[] = [];

  /** Follows a loop's body; what leaves it comes to its states. */
  inLoop(run: () => Outcome): Outcome & { readonly left: ShellState | undefined } {
    return this.#collect(this.#loops, run);
  }

  /** Follows a function's body. */
  inFunction(run: () => Outcome): Outcome & { readonly left: ShellState | undefined } {
    return this.#collect(this.#functions, run);
  }

  /** Notes that the shell leaves in a state; false where there is nothing to leave. */
  leave(how: "return" | "break" | "continue", state: ShellState): boolean {
    const frames = how === "return" ? this.#functions : this.#loops;
    if (frames.length === 0) return false;
    // "break 2" leaves more than one.
    for (const index of frames.keys()) frames[index] = join(frames[index], state);
    return true;
  }

  #collect(frames: (ShellState | undefined)[], run: () => Outcome) {
    frames.push(undefined);
    const outcome = run();
    return { ...outcome, left: frames.pop() };
  }
}

/** What a loop needs of the one that follows the line. */
interface Recorder {
  /** How many commands there are. */
  mark(): number;
  /** Forgets those that came after a mark. */
  rewind(mark: number): void;
}

/** Follows a loop as often as it takes until nothing new comes of it; undefined where that does not happen. */
export function followLoop(
  entry: ShellState,
  recorder: Recorder,
  once: (state: ShellState) => ShellState | undefined,
): ShellState | undefined {
  let state = entry;
  for (let pass = 0; pass < 6; pass++) {
    const mark = recorder.mark();
    const next = join(state, once(state)) ?? state;
    if (isSame(state, next)) return state;
    recorder.rewind(mark);
    state = pass < 2 ? next : widen(state, next);
  }
  return undefined;
}
