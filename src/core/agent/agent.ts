/** The agent of one session: takes messages, runs turns one after another, stops, goes on. */
import { runningTurn, type SessionEvent, type ToolCall } from "#protocol/session.ts";
import type { ModelChoice } from "#protocol/header.ts";
import type { Mode } from "#protocol/permissions.ts";
import { BooError, messageOf } from "../errors.ts";
import type { Route } from "../models/router.ts";
import { recover } from "../session/recover.ts";
import type { Session } from "../session/session.ts";
import { titleOf } from "../session/summary.ts";
import { Commands } from "../shell/commands.ts";
import { saveQuestion, UnsavedChanges } from "../shell/unsaved-changes.ts";
import { traceCutTurn } from "../trace/cut-turn.ts";
import { CacheWatch } from "../trace/cache-watch.ts";
import { TraceRecorder } from "../trace/recorder.ts";
import { TurnTrace } from "../trace/turn-trace.ts";
import type { ContextSource } from "./context.ts";
import type { AgentDependencies } from "./dependencies.ts";
import { pinHeader } from "./pin-header.ts";
import { checkSize } from "./message-size.ts";
import { Questions, suspended, type Answer } from "./questions.ts";
import { internalError, runTurn } from "./turn.ts";
import type { ScriptedCall, TurnKind, TurnResult, TurnRun } from "./turn.ts";

/** Runs the turns of one session; at most one at a time. */
export class Agent {
  readonly session: Session;
  readonly #dependencies: AgentDependencies;
  readonly #context: ContextSource;
  readonly #recorder: TraceRecorder;
  readonly #cache = new CacheWatch();
  readonly #questions: Questions;
  /** What it runs, between turns too. */
  readonly commands: Commands;
  readonly #unsaved: UnsavedChanges;
  #ask: TurnRun["ask"] | undefined;
  #stopper: AbortController | undefined;
  #running: Promise<void> = Promise.resolve();
  #tracing: Promise<void> = Promise.resolve();
  #isInterrupting = false;

  constructor(session: Session, context: ContextSource, dependencies: AgentDependencies) {
    this.session = session;
    this.#context = context;
    session.channel.listen((event) => {
      context.apply(event);
      this.#cache.apply(event);
      if (event.type === "question-asked") dependencies.questionsChanged(session.id, event.question);
      const mayEnd = event.type === "question-answered" || event.type === "tool-end";
      if (mayEnd) this.#questions.drop();
      if (event.type === "tool-end")
        this.commands.changes.noteOthers(event.files?.map(({ path }) => path) ?? []);
      if (event.type === "turn-end") void this.commands.changes.forget();
      if (mayEnd || event.type === "turn-end") dependencies.questionsChanged(session.id, undefined);
    });
    this.#dependencies = dependencies;
    const { ports, redactor, traces } = dependencies;
    const channel = traces.channel(session.id);
    const ended = dependencies.spanEnded;
    this.#questions = new Questions(session, () => this.#now());
    this.commands = new Commands(ports, redactor);
    this.#unsaved = new UnsavedChanges((paths) => this.#maySave(paths));
    this.#recorder = new TraceRecorder(session.id, { store: ports.store, redactor, channel, ended });
  }

  /** True while a turn runs. */
  get isRunning(): boolean {
    return this.#stopper !== undefined;
  }

  /** Resolves when the running turn, if any, has ended and is on disk. */
  async idle(): Promise<void> {
    await this.#running;
    await this.#tracing;
    await this.session.settled();
  }

