/** Which sessions lost events in this window: what follows those nobody could read. */
import { BooError } from "#core/errors.ts";
import type { StoreRecord } from "#core/store-ports.ts";
import type { StoreProblem } from "#protocol/workspace.ts";
import { sessionOf } from "./record-line.ts";

/** The sessions whose end was lost, until the window is loaded anew. */
export class Losses {
  readonly #bySession = new Map<string, BooError>();

  /** Throws BooError "store-lost" where one of the records goes on with a session that has lost something. */
  check(records: readonly StoreRecord[]): void {
    if (this.#bySession.size === 0) return;
    for (const record of records) {
      const lost = goesOn(record) ? this.#bySession.get(sessionOf(record)) : undefined;
      if (lost !== undefined) throw lost;
    }
  }

  /** Takes in why records were refused; true if events are lost by that. */
  note(records: readonly StoreRecord[], error: unknown): boolean {
    if (!(error instanceof BooError) || error.code !== "store-lost") return false;
    const events = records.filter(({ kind }) => kind === "event");
    for (const record of events) this.#bySession.set(sessionOf(record), error);
    return events.length > 0;
  }

  /** What to tell, while the disk fails and after. */
  problem(isFailing: boolean): StoreProblem | undefined {
    const [lost] = this.#bySession.values();
    if (lost === undefined) return undefined;
    const { size } = this.#bySession;
    const which = size === 1 ? "a session" : `${size} sessions`;
    const after = `BooCode's history can be written again, but the end of ${which} was lost while it could not: reload the window to go on from what is saved.`;
    return { message: isFailing ? lost.message : after, needsReload: true, isLoss: true };
  }
}

function goesOn({ kind }: StoreRecord): boolean {
  return kind === "event" || kind === "partial" || kind === "summary";
}
