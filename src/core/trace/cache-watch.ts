/** Finds out why a prompt's beginning was not in the server's cache, against the previous request of the same agent. */
import type { SessionEvent } from "#protocol/session.ts";
import type { PinReason } from "#protocol/header.ts";
import type { CacheFinding, Drift } from "#protocol/trace.ts";
import type { Usage } from "#protocol/usage.ts";
import type { CacheFacts } from "../models/cache-facts.ts";
import type { Rates } from "../models/catalog.ts";
import { PrefixWatch } from "./prefix-watch.ts";

/** The request that a later one is compared with. */
interface Previous {
  readonly promptTokens: number;
  /** When its answer had ended, epoch ms. */
  readonly endedAt: number;
}

/** A request that was answered. */
export interface AnsweredCall {
  readonly usage: Usage;
  readonly sentAt: number;
  readonly drift: Drift | undefined;
  /** What its tokens cost; undefined where that is unknown. */
  readonly rates: Rates | undefined;
}

/** Follows the requests of one agent. */
export class CacheWatch {
  readonly prefix = new PrefixWatch();
  #previous: Previous | undefined;
  #pin: PinReason | undefined;
  #drifts = 0;

  /** How many requests of this window did not begin as the one before, though they should have. */
  get drifts(): number {
    return this.#drifts;
  }

  /** Learns anew from a session's whole log; `messages` is what a request of it is made of now. */
  learn(events: readonly SessionEvent[], messages: Uint8Array = new Uint8Array()): void {
    this.#previous = undefined;
    this.#pin = undefined;
    this.prefix.forget();
    for (const event of events) this.apply(event);
    const pinned = events.findLastIndex(({ type }) => type === "header-pin");
    const marks = events
      .slice(pinned + 1)
      .flatMap((event) => (event.type === "step-end" && event.sent !== undefined ? [event.sent] : []));
    this.prefix.learn(marks, messages);
  }

  /** Takes in what may change the next request's beginning, and what the last one left in the cache. */
  apply(event: SessionEvent): void {
    if (event.type === "header-pin") {
      this.#pin = event.reason;
      this.prefix.forget();
    } else if (event.type === "step-end" && event.usage.promptTokens !== undefined) {
      this.#previous = { promptTokens: event.usage.promptTokens, endedAt: event.at };
      this.#pin = undefined;
    }
  }

  /** Judges a call before its `step-end` is taken in; undefined where the server told nothing about its cache. */
  judge(call: AnsweredCall, facts: CacheFacts): CacheFinding | undefined {
    const { usage, drift, rates } = call;
    if (drift !== undefined) this.#drifts += 1;
    const { cacheHitTokens: hit, cacheMissTokens: miss } = usage;
    if (hit === undefined || miss === undefined) return undefined;
    // Units are cached whole, so what does not fill one is never reused.
    const last = this.#previous?.promptTokens ?? 0;
    const reusableTokens = last - (last % facts.unitTokens);
    const missedTokens = Math.min(Math.max(0, reusableTokens - hit), miss);
    const perToken = rates === undefined ? undefined : (rates.miss - rates.hit) / 1_000_000;
    return {
      ...this.#cause(call, facts, missedTokens),
      reusableTokens,
      missedTokens,
      ...(perToken !== undefined && { savedUsd: hit * perToken, lostUsd: missedTokens * perToken }),
      ...(drift && { drift }),
    };
  }

  #cause(
    { drift, sentAt, usage }: AnsweredCall,
    facts: CacheFacts,
    missedTokens: number,
  ): Pick<CacheFinding, "cause" | "isInferred" | "reason"> {
    if (drift !== undefined) return { cause: "drift", isInferred: false };
    if (this.#pin !== undefined) return { cause: "declared", isInferred: false, reason: this.#pin };
    const previous = this.#previous;
    if (previous === undefined) return { cause: "declared", isInferred: false, reason: "first" };
    if (previous.promptTokens < facts.unitTokens && usage.cacheHitTokens === 0)
      return { cause: "small", isInferred: true };
    if (missedTokens === 0) return { cause: "none", isInferred: false };
    const gap = sentAt - previous.endedAt;
    if (gap > facts.lifeMs) return { cause: "expired", isInferred: true };
    if (gap < facts.buildMs) return { cause: "too-soon", isInferred: true };
    return { cause: "unknown", isInferred: true };
  }
}