  /** Starts a turn with a message, or queues the message while one runs; resolves when that is on disk. */
  async prompt(text: string): Promise<{ readonly turn?: string; readonly queued?: string }> {
    if (text.trim() === "") throw new BooError("empty-message", "Write a message first.");
    checkSize(text, this.session.state.choice);
    if (this.isRunning) return { queued: await this.#queue(text) };
    return { turn: await this.#start(this.#takeQueue(text)) };
  }

  /** Goes on without a new message: after a stop, an error, an interruption. */
  async continue(): Promise<{ readonly turn: string }> {
    if (this.isRunning) throw new BooError("busy", "The agent is already working.");
    const queued = this.#takeQueue();
    if (queued !== undefined) return { turn: await this.#start(queued) };
    if (this.session.state.turns.length === 0)
      throw new BooError("nothing-to-continue", "There is nothing to go on with yet.");
    const needsMessage = this.session.transcript.endsWithAnswer || this.session.transcript.length === 0;
    return { turn: await this.#start(needsMessage ? "Continue." : undefined, "continue") };
  }

  /** Goes on with an interrupted turn where the user's settings ask for it; after three interruptions in a row it waits for the user. */
  async autoResume(): Promise<void> {
    const { ports, limits } = this.#dependencies;
    const { turns } = this.session.state;
    const isCut = (turn: (typeof turns)[number]): boolean => turn.end?.reason === "interrupted";
    const cuts = turns.length - 1 - turns.findLastIndex((turn) => !isCut(turn));
    const isWanted = ports.settings.autoResume() && !this.isRunning && this.session.state.owner === undefined;
    if (!isWanted || cuts === 0 || cuts > limits.autoResumes) return;
    try {
      await this.continue();
    } catch (error) {
      ports.log.warn(`The session did not go on by itself: ${messageOf(error)}`);
    }
  }

  /** Runs a turn that only writes a summary, into the reserve of a full context; resolves to how it ended. */
  async runSummary(request: string): Promise<TurnResult["reason"]> {
    if (this.isRunning)
      throw new BooError(
        "busy",
        "Wait until the agent has finished, or stop it, then start a session with a summary.",
      );
    await this.#start(request, "summary");
    await this.#running;
    return this.session.state.turns.at(-1)?.end?.reason ?? "error";
  }

  /** Makes a call of a tool for a script, in a turn of its own; resolves when that has ended, to the call. Throws BooError "busy". */
  async call(text: string, scripted: ScriptedCall): Promise<ToolCall | undefined> {
    if (this.isRunning) throw new BooError("busy", "The agent is already working.");
    await this.#start(text, scripted);
    await this.#running;
    const item = this.session.state.turns.at(-1)?.items.at(-1);
    return item?.kind === "tool" ? item.call : undefined;
  }

  /** Stops the running turn; resolves when it has ended. Messages in the queue stay there. */
  async stop(): Promise<void> {
    this.#stopper?.abort(new BooError("stopped", "Stopped by the user."));
    await this.#running;
  }

  /** Stops the running turn because its window closes or has lost the session: it is shown as interrupted, which nobody asked for. */
  async interrupt(): Promise<void> {
    this.#isInterrupting = true;
    await this.stop();
    this.#isInterrupting = false;
  }

  /** Lets the turn rest because its window closes: one that waits for answers goes on in the next window, any other is interrupted. */
  async suspend(): Promise<void> {
    if (!this.#questions.isWaiting) return this.interrupt();
    this.#stopper?.abort(suspended);
    await this.#running;
  }

  /** Answers a question; an answer to one that is no longer asked is refused. Throws BooError "not-asked", "no-such-choice". */
  answer(question: string, answer: Answer): Promise<void> {
    return this.#questions.answer(question, answer);
  }

  /** Looks whether open questions have been answered by what was granted meanwhile. */
  settleQuestions(): Promise<void> {
    return this.#questions.settle();
  }

  /** Changes how much is done without asking, from the next call on. */
  async setMode(mode: Mode): Promise<void> {
    if (mode !== this.session.state.mode) await this.write({ type: "mode-change", at: this.#now(), mode });
  }

  /** Changes the model of the coming turns. */
  async choose(choice: ModelChoice): Promise<void> {
    await this.write({ type: "model-change", at: this.#now(), choice, label: choice.model });
  }

  /** Adds an event to the session that belongs to no step. Throws BooError "session-busy" while another window runs the session. */
  async write(event: SessionEvent): Promise<void> {
    const { store } = this.#dependencies.ports;
    const { session } = this;
    const isOwned = this.isRunning || session.isUnused;
    if (!isOwned) await this.#claim();
    await session.emit(event);
    if (!isOwned) await store.release(session.id);
  }

  /** Begins anew with what the store has of the session. */
  async reload(events: readonly SessionEvent[]): Promise<void> {
    await this.session.reload(events);
    await this.learn(events);
  }

  /** Learns from the whole log what the model was told, and what its server may have cached. */
  async learn(events: readonly SessionEvent[]): Promise<void> {
    this.#cache.learn(events, this.session.transcript.bytes());
    await this.#context.learn(events);
  }

  /**
   * Takes up a turn that waits for answers, and ends any other that a window left in the middle. What comes from elsewhere (`isForeign`) is
   * never taken up: its open calls are nobody's wish here. Throws BooError "session-busy" while a window runs it.
   */
  async recover(isForeign = false): Promise<void> {
    const { store } = this.#dependencies.ports;
    const { session } = this;
    if (runningTurn(session.state) === undefined || this.isRunning) return;
    await this.#claim();
    // What the window before wrote last may have ended it.
    const turn = runningTurn(session.state);
    const isAsking = turn !== undefined && session.state.questions.length > 0;
    if (!isForeign && !this.#isOrphan && isAsking && (await this.#takeUp(turn.id))) return;
    await this.#endCut();
    await store.release(session.id);
  }

  // Ends a turn that a window left in the middle, and its spans, for which nobody waits.
  async #endCut(): Promise<void> {
    const { session } = this;
    const turn = runningTurn(session.state);
    if (turn === undefined) return;
    await recover(session, this.#now());
    const { store, log } = this.#dependencies.ports;
    this.#tracing = traceCutTurn({ store, recorder: this.#recorder }, session.id, turn).catch(
      (error: unknown) => log.warn(`The trace of a cut turn stays open: ${messageOf(error)}`),
    );
  }

  /** Makes this window the session's owner, and takes in what the one before wrote last. Throws BooError "session-busy". */
  async #claim(): Promise<void> {
    const { store } = this.#dependencies.ports;
    const { session } = this;
    const count = await store.acquire(session.id);
    if (session.state.owner !== undefined) void session.emit({ type: "owner-change", owner: undefined });
    if (count > session.eventCount) await this.reload(await store.events(session.id));
  }

  // Nothing is sent before the user has answered; what a call does begins only then.
  async #takeUp(turn: string): Promise<boolean> {
    const stopper = new AbortController();
    this.#stopper = stopper;
    try {
      const route = await pinHeader(this.session, this.#dependencies.router, () => this.#now());
      this.#running = this.#run(turn, route, stopper.signal, "take-up");
      return true;
    } catch (error) {
      this.#stopper = undefined;
      this.#dependencies.ports.log.warn(
        `A turn that waited for an answer can not go on: ${messageOf(error)}`,
      );
      return false;
    }
  }

  /** Whether it worked on a task of a run that is over: its folder, its limits and what was granted to it are gone. */
  get #isOrphan(): boolean {
    return this.session.state.task !== undefined && this.#dependencies.task?.isClosed !== false;
  }

  async #start(text: string | undefined, kind: Exclude<TurnKind, "take-up"> = "prompt"): Promise<string> {
    if (this.#isOrphan)
      throw new BooError(
        "task-over",
        "This session worked for a run of a workflow that is over. Fork it to go on.",
      );
    const stopper = new AbortController();
    this.#stopper = stopper;
    const turn = crypto.randomUUID();
    const { store } = this.#dependencies.ports;
    const isShared = !this.session.isUnused;
    try {
      // From here to the turn's end no other window writes this session.
      await (isShared ? this.#claim() : store.acquire(this.session.id));
      // What a window left in the middle is ended before anything new begins.
      await this.#endCut();
      const route = await pinHeader(this.session, this.#dependencies.router, () => this.#now());
      await this.#emitStart(turn, text, kind === "continue", stopper.signal);
      this.#running = this.#run(turn, route, stopper.signal, kind);
      return turn;
    } catch (error) {
      this.#stopper = undefined;
      await store.release(this.session.id);
      throw error;
    }
  }

  async #emitStart(
    turn: string,
    text: string | undefined,
    isContinued: boolean,
    signal: AbortSignal,
  ): Promise<void> {
    const { session } = this;
    const isFirst = session.state.turns.length === 0;
    const number = session.state.turns.length + session.state.olderTurns + 1;
    const message =
      text === undefined
        ? undefined
        : await this.#context.message(session, crypto.randomUUID(), text, signal);
    if (isFirst && message !== undefined)
      void session.emit({
        type: "title-change",
        at: this.#now(),
        title: session.state.task?.label ?? titleOf(message.text),
      });
    await session.emit({
      ...{ type: "turn-start", at: this.#now(), turn, number },
      ...(message && { message }),
      ...(isContinued && { isContinued }),
    });
  }

  async #run(turn: string, route: Route, signal: AbortSignal, kind: TurnKind): Promise<void> {
    const state = runningTurn(this.session.state);
    const { number = 1, items = [], startedAt = this.#now(), steps = 0 } = state ?? {};
    const began = { id: turn, number, items, startedAt };
    const trace = new TurnTrace(this.#recorder, began, () => this.#now());
    const run: TurnRun = {
      turn,
      number,
      route,
      signal,
      isSummary: kind === "summary",
      ...(typeof kind === "object" && { scripted: kind }),
      ...(kind === "take-up" && { open: { calls: this.session.transcript.openRequests, steps } }),
      session: this.session,
      recorder: this.#recorder,
      cache: this.#cache,
      trace,
      commands: this.commands,
      unsaved: this.#unsaved,
      ask: (question, settled) =>
        this.#questions.ask(question, { turn, trace, signal, ...(settled && { settled }) }),
      ...this.#dependencies,
    };
    this.#ask = run.ask;
    this.#questions.open();
    let result: TurnResult;
    try {
      result = await runTurn(run);
      if (this.#isInterrupting && result.reason === "stopped") result = { reason: "interrupted" };
    } catch (error) {
      this.#dependencies.ports.log.error("A turn failed in a way that BooCode did not expect.", error);
      result = { reason: "error", error: internalError(error) };
    }
    this.#questions.close();
    if (signal.reason === suspended) {
      await this.#dependencies.ports.store.release(this.session.id);
      this.#stopper = undefined;
      return;
    }
    await this.session.emit({ type: "turn-end", at: this.#now(), turn, ...result });
    const ended = this.session.state.turns.find((entry) => entry.id === turn);
    trace.end(result.reason, result.error, ended);
    await this.#dependencies.ports.store.release(this.session.id);
    this.#stopper = undefined;
    await this.#startQueued(result);
  }

  // What was queued too late for a step becomes the next turn, unless the user stopped or something must be mended first.
  async #startQueued(result: TurnResult): Promise<void> {
    const text = result.reason === "done" ? this.#takeQueue() : undefined;
    if (text === undefined) return;
    try {
      await this.#start(text);
    } catch (error) {
      this.#dependencies.ports.log.error("A queued message could not be sent.", error);
      await this.session.emit({
        type: "queue-add",
        at: this.#now(),
        message: { id: crypto.randomUUID(), text },
      });
    }
  }

  // Everything in the queue, and what is written now, as one message; undefined where there is nothing.
  #takeQueue(last?: string): string | undefined {
    const waiting = this.session.state.queue;
    for (const { id } of waiting) void this.session.emit({ type: "queue-remove", at: this.#now(), id });
    const texts = [...waiting.map((message) => message.text), ...(last === undefined ? [] : [last])];
    return texts.length === 0 ? undefined : texts.join("\n\n");
  }

  async #queue(text: string): Promise<string> {
    if (this.session.state.queue.length >= this.#dependencies.limits.queued) {
      throw new BooError(
        "queue-full",
        "Too many messages are waiting. Let the agent take some first, or remove one.",
      );
    }
    const message = { id: crypto.randomUUID(), text };
    await this.session.emit({ type: "queue-add", at: this.#now(), message });
    // The turn may have ended while the message was written down.
    if (!this.isRunning && runningTurn(this.session.state) === undefined)
      await this.#startQueued({ reason: "done" });
    return message.id;
  }

  async #maySave(paths: readonly string[]): Promise<boolean> {
    return (await this.#ask?.(saveQuestion(paths)))?.value === "save";
  }

  #now(): number {
    return this.#dependencies.ports.clock.now();
  }
}
