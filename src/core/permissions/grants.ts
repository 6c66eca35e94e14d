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

/** Keeps the grants of a window's sessions, in memory alone. */
export class Grants {
  #all: readonly Grant[] = [];

  /** All of them, oldest first. */
  get shown(): readonly SessionGrant[] {
    return this.#all.map(({ shown }) => shown);
  }

  /** A session's grants as rules. */
  rules(session: string): readonly Rule[] {
    return this.#all.filter(({ shown }) => shown.session === session).map(({ rule }) => rule);
  }

  /** Gives a session what rules allow, once for each. */
  add(session: string, offers: readonly Offer[], at: number): void {
    const known = new Set(this.rules(session).map(keyOf));
    const fresh = offers
      .filter((offer) => !known.has(keyOf(offer)))
      .map(({ operation, pattern }): Grant => {
        const id = crypto.randomUUID();
        return {
          rule: { id, effect: "allow", operation, pattern, origin: "session", project: undefined },
          shown: { id, session, at, operation, target: pattern },
        };
      });
    this.#all = [...this.#all, ...fresh].slice(-mostGrants);
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
