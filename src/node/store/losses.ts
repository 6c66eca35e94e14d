/** Which sessions lost something in this window: what follows it nobody could read. */
import { BooError } from "#core/errors.ts";
import type { StoreProblem } from "#protocol/workspace.ts";

/** The sessions whose end was lost, until the window is loaded anew. */
export class Losses {
  readonly #bySession = new Map<string, BooError>();

  /** Throws BooError "store-lost" where one of the sessions has lost something. */
  check(sessions: readonly string[]): void {
    for (const session of sessions) {
      const lost = this.#bySession.get(session);
      if (lost !== undefined) throw lost;
    }
  }

  /** Takes in why something of these sessions was refused; gives the problem if it is lost by that. */
  note(sessions: readonly string[], error: unknown): StoreProblem | undefined {
    if (!(error instanceof BooError) || error.code !== "store-lost") return undefined;
    for (const session of sessions) this.#bySession.set(session, error);
    return { message: error.message, needsReload: true, isLoss: true };
  }

  /** What is left to say when the disk can be written again. */
  get problem(): StoreProblem | undefined {
    const { size } = this.#bySession;
    if (size === 0) return undefined;
    const which = size === 1 ? "a session" : `${size} sessions`;
    const message = `BooCode's history can be written again, but the end of ${which} was lost while it could not: reload the window to go on from what is saved.`;
    return { message, needsReload: true, isLoss: true };
  }
}
