/** The journal of a run as answers: finds what a call was answered before, or says why it runs again. */
import type { Determinants, RunEvent, RunEventOf, Spent, StepOutcome } from "#protocol/run.ts";

/** A call as the journal knows it. */
interface Entry {
  readonly path: string;
  readonly key: string;
  readonly determinants: Determinants;
  /** Undefined while it runs; a crash leaves it so. */
  outcome?: StepOutcome;
  end?: RunEventOf<"step-end">;
  isTaken: boolean;
  /** Whether it is of the run itself, not of one that it was started from. */
  isOwn: boolean;
}

/** What a call asks for. */
export interface ReplayCall {
  readonly path: string;
  readonly key: string;
  readonly phase: string | undefined;
  readonly determinants: Determinants;
}

/** What was found; `occurrence` is the call's number among its equals in this attempt. */
export type ReplayAnswer = { readonly occurrence: number; readonly reason: string } &
  /** `isOwn`: the journal of the run itself holds it at this place. */
  ({ readonly end: RunEventOf<"step-end">; readonly isOwn: boolean } | { readonly end?: undefined });

/** Which known answers are not to be used: all, or those of phases. */
export interface Rerun {
  readonly all?: boolean;
  readonly phases?: readonly string[];
}

const interrupted: Readonly<Record<Exclude<StepOutcome, "done">, string>> = {
  failed: "failed before",
  skipped: "skipped before",
  interrupted: "interrupted before",
};

/** How a change of what determines a call is told. */
const changes: Readonly<Record<string, string>> = {
  prompt: "prompt changed",
  schema: "schema changed",
  model: "model changed",
  effort: "effort changed",
  agentType: "agent type changed",
  tools: "tools changed",
  isolation: "isolation changed",
  base: "worktree's base moved",
  command: "command changed",
  cwd: "folder changed",
  question: "question changed",
  choices: "choices changed",
};

/** Answers calls from earlier attempts. */
export class Replay {
  readonly #exact = new Map<string, Entry[]>();
  readonly #byKey = new Map<string, Entry[]>();
  readonly #byPath = new Map<string, Entry[]>();
  readonly #counts = new Map<string, number>();
  readonly #rerun: Rerun;
  #looksElsewhere: boolean;

  /**
   * `isSame`: script and args are those of the journal. Then calls come under the paths they had, as long as only known answers were given,
   * and no answer is looked for elsewhere: it would be taken from the call that it belongs to.
   */
  constructor(events: readonly RunEvent[], run: string, isSame: boolean, rerun: Rerun = {}) {
    let isOwn = false;
    this.#looksElsewhere = !isSame;
    this.#rerun = rerun;
    for (const event of events) {
      if (event.type === "run-start") isOwn = event.run === run;
      if (event.type === "step-start") this.#begin(event, isOwn);
      if (event.type === "step-end") this.#end(event, isOwn);
    }
    for (const list of this.#exact.values())
      for (const entry of list) {
        push(this.#byKey, entry.key, entry);
        push(this.#byPath, entry.path, entry);
      }
  }

  /** The answer to a call, each known one given once; what the guest has already (`isGiven`) is given whoever took it meanwhile for equal content. */
  take(call: ReplayCall, isGiven = false): ReplayAnswer {
    const name = `${call.path}\0${call.key}`;
    const occurrence = this.#counts.get(name) ?? 0;
    this.#counts.set(name, occurrence + 1);
    const own = this.#exact.get(name)?.[occurrence];
    const isAsked = this.#rerun.all === true || (this.#rerun.phases ?? []).includes(call.phase ?? "");
    if (isAsked) {
      if (own !== undefined) own.isTaken = true;
      return { occurrence, reason: own === undefined ? this.#whyNew(call) : "asked to run again" };
    }
    if (own !== undefined && (isGiven || !own.isTaken)) {
      own.isTaken = true;
      if (own.outcome === "done" && own.end !== undefined)
        return { occurrence, reason: "same place and content", end: own.end, isOwn: own.isOwn };
      return {
        occurrence,
        reason: interrupted[own.outcome === "done" ? "interrupted" : (own.outcome ?? "interrupted")],
      };
    }
    const moved = this.#looksElsewhere ? this.#elsewhere(call.key) : undefined;
    if (moved?.end !== undefined) {
      moved.isTaken = true;
      return { occurrence, reason: "same content, elsewhere before", end: moved.end, isOwn: false };
    }
    return { occurrence, reason: this.#whyNew(call) };
  }

  /** Says that the script got an answer that is new: from here on calls may come elsewhere than before. */
  noteNewAnswer(): void {
    this.#looksElsewhere = true;
  }

  #elsewhere(key: string): Entry | undefined {
    return this.#byKey.get(key)?.find(({ isTaken, outcome }) => !isTaken && outcome === "done");
  }

  #whyNew({ path, key, determinants }: ReplayCall): string {
    const others = (this.#byPath.get(path) ?? []).filter((entry) => entry.key !== key && !entry.isTaken);
    const [other] = others;
    if (other === undefined) return "new";
    const differing = [...new Set([...Object.keys(determinants), ...Object.keys(other.determinants)])].filter(
      (field) => determinants[field] !== other.determinants[field],
    );
    const words = differing.map((field) => changes[field] ?? `${field} changed`);
    return words.length === 0 ? "new" : words.join(", ");
  }

  #begin(event: RunEventOf<"step-start">, isOwn: boolean): void {
    const { path, key, determinants } = event;
    const list = this.#listOf(path, key);
    list[event.occurrence] = { path, key, determinants, isTaken: false, isOwn };
  }

  #end(event: RunEventOf<"step-end">, isOwn: boolean): void {
    const { path, key, outcome } = event;
    const list = this.#listOf(path, key);
    const known = list[event.occurrence];
    if (event.cached && known?.outcome === "done" && (known.isOwn || !isOwn)) return;
    const determinants = known?.determinants ?? {};
    list[event.occurrence] = { path, key, determinants, outcome, end: event, isTaken: false, isOwn };
  }

  #listOf(path: string, key: string): Entry[] {
    const name = `${path}\0${key}`;
    const list = this.#exact.get(name);
    if (list !== undefined) return list;
    const made: Entry[] = [];
    this.#exact.set(name, made);
    return made;
  }
}

function push(map: Map<string, Entry[]>, name: string, entry: Entry | undefined): void {
  if (entry === undefined) return;
  const list = map.get(name);
  if (list === undefined) map.set(name, [entry]);
  else list.push(entry);
}

/** What all attempts spent. */
export function spentIn(events: readonly RunEvent[]): Spent {
  let tokens = 0;
  let usd = 0;
  for (const event of events) {
    if (event.type !== "step-end" || event.cached) continue;
    tokens += event.spent?.tokens ?? 0;
    usd += event.spent?.usd ?? 0;
  }
  return { tokens, usd };
}

/** What scripts read of their budget, by place and kind, in order. */
export function budgetReads(events: readonly RunEvent[]): Readonly<Record<string, readonly number[]>> {
  const reads = new Map<string, number[]>();
  for (const event of events) {
    if (event.type !== "budget-read") continue;
    const list = reads.get(event.key);
    if (list === undefined) reads.set(event.key, [event.value]);
    else list.push(event.value);
  }
  return Object.fromEntries(reads);
}
