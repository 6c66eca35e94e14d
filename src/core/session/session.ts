/** A session: the only writer of one transcript. */
import { emptySession, type Body, type SessionEvent, type SessionState } from "#protocol/session.ts";
import { reduceSession } from "#protocol/session-reducer.ts";
import type { SessionSummary } from "#protocol/sessions.ts";
import { Channel } from "../channel.ts";
import { BooError } from "../errors.ts";
import type { Log } from "../ports.ts";
import type { Store, StoreRecord } from "../store-ports.ts";
import type { Redactor } from "./redact.ts";
import { summarize } from "./summary.ts";
import { Transcript } from "./transcript.ts";

const inlineBytes = 16 * 1024;
const previewCharacters = 2_000;
// A killed process loses at most this much of what a stream said: rare enough to be cheap, little enough not to be missed.
const partialCharacters = 512;
const partialMs = 1_000;
// Loading leaves the event loop to others after this long.
const loadSliceMs = 2;
const writtenAtOnce = { events: 50, characters: 1_000_000 };

/** What a session needs. */
export interface SessionPorts {
  readonly store: Store;
  readonly redactor: Redactor;
  readonly log: Log;
}

type DeltaEvent = Extract<SessionEvent, { type: "text-delta" | "reasoning-delta" }>;

const unkept: ReadonlySet<SessionEvent["type"]> = new Set([
  "tool-input",
  "tool-output",
  "waiting",
  "owner-change",
  "strays-change",
]);

/** One conversation in this window: reduces, numbers, keeps and tells every event. */
export class Session {
  readonly id: string;
  readonly channel: Channel<"session">;
  transcript: Transcript;
  readonly #ports: SessionPorts;
  readonly #texts = new Map<string, string>();
  #count = 0;
  #start: SessionEvent | undefined;
  #partial: DeltaEvent | undefined;
  #flushing: ReturnType<typeof setTimeout> | undefined;
  #lastAppend: Promise<unknown> = Promise.resolve();
  #lastAnnounced: Promise<unknown> = Promise.resolve();
  #reloading: Promise<unknown> = Promise.resolve();
  /** Called after each turn or title with the session's new line for the list. */
  onSummary: (summary: SessionSummary) => void = () => {};

