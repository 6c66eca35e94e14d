import { signal } from "@preact/signals";
import type { EventsMessage, Requests, SnapshotMessage, ViewMessage } from "#protocol/protocol.ts";
import type { TraceState } from "#protocol/trace.ts";
import { SpanTable } from "./table.ts";

/** Spans that are asked for at a time. */
const pageLength = 500;
/** And at first: what a view can show, and enough to tell that a session is long. */
const firstLength = 250;

type TraceMessage =
  | Extract<SnapshotMessage, { channel: "trace" }>
  | Extract<EventsMessage, { channel: "trace" }>;
type Page = Requests["trace.spans"]["result"];

/** How far the reading of what is kept has come. */
export type Reading =
  | { readonly status: "idle" | "first" | "older" | "done" }
  | { readonly status: "failed"; readonly message: string };

/** What a feed needs of the world. */
export interface FeedPorts {
  readonly post: (message: ViewMessage) => void;
  readonly ask: (params: Requests["trace.spans"]["params"], abort: AbortSignal) => Promise<Page>;
  /** Waits until the view has drawn what it has. */
  readonly rest: () => Promise<void>;
  /** Told which places were taken in or changed. */
  readonly changed: (places: readonly number[]) => void;
  readonly wordsOf: (error: unknown) => string;
}

/** Follows one session's trace after another: what is kept by pages, the newest first, and what happens now. */
export class TraceFeed {
  readonly reading = signal<Reading>({ status: "idle" });
  readonly #ports: FeedPorts;
  #table = new SpanTable();
  #session = "";
  #abort = new AbortController();
  #seq = 0;
  /** How many spans have ended as far as this view has heard; undefined before the first snapshot. */
  #ended: number | undefined;
  #isAwaitingSnapshot = true;
  #before: string | undefined;

  constructor(ports: FeedPorts) {
    this.#ports = ports;
  }

  get table(): SpanTable {
    return this.#table;
  }

  /** Follows a session in place of the one before. */
  follow(session: string): void {
    const { post } = this.#ports;
    this.#abort.abort();
    if (this.#session !== "") post({ type: "unsubscribe", channel: "trace", key: this.#session });
    this.#abort = new AbortController();
    this.#table = new SpanTable();
    this.#session = session;
    this.#ended = undefined;
    this.#isAwaitingSnapshot = true;
    this.#before = undefined;
    this.reading.value = { status: "idle" };
    this.#ports.changed([]);
    if (session === "") return;
    post({ type: "subscribe", channel: "trace", key: session });
    void this.readOn();
  }

  /** Reads what is kept, from where the last reading stopped. */
  async readOn(): Promise<void> {
    const { signal: abort } = this.#abort;
    this.reading.value = { status: this.#before === undefined ? "first" : "older" };
    try {
      do {
        const page = await this.#page(
          this.#before,
          abort,
          this.#before === undefined ? firstLength : pageLength,
        );
        if (abort.aborted) return;
        this.#before = page.before;
        this.reading.value = { status: page.before === undefined ? "done" : "older" };
        await this.#ports.rest();
      } while (this.#before !== undefined && !abort.aborted);
    } catch (error) {
      if (!abort.aborted) this.reading.value = { status: "failed", message: this.#ports.wordsOf(error) };
    }
  }

  /** Takes a message about the trace; those of other sessions are late ones. */
  receive(message: TraceMessage): void {
    if (message.key !== this.#session) return;
    if (message.type === "snapshot") {
      this.#seq = message.seq;
      this.#isAwaitingSnapshot = false;
      return this.#takeSnapshot(message.state);
    }
    if (this.#isAwaitingSnapshot) return;
    if (message.seq !== this.#seq + 1) {
      this.#isAwaitingSnapshot = true;
      this.#ports.post({ type: "subscribe", channel: "trace", key: this.#session });
      return;
    }
    this.#seq = message.seq;
    this.#ended = (this.#ended ?? 0) + message.events.filter(({ type }) => type === "span-end").length;
    this.#ports.changed(message.events.map(({ span }) => this.#table.put(span)));
  }

  #takeSnapshot({ open, ended }: TraceState): void {
    const hasMissed = this.#ended !== undefined && this.#ended !== ended;
    this.#ended = ended;
    this.#ports.changed(open.map((span) => this.#table.put(span)));
    const running = new Set(open.map(({ id }) => id));
    const silent = [...this.#table.open].filter((place) => !running.has(this.#table.idOf(place)));
    if (hasMissed || silent.length > 0) void this.#catchUp(silent);
  }

  // What was missed is newer than what is known: the newest pages, until one brings nothing new.
  async #catchUp(silent: readonly number[]): Promise<void> {
    const { signal: abort } = this.#abort;
    try {
      let before: string | undefined;
      do {
        const { count, open } = this.#table;
        const running = open.size;
        const page = await this.#page(before, abort, pageLength);
        if (abort.aborted || (this.#table.count === count && this.#table.open.size === running)) break;
        before = page.before;
        await this.#ports.rest();
      } while (before !== undefined && !abort.aborted);
      if (abort.aborted) return;
      // Of these nothing will be heard any more: the window that ran them is gone.
      for (const place of silent) this.#table.abandon(place, this.#table.startedAt(place));
      this.#ports.changed(silent);
    } catch (error) {
      if (!abort.aborted) this.reading.value = { status: "failed", message: this.#ports.wordsOf(error) };
    }
  }

  async #page(before: string | undefined, abort: AbortSignal, limit: number): Promise<Page> {
    const params = { session: this.#session, limit, ...(before !== undefined && { before }) };
    const page = await this.#ports.ask(params, abort);
    // The table is quickest where each comes before all that are there.
    if (!abort.aborted) this.#ports.changed(page.spans.toReversed().map((span) => this.#table.put(span)));
    return page;
  }
}
