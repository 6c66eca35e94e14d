import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { BooError } from "#core/errors.ts";
import type {
  CleanResult,
  DecisionPage,
  SearchHit,
  SessionOwner,
  SpanPage,
  Store,
  StoreChange,
  StoredSession,
  StoreRecord,
  StrayEvent,
} from "#core/store-ports.ts";
import type { SessionEvent } from "#protocol/session.ts";

/** A store in memory that keeps every record, and refuses events with gaps in their numbers. */
export class FakeStore implements Store {
  /** Everything appended and durable, in order. */
  readonly records: StoreRecord[] = [];
  readonly blobs = new Map<string, string>();
  readonly copies = new Map<string, string>();
  /** Set to make `append` and `putBlob` wait, as a slow disk does. */
  gate: Promise<void> | undefined;
  /** Set to make `append` and `putBlob` fail. */
  failure: Error | undefined;
  isClosed = false;
  /** Who runs which session; nobody where there is no entry. */
  readonly owners = new Map<string, SessionOwner>();
  /** What windows that had lost a session wrote to it. */
  readonly straying = new Map<string, readonly StrayEvent[]>();
  readonly #followers: ((change: StoreChange) => void)[] = [];
  readonly #numbers = new Map<string, number>();

  async append(records: readonly StoreRecord[]): Promise<void> {
    for (const record of records) {
      if (record.kind !== "event") continue;
      const next = this.#numbers.get(record.session) ?? 0;
      assert.equal(
        record.n,
        next,
        `event ${record.event.type} of session ${record.session} has the wrong number`,
      );
      this.#numbers.set(record.session, next + 1);
    }
    await this.#disk();
    this.records.push(...structuredClone(records));
  }

  async sessions(folder?: string): Promise<readonly StoredSession[]> {
    const byId = new Map<string, StoredSession>();
    for (const record of this.records) {
      if (record.kind === "summary") {
        const { summary } = record;
        byId.set(summary.id, { summary, marks: byId.get(summary.id)?.marks ?? {} });
      }
      const known = record.kind === "marks" ? byId.get(record.session) : undefined;
      if (record.kind === "marks" && known !== undefined)
        byId.set(record.session, { ...known, marks: { ...known.marks, ...record.marks } });
      if (record.kind === "purge") byId.delete(record.session);
    }
    return [...byId.values()]
      .filter(({ summary }) => folder === undefined || summary.folder === folder)
      .toSorted((a, b) => b.summary.updatedAt - a.summary.updatedAt);
  }

  async decisions({
    session,
    offset,
    limit,
  }: DecisionPage): Promise<{ readonly events: readonly SessionEvent[]; readonly total: number }> {
    const all = this.records.flatMap((record) =>
      record.kind === "event" &&
      record.event.type === "permission-decided" &&
      (session === undefined || record.session === session)
        ? [record.event]
        : [],
    );
    const newest = all.toReversed().toSorted((a, b) => b.at - a.at);
    return { events: newest.slice(offset, offset + limit), total: all.length };
  }

  async search(words: readonly string[]): Promise<readonly string[]> {
    const sessions = this.records.flatMap((record) => (record.kind === "event" ? [record.session] : []));
    return [...new Set((await this.hits(words, sessions)).map(({ session }) => session))];
  }

  async hits(words: readonly string[], sessions: readonly string[]): Promise<readonly SearchHit[]> {
    return this.records.flatMap((record) => {
      if (record.kind !== "event" || record.event.type !== "step-end") return [];
      if (!sessions.includes(record.session)) return [];
      const { text } = record.event;
      const holds = words.every((word) => text.toLowerCase().includes(word));
      return holds
        ? [{ session: record.session, n: record.n, turn: 1, role: "assistant" as const, text }]
        : [];
    });
  }

  async acquire(session: string): Promise<number> {
    if (this.owners.get(session) === "elsewhere")
      throw new BooError("session-busy", "This session is running in another window.");
    this.owners.set(session, "here");
    return this.#numbers.get(session) ?? 0;
  }

  async release(session: string): Promise<void> {
    this.owners.delete(session);
  }

  owner(session: string): SessionOwner {
    return this.owners.get(session) ?? "none";
  }

  follow(listener: (change: StoreChange) => void): void {
    this.#followers.push(listener);
  }

  /** Plays what another window wrote. */
  hear(change: StoreChange): void {
    for (const listener of this.#followers) listener(change);
  }

  async keepCopy(name: string, text: string): Promise<void> {
    this.copies.set(name, text);
  }

  async readCopy(name: string): Promise<string | undefined> {
    return this.copies.get(name);
  }

  async strays(session: string): Promise<readonly StrayEvent[]> {
    return this.straying.get(session) ?? [];
  }

  async size(): Promise<number> {
    return JSON.stringify(this.records).length;
  }

  async clean(): Promise<CleanResult> {
    return { blobs: 0, bytes: 0 };
  }

  async events(session: string): Promise<readonly SessionEvent[]> {
    const events: SessionEvent[] = [];
    let partial: SessionEvent[] = [];
    for (const record of this.records) {
      if ((record.kind !== "event" && record.kind !== "partial") || record.session !== session) continue;
      if (record.kind === "partial") partial.push(record.event);
      else {
        if (record.closesPartial === true) partial = [];
        events.push(record.event);
      }
    }
    return [...events, ...partial];
  }

  async spans(
    session: string,
    page: { readonly before?: string; readonly limit: number },
  ): Promise<SpanPage> {
    const spans = this.records.flatMap((record) => (record.kind === "span" ? [record.span] : []));
    const all = spans.filter((span) => span.session === session).toSorted((a, b) => a.endedAt - b.endedAt);
    const end = page.before === undefined ? all.length : Number(page.before);
    const start = Math.max(0, end - page.limit);
    return { spans: all.slice(start, end), ...(start > 0 && { before: String(start) }) };
  }

  async putBlob(text: string): Promise<string> {
    await this.#disk();
    const hash = createHash("sha256").update(text).digest("hex");
    this.blobs.set(hash, text);
    return hash;
  }

  async readBlob(hash: string): Promise<string | undefined> {
    return this.blobs.get(hash);
  }

  async readBlobRange(hash: string, offset: number, length: number): Promise<string | undefined> {
    const text = this.blobs.get(hash);
    return text === undefined
      ? undefined
      : Buffer.from(text)
          .subarray(offset, offset + length)
          .toString();
  }

  onProblem(): void {}

  async close(): Promise<void> {
    this.isClosed = true;
  }

  async #disk(): Promise<void> {
    await this.gate;
    if (this.failure !== undefined) throw this.failure;
  }
}