  constructor(id: string, ports: SessionPorts) {
    this.id = id;
    this.#ports = ports;
    this.channel = new Channel("session");
    this.transcript = new Transcript((body) => this.#textOf(body));
  }

  /** The state after the last event. */
  get state(): SessionState {
    return this.channel.state;
  }

  /** The number of the next event. */
  get eventCount(): number {
    return this.#count;
  }

  /** Whether nothing of it was written down and nothing of it would be missed. */
  get isUnused(): boolean {
    return this.#start !== undefined && this.state.summary === undefined;
  }

  /** Starts the session in memory; the event is written down together with the next one, or by `settled`. */
  begin(event: Extract<SessionEvent, { type: "session-start" }>): void {
    this.#start = this.#ports.redactor.value<SessionEvent>(event);
    this.transcript.apply(this.#start);
    this.channel.emit(this.#start);
  }

  /** Takes in the events of an earlier window; bodies are read from their blobs first. */
  async load(events: readonly SessionEvent[]): Promise<void> {
    const { transcript } = this;
    let state = emptySession;
    const breath = breathing();
    transcript.hold();
    for (const event of events) {
      await this.#loadBodies(event);
      transcript.apply(event);
      state = reduceSession(state, event);
      this.#texts.clear();
      if (!isDelta(event)) this.#count += 1;
      await breath();
    }
    for (const _ of transcript.write()) await breath();
    this.channel.renew(state);
  }

  /** Shows a state until the session's events are loaded. */
  preview(state: SessionState): void {
    this.channel.renew(state);
  }

  /**
   * Takes in an event that another window wrote; false where it does not follow what is here, so that the session must be read again.
   * The texts of its bodies are read first, which keeps events in order as long as one call is waited for before the next.
   */
  async follow(n: number, event: SessionEvent): Promise<boolean> {
    await this.#reloading;
    if (n < this.#count) return true;
    if (n > this.#count) return false;
    const { transcript } = this;
    await this.#loadBodies(event);
    // Read again meanwhile: it may be in that.
    if (this.transcript !== transcript) return this.follow(n, event);
    transcript.apply(event);
    this.#count += 1;
    if (event.type === "turn-end") this.#texts.clear();
    this.channel.emit(event);
    return true;
  }

  /** Takes in what another window's stream said after an event. */
  followPartial(after: number, event: SessionEvent): void {
    if (after === this.#count - 1) this.channel.emit(event);
  }

  /** Begins anew with what the store has of it. */
  reload(events: readonly SessionEvent[]): Promise<void> {
    const reloading = this.#reloading.then(async () => {
      this.#count = 0;
      this.#partial = undefined;
      this.transcript = new Transcript((body) => this.#textOf(body));
      await this.load(events);
    });
    this.#reloading = reloading.catch(() => {});
    return reloading;
  }

  /** Makes a new session out of events, as if they had happened here; resolves when they are on disk. */
  async adopt(events: readonly SessionEvent[]): Promise<void> {
    await this.load(events);
    const last = events.at(-1);
    if (last === undefined) return;
    const summary = { ...summarize(this.state, last), state: "idle" as const };
    await this.#write(events, summary);
    this.onSummary(summary);
  }

  /** Writes a whole log, a piece at a time: what is much would stop the host, and be more than may wait for the disk. */
  async #write(events: readonly SessionEvent[], summary: SessionSummary): Promise<void> {
    const { store, redactor } = this.#ports;
    let refusal: { readonly error: unknown } | undefined;
    // What a failing disk refuses waits in memory: the rest belongs to it. What is lost has no rest.
    const append = (records: readonly StoreRecord[]) =>
      store.append(records).catch((error: unknown) => {
        if (error instanceof BooError && error.code === "store-lost") throw error;
        refusal ??= { error };
      });
    const breath = breathing();
    let records: StoreRecord[] = [];
    let characters = 0;
    for (const [n, fact] of events.entries()) {
      const event = redactor.value(fact);
      records.push({ kind: "event", session: this.id, n, event });
      characters += textLength(event);
      await breath();
      if (records.length < writtenAtOnce.events && characters < writtenAtOnce.characters) continue;
      await append(records);
      [records, characters] = [[], 0];
    }
    await append([...records, { kind: "summary", summary }]);
    if (refusal !== undefined) throw refusal.error;
  }

  /** Makes an event true: resolves once it is on disk (at once for deltas), to false where the disk refused it. */
  emit(fact: SessionEvent): Promise<boolean> {
    this.#writeStart();
    const event = this.#ports.redactor.value(fact);
    this.transcript.apply(event);
    if (isDelta(event)) {
      this.channel.emit(event);
      this.#addPartial(event);
      return Promise.resolve(true);
    }
    if (unkept.has(event.type)) {
      this.channel.emit(event);
      return Promise.resolve(true);
    }
    const closesPartial =
      event.type === "step-end" || event.type === "step-reset" || event.type === "turn-end";
    if (closesPartial) {
      this.#partial = undefined;
      this.#flushPartial();
    }
    if (event.type === "turn-end") this.#texts.clear();
    const durable = this.#append(event, closesPartial);
    this.channel.emit(event, durable);
    return durable;
  }

  /** Resolves once everything emitted so far is on disk or was refused. */
  async settled(): Promise<void> {
    this.#writeStart();
    await this.#lastAppend;
  }

  /**
   * Resolves once everything emitted so far is on disk or was refused, but for the newest results of tools and the start of the step: what a request to a model waits for.
   * A result that is lost with its process is told as interrupted, which the next request can say as well.
   */
  async announced(): Promise<void> {
    this.#writeStart();
    await this.#lastAnnounced;
  }

  /** Makes a body of a text, without secrets: inline when small, else a blob that is on disk when this resolves. */
  async keep(text: string): Promise<Body> {
    const clean = this.#ports.redactor.text(text);
    if (clean.length <= inlineBytes / 4 || new TextEncoder().encode(clean).length <= inlineBytes)
      return { text: clean };
    try {
      const blob = await this.#ports.store.putBlob(clean);
      this.#texts.set(blob, clean);
      return { blob, bytes: clean.length, preview: clean.slice(0, previewCharacters) };
    } catch (error) {
      // The conversation must go on while the disk is full; what can not be kept as a blob is kept in the event.
      this.#ports.log.error("A large text could not be kept as a file.", error);
      return { text: clean };
    }
  }

  /** A body's whole text; where its blob is gone, the preview and a sentence. */
  async read(body: Body): Promise<string> {
    if ("text" in body) return body.text;
    return (await this.#ports.store.readBlob(body.blob)) ?? missing(body.preview);
  }

  #writeStart(): void {
    const start = this.#start;
    this.#start = undefined;
    if (start !== undefined) void this.#append(start, false);
  }

  #append(event: SessionEvent, closesPartial: boolean): Promise<boolean> {
    const records: StoreRecord[] = [
      { kind: "event", session: this.id, n: this.#count, event, ...(closesPartial && { closesPartial }) },
    ];
    this.#count += 1;
    if (changesSummary(event)) {
      const summary = summarize(this.channel.state, event);
      records.push({ kind: "summary", summary });
      queueMicrotask(() => this.onSummary(summary));
    }
    const durable = this.#ports.store.append(records).then(
      () => true,
      () => false,
    );
    this.#lastAppend = durable;
    if (event.type !== "tool-end" && event.type !== "step-start") this.#lastAnnounced = durable;
    return durable;
  }

  #addPartial(event: DeltaEvent): void {
    const same =
      this.#partial?.type === event.type && this.#partial.step === event.step ? this.#partial : undefined;
    if (this.#partial !== undefined && same === undefined) this.#flushPartial();
    this.#partial = same === undefined ? event : { ...same, text: same.text + event.text };
    if (this.#partial.text.length >= partialCharacters) this.#flushPartial();
    // Also where the stream falls silent: other windows show what is on disk.
    else this.#flushing ??= setTimeout(() => this.#flushPartial(), partialMs);
  }

  #flushPartial(): void {
    clearTimeout(this.#flushing);
    this.#flushing = undefined;
    if (this.#partial === undefined) return;
    const event = this.#ports.redactor.value<SessionEvent>(this.#partial);
    this.#partial = undefined;
    this.#lastAppend = this.#ports.store
      .append([{ kind: "partial", session: this.id, event }])
      .catch(() => false);
  }

  #textOf(body: Body): string {
    if ("text" in body) return body.text;
    return this.#texts.get(body.blob) ?? missing(body.preview);
  }

  async #loadBodies(event: SessionEvent): Promise<void> {
    for (const body of bodiesOf(event)) if ("blob" in body) this.#texts.set(body.blob, await this.read(body));
  }
}

/** Makes what long work calls now and then: waits for other work when it has gone on for long. */
function breathing(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < loadSliceMs) return undefined;
    return new Promise<void>((resolve) => setTimeout(resolve)).then(() => {
      since = performance.now();
    });
  };
}

/** About how long the texts of an event are that can be long, in characters. */
function textLength(event: SessionEvent): number {
  const bodies = bodiesOf(event).reduce((sum, body) => sum + ("text" in body ? body.text.length : 0), 0);
  if (event.type !== "step-end") return bodies;
  const calls = event.calls.reduce((sum, call) => sum + call.arguments.length, 0);
  return bodies + calls + event.text.length + event.reasoning.length;
}

function isDelta(event: SessionEvent): event is DeltaEvent {
  return event.type === "text-delta" || event.type === "reasoning-delta";
}

function changesSummary(event: SessionEvent): boolean {
  return ["session-start", "turn-start", "turn-end", "title-change", "user-message"].includes(event.type);
}

/** The bodies that a model is sent of an event. */
export function bodiesOf(event: SessionEvent): readonly Body[] {
  if (event.type === "tool-end") return [event.output];
  if ((event.type === "turn-start" || event.type === "user-message") && event.message !== undefined) {
    const { text, context } = event.message;
    return context === undefined ? [text] : [context, text];
  }
  return [];
}

function missing(preview: string): string {
  return `${preview}\n[The rest of this text is no longer stored.]`;
}
