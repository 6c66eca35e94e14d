/** The trace of a run: run, phases, agents, and below each agent the spans of its own session; shell steps and questions, too. */
import { noSpent, type RunEvent, type RunEventOf, type StepOutcome } from "#protocol/run.ts";
import type { ToolOutcome } from "#protocol/session.ts";
import type { OpenSpan, Span, SpanKind } from "#protocol/trace.ts";
import { addUsage, noUsage, type Usage } from "#protocol/usage.ts";
import type { Channel } from "../channel.ts";
import type { Redactor } from "../session/redact.ts";
import type { Store } from "../store-ports.ts";
import { type SpanFact, type SpanStart, TraceRecorder } from "../trace/recorder.ts";

/** What traces of runs are made with. */
export interface RunTraceParts {
  readonly store: Store;
  readonly redactor: Redactor;
  /** The trace of a session, or of a run by its id. */
  readonly channel: (id: string) => Channel<"trace">;
  /** Called with each span that has ended. */
  readonly ended: (span: Span) => void;
}

interface Ending {
  readonly at: number;
  readonly outcome: ToolOutcome;
  readonly error?: Span["error"];
  /** Whether the journal knows of tokens, which its calls may not have told. */
  readonly hasSpent?: boolean;
}

const stepOutcomes: Readonly<Record<StepOutcome, ToolOutcome>> = {
  done: "ok",
  failed: "error",
  skipped: "cancelled",
  interrupted: "interrupted",
};
const runOutcomes: Readonly<Record<RunEventOf<"run-end">["outcome"], ToolOutcome>> = {
  done: "ok",
  incomplete: "error",
  failed: "error",
  stopped: "cancelled",
  interrupted: "interrupted",
};

/** Writes the trace of one run as its events come. */
export class RunTrace {
  readonly #run: string;
  readonly #parts: RunTraceParts;
  readonly #steps = new Map<string, Part>();
  readonly #phases = new Map<string, Part>();
  #whole: Part | undefined;
  #attempt = 0;
  /** Counts the phases of this attempt. */
  #begun = 0;
  #isReplaying = false;
  /** What earlier attempts kept: what a crash left open there ends with the first that is heard of the next one. */
  #before: readonly RunEvent[] | undefined;

  constructor(run: string, parts: RunTraceParts, before?: readonly RunEvent[]) {
    this.#run = run;
    this.#parts = parts;
    this.#before = before;
  }

