/** The requests of a turn, each made ready while there is time for it. */
import { BooError } from "../errors.ts";
import { Attempt } from "../models/attempt.ts";
import type { TurnRun } from "./turn.ts";

/** Holds at most one prepared request; it carries what the transcript says when it is sent. */
export class AttemptSupply {
  readonly #run: TurnRun;
  #prepared: Attempt | undefined;

  constructor(run: TurnRun) {
    this.#run = run;
  }

  /** Makes the next request ready, if it is not. */
  prepare(): void {
    this.#prepared ??= this.#make();
  }

  /** The next request; throws BooError "no-header" in a session that was never pinned. */
  take(): Attempt {
    const attempt = this.#prepared ?? this.#make();
    this.#prepared = undefined;
    return attempt;
  }

  #make(): Attempt {
    const { route, session, signal, ports, cache } = this.#run;
    const { transcript } = session;
    const { header } = transcript;
    if (header === undefined) throw new BooError("no-header", "The session has no header.");
    const { http, clock } = ports;
    return Attempt.prepare({
      route,
      header,
      transcript,
      signal,
      http,
      prefix: cache.prefix,
      now: () => clock.now(),
    });
  }
}
