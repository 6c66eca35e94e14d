/** Leaves that hold for a session until its window closes. */
import type { SessionGrant } from "#protocol/permissions.ts";
import type { Offer } from "./judgement.ts";
import type { Rule } from "./rule.ts";

/** Most grants of one window; the oldest goes. */
const mostGrants = 1_000;

interface Grant {
  readonly rule: Rule;
  readonly shown: SessionGrant;
}

/** To whom a grant is given: to a session, or to all agents of a run. */
export interface GrantHolder {
  readonly id: string;
  readonly isRun: boolean;
}

/** Keeps the grants of a window's sessions, in memory alone. */
export class Grants {
  #all: readonly Grant[] = [];

  /** All of them, oldest first. */
  get shown(): readonly SessionGrant[] {
    return this.#all.map(({ shown }) => shown);
  }

  /** A holder's grants as rules. */
  rules({ id, isRun }: GrantHolder): readonly Rule[] {
    return this.#all
      .filter(({ shown }) => shown.session === id && (shown.isOfRun === true) === isRun)
      .map(({ rule }) => rule);
  }

  /** Gives a holder what rules allow, once for each. */
  add(holder: GrantHolder, offers: readonly Offer[], at: number): void {
    const known = new Set(this.rules(holder).map(keyOf));
    const whose = { session: holder.id, ...(holder.isRun && { isOfRun: true as const }) };
    const fresh = offers
      .filter((offer) => !known.has(keyOf(offer)))
      .map(({ operation, pattern }): Grant => {
        const id = crypto.randomUUID();
        return {
          rule: { id, effect: "allow", operation, pattern, origin: "session", project: undefined },
          shown: { id, ...whose, at, operation, target: pattern },
        };
      });
    this.#all = [...this.#all, ...fresh].slice(-mostGrants);
  }

  /** Takes back all that a holder was given. */
  removeOf(holder: GrantHolder): void {
    const ids = new Set(this.rules(holder).map(({ id }) => id));
    this.#all = this.#all.filter(({ rule }) => !ids.has(rule.id));
  }

  /** Takes a grant back; false where there is none of that id. */
  remove(id: string): boolean {
    const left = this.#all.filter(({ rule }) => rule.id !== id);
    const isKnown = left.length < this.#all.length;
    this.#all = left;
    return isKnown;
  }
}

function keyOf({ operation, pattern }: Offer): string {
  return `${operation} ${pattern}`;
}