  /** Ends what a crash left open, given all that the run's journal holds. */
  interrupt(events: readonly RunEvent[]): void {
    this.#isReplaying = true;
    for (const event of events) this.take(event);
    this.#isReplaying = false;
    for (const part of this.#steps.values()) part.missUsage();
    const last = events.at(-1);
    if (last !== undefined) this.#whole?.end({ at: last.at, outcome: "interrupted" });
  }

  /** Takes what happened. */
  take(event: RunEvent): void {
    const before = this.#before;
    this.#before = undefined;
    if (before !== undefined) this.interrupt(before);
    switch (event.type) {
      case "run-start":
        return this.#begin(event);
      case "phase":
        return this.#enter(event.title, event.at);
      case "step-start":
        return this.#beginStep(event);
      case "step-session":
        return this.#steps.get(event.step)?.follow(event.session);
      case "step-end":
        return this.#endStep(event);
      case "run-end": {
        const { at, outcome, error } = event;
        return this.#whole?.close({
          ...{ at, outcome: runOutcomes[outcome] },
          ...(error && { error: { code: error.code, message: error.message } }),
        });
      }
      default:
    }
  }

  #begin({ attempt, workflow, at }: RunEventOf<"run-start">): void {
    // An attempt that was cut has no end of its own.
    this.#whole?.end({ at, outcome: "interrupted" });
    this.#attempt = attempt;
    this.#begun = 0;
    this.#steps.clear();
    this.#phases.clear();
    const id = attempt === 1 ? this.#run : `${this.#run}/${attempt}`;
    this.#whole = this.#part("run", { id, name: `invoke_workflow ${workflow}`, title: workflow }, at);
  }

  #beginStep(event: RunEventOf<"step-start">): void {
    const { step, kind, label, phase, at, model } = event;
    const up = phase === undefined ? this.#whole : this.#phaseOf(phase, at);
    const id = `${this.#run}/${step}`;
    const told = { id, title: label, ...(model !== undefined && { model }) };
    const names = { agent: `invoke_agent ${label}`, sh: "execute_tool sh", ask: "question" };
    const kinds = { agent: "agent", sh: "tool", ask: "question" } as const;
    this.#steps.set(step, this.#part(kinds[kind], { ...told, name: names[kind] }, at, up, label));
  }

  #endStep({ step, outcome, reason, error, at, spent = noSpent }: RunEventOf<"step-end">): void {
    const part = this.#steps.get(step);
    if (part === undefined) return;
    this.#steps.delete(step);
    const isBad = outcome === "failed";
    part.endWhenStill({
      ...{ at, outcome: stepOutcomes[outcome], hasSpent: spent.tokens > 0 },
      ...(isBad && { error: { code: reason, message: error ?? reason } }),
    });
  }

  // A script that goes to another phase is done with the one before, once nothing of that runs any more.
  #enter(title: string, at: number): void {
    this.#phaseOf(title, at);
    for (const [other, part] of this.#phases) if (other !== title) part.endWhenStill({ at, outcome: "ok" });
  }

  // What begins in a phase goes on with it, or, where that has ended, begins it again.
  #phaseOf(title: string, at: number): Part {
    const open = this.#phases.get(title);
    if (open !== undefined && !open.isOver) {
      open.goOn();
      return open;
    }
    this.#begun += 1;
    const id = `${this.#run}/${this.#attempt}.phase-${this.#begun}`;
    const part = this.#part("phase", { id, name: `phase ${title}`, title }, at, this.#whole);
    this.#phases.set(title, part);
    return part;
  }

  #part(
    kind: SpanKind,
    told: Pick<SpanStart, "id" | "name" | "title" | "model">,
    startedAt: number,
    up?: Part,
    agent = "workflow",
  ): Part {
    const { store, redactor, channel, ended } = this.#parts;
    const ports = { store, redactor, channel: channel(this.#run), ended };
    const parent = up && { parent: up.id };
    const fact: SpanStart = { ...told, ...parent, kind, turn: this.#attempt, startedAt };
    const recorder = new TraceRecorder(this.#run, ports, agent);
    if (!this.#isReplaying) recorder.start(fact);
    return new Part(fact, up, () => (this.#isReplaying ? undefined : recorder), channel);
  }
}

/** A run, a phase or a step, from its start to its end, with what the calls below it came to. */
class Part {
  readonly #fact: SpanStart;
  readonly #up: Part | undefined;
  readonly #recorder: () => TraceRecorder | undefined;
  readonly #channel: RunTraceParts["channel"];
  readonly #below = new Set<Part>();
  /** When the last of what is below it ended. */
  #lastAt = 0;
  #usage: Usage = noUsage;
  #costUsd: number | undefined;
  #isUsageWhole = true;
  #session: string | undefined;
  /** Sessions that are heard, each with what ends that: the one before a new try may still be on its way out. */
  readonly #followed = new Map<string, () => void>();
  #ending: Ending | undefined;
  #hasUsage = false;
  isOver = false;

  constructor(
    fact: SpanStart,
    up: Part | undefined,
    recorder: () => TraceRecorder | undefined,
    channel: RunTraceParts["channel"],
  ) {
    this.#fact = fact;
    this.#up = up;
    this.#recorder = recorder;
    this.#channel = channel;
    if (up !== undefined) up.#below.add(this);
  }

  get id(): string {
    return this.#fact.id;
  }

  /** Tells what happens in a session as a part of this. */
  follow(session: string): void {
    const recorder = this.#recorder();
    if (recorder === undefined) return;
    this.#session = session;
    if (this.#followed.has(session)) return;
    const trace = this.#channel(session);
    const unfollow = trace.listen((event) => {
      const fact = this.#adopted(event.span);
      if (event.type === "span-start") return recorder.start(fact);
      recorder.end(fact as SpanFact);
      this.#lastAt = Math.max(this.#lastAt, event.span.endedAt);
      if (event.span.kind === "turn") this.#count(event.span);
      if (session !== this.#session && trace.state.open.length === 0) this.#unfollow(session);
      this.#endIfStill();
    });
    this.#followed.set(session, unfollow);
  }

  #unfollow(session: string): void {
    this.#followed.get(session)?.();
    this.#followed.delete(session);
  }

  /** Some call did not tell what it used. */
  missUsage(): void {
    this.#isUsageWhole = false;
    if (this.#up !== undefined) this.#up.missUsage();
  }

  /** Ends once nothing runs below it any more. */
  endWhenStill(ending: Ending): void {
    this.#ending ??= ending;
    this.#endIfStill();
  }

  /** Something begins in it again. */
  goOn(): void {
    this.#ending = undefined;
  }

  /** The same for all below it, too: a step that was not told to end by then was interrupted. */
  close(ending: Ending): void {
    const { at, outcome } = ending;
    for (const part of this.#below)
      part.close(part.#fact.kind === "phase" ? { at, outcome } : { at, outcome: "interrupted" });
    this.endWhenStill(ending);
  }

  /** Ends now, with all below it. */
  end(ending: Ending): void {
    if (this.isOver) return;
    this.isOver = true;
    for (const session of [...this.#followed.keys()]) this.#unfollow(session);
    if (ending.hasSpent === true && !this.#hasUsage) this.missUsage();
    for (const part of this.#below) part.end({ at: ending.at, outcome: "interrupted" });
    const at = Math.max(ending.at, this.#lastAt);
    const { outcome, error } = ending;
    this.#recorder()?.end({
      ...this.#fact,
      ...{ endedAt: at, outcome, timings: {} },
      ...(this.#session !== undefined && { origin: this.#session }),
      ...(this.#hasUsage && { usage: this.#usage }),
      ...(!this.#isUsageWhole && { isUsageWhole: false as const }),
      ...(this.#costUsd !== undefined && { costUsd: this.#costUsd }),
      ...(error && { error }),
    });
    if (this.#up === undefined) return;
    this.#up.#below.delete(this);
    this.#up.#lastAt = Math.max(this.#up.#lastAt, at);
    this.#up.#endIfStill();
  }

  #endIfStill(): void {
    if (this.#ending === undefined || this.#below.size > 0) return;
    const isBusy = [...this.#followed.keys()].some((session) => this.#channel(session).state.open.length > 0);
    if (!isBusy) this.end(this.#ending);
  }

  #adopted(span: Span | OpenSpan): SpanStart {
    const { session, agent: _agent, ...fact } = span;
    return { ...fact, parent: fact.parent ?? this.id, origin: session };
  }

  #count(span: Span | OpenSpan): void {
    const { usage, costUsd, isUsageWhole } = span;
    if (usage !== undefined) this.#usage = addUsage(this.#usage, usage);
    this.#hasUsage ||= usage !== undefined;
    if (costUsd !== undefined) this.#costUsd = (this.#costUsd ?? 0) + costUsd;
    if (isUsageWhole === false) this.#isUsageWhole = false;
    if (this.#up !== undefined) this.#up.#count(span);
  }
}
