/** All sessions of the store as lists show them; the writer of the `sessions` channel. */
import type {
  FoundSessions,
  MessageHit,
  SessionEntry,
  SessionMarks,
  SessionQuery,
  SessionSummary,
} from "#protocol/sessions.ts";
import type { Requests, SessionChange } from "#protocol/protocol.ts";
import { Channel } from "../channel.ts";
import { listCopy, readListCopy } from "./copies.ts";
import type { Ports, Retention } from "../ports.ts";
import type { SearchHit, StoreChange, StoredSession } from "../store-ports.ts";
import { excerptOf, wordsOf } from "./excerpt.ts";

/** Messages with the words that are shown of a session. */
const hitsPerSession = 3;
const day = 86_400_000;
/** The list's copy is written this long (ms) after a change. */
const copyAfter = 2_000;

/** Knows every session, in this window or not. */
export class SessionLibrary {
  readonly list = new Channel("sessions");
  readonly #ports: Ports;
  readonly #known = new Map<string, StoredSession>();
  #isRead = false;
  #copying: ReturnType<typeof setTimeout> | undefined;
  /** Whether this window runs a session. */
  readonly #isHere: (session: string) => boolean;

  constructor(ports: Ports, isHere: (session: string) => boolean) {
    this.#ports = ports;
    this.#isHere = isHere;
  }

  /** Shows the list as it was when it was last read, until `load` has the truth; false where there is no copy. */
  async preview(): Promise<boolean> {
    const copy = readListCopy(await this.#ports.store.readCopy(listCopy));
    if (copy === undefined || this.list.state.isLoaded) return false;
    for (const stored of copy) this.#known.set(stored.summary.id, stored);
    this.#showList();
    return true;
  }

  /** Reads all sessions from the store; gives this folder's, newest first. */
  async load(): Promise<readonly SessionEntry[]> {
    const stored = await this.#ports.store.sessions();
    this.#known.clear();
    this.#isRead = true;
    for (const { summary, marks } of stored) this.#known.set(summary.id, { summary, marks });
    this.#showList();
    this.#keepCopy();
    return this.list.state.sessions;
  }

  #showList(): void {
    const sessions = this.#entries().filter((entry) => this.#isListed(entry));
    this.list.emit({ type: "sessions-loaded", sessions });
  }

  /** Writes the list's copy if it is not up to date. */
  async settle(): Promise<void> {
    if (this.#copying === undefined) return;
    clearTimeout(this.#copying);
    this.#copying = undefined;
    await this.#ports.store.keepCopy(listCopy, JSON.stringify([...this.#known.values()]));
  }

  // Before the store was read, what is known is a part.
  #keepCopy(): void {
    if (!this.#isRead) return;
    this.#copying ??= setTimeout(() => void this.settle(), copyAfter);
  }

  /** A session's line; undefined for one that is not known. */
  find(session: string): SessionEntry | undefined {
    const known = this.#known.get(session);
    return known && this.#entryOf(known);
  }

  /** Takes in a session's new line. */
  note(summary: SessionSummary): void {
    const marks = this.#known.get(summary.id)?.marks ?? {};
    this.#known.set(summary.id, { summary, marks });
    this.#announce(summary.id);
  }

  /** Takes in what another window wrote. */
  hear(change: StoreChange): void {
    switch (change.kind) {
      case "summary":
        return this.note(change.summary);
      case "marks":
        return this.#mark(change.session, change.marks);
      case "purge":
        return this.#remove(change.session);
      case "lease":
        return this.#announce(change.session);
      case "gap":
        void this.load().catch((error: unknown) =>
          this.#ports.log.error("The list of sessions could not be read again.", error),
        );
        return;
      default:
    }
  }

  /** Sessions that fit a query, pinned ones first, then by last change. */
  async search(query: SessionQuery): Promise<FoundSessions> {
    const words = wordsOf(query.text);
    const holding = new Set(words.length === 0 ? [] : await this.#ports.store.search(words));
    const fitting = this.#entries().filter(
      (entry) =>
        entry.task === undefined &&
        (words.length === 0 || holding.has(entry.id) || holdsAll(entry.title, words)),
    );
    const shown = fitting.filter((entry) => this.#passes(entry, query));
    shown.sort(
      (a, b) =>
        Number(b.isPinned) - Number(a.isPinned) || b.updatedAt - a.updatedAt || (a.id < b.id ? 1 : -1),
    );
    const page = shown.slice(query.offset, query.offset + query.limit);
    const hits = await this.#hits(
      words,
      page.flatMap(({ id }) => (holding.has(id) ? [id] : [])),
    );
    return {
      found: page.map((entry) => ({
        entry,
        hits: (hits.get(entry.id) ?? []).map((hit): MessageHit => {
          const { turn, role } = hit;
          return { turn, role, ...excerptOf(hit.text, words) };
        }),
      })),
      total: shown.length,
      hidden: fitting.length - shown.length,
    };
  }

  /** Keeps a decision about sessions; resolves when it is on disk. */
  async change(sessions: readonly string[], change: SessionChange): Promise<void> {
    const at = this.#ports.clock.now();
    await this.#keep(sessions, marksOf(change, at), at);
  }

  /** Keeps a note about a session; resolves when it is on disk. */
  async mark(session: string, marks: SessionMarks): Promise<void> {
    await this.#keep([session], marks, this.#ports.clock.now());
  }

  /** What was decided about a session. */
  marksOf(session: string): SessionMarks {
    return this.#known.get(session)?.marks ?? {};
  }

  async #keep(sessions: readonly string[], marks: SessionMarks, at: number): Promise<void> {
    for (const session of sessions) this.#mark(session, marks);
    const records = sessions.map((session) => ({ kind: "marks" as const, session, at, marks }));
    await this.#ports.store.append(records);
  }

  /** Deletes sessions and what only they refer to, for good. */
  async purge(sessions: readonly string[]): Promise<void> {
    const at = this.#ports.clock.now();
    // What its agents did is in a run's trace, too.
    const runs = sessions.flatMap((session) => this.#known.get(session)?.summary.task?.run ?? []);
    for (const session of sessions) this.#remove(session);
    const gone = [...new Set([...sessions, ...runs])];
    await this.#ports.store.append(gone.map((session) => ({ kind: "purge" as const, session, at })));
    await Promise.all([this.settle(), this.#ports.store.clean()]);
  }

  /** Applies the user's limits: what is too old, or too much, goes to the trash, and what was there long enough goes for good. */
  async tidy(rules: Retention, now: number): Promise<void> {
    const entries = this.#entries();
    const isOver = (since: number | undefined, days: number): boolean =>
      days > 0 && since !== undefined && now - since > days * day;
    const tooOld = entries.filter((entry) => this.#mayGo(entry) && isOver(entry.updatedAt, rules.keepDays));
    const tooMuch = rules.keepMegabytes > 0 ? await this.#tooMuch(rules.keepMegabytes * 1_000_000) : [];
    const toTrash = [...new Set([...tooOld, ...tooMuch].map(({ id }) => id))];
    if (toTrash.length > 0) await this.change(toTrash, { isTrashed: true });
    const toPurge = entries.filter((entry) => isOver(entry.trashedAt, rules.trashDays)).map(({ id }) => id);
    if (toPurge.length > 0) await this.purge(toPurge);
  }

  /** The sessions used longest ago without which the rest, trash apart, is within a limit (bytes); what one takes is judged by its messages. */
  async #tooMuch(limit: number): Promise<readonly SessionEntry[]> {
    const entries = this.#entries();
    const weigh = (some: readonly SessionEntry[]): number =>
      some.reduce((sum, { messages }) => sum + messages + 1, 0);
    const perMessage = (await this.#ports.store.size()) / Math.max(weigh(entries), 1);
    const kept = entries.filter(({ trashedAt }) => trashedAt === undefined);
    let bytes = weigh(kept) * perMessage;
    const leaving: SessionEntry[] = [];
    for (const entry of kept.toSorted((a, b) => a.updatedAt - b.updatedAt)) {
      if (bytes <= limit) break;
      if (!this.#mayGo(entry)) continue;
      leaving.push(entry);
      bytes -= weigh([entry]) * perMessage;
    }
    return leaving;
  }

  #mayGo({ id, isPinned, isElsewhere, trashedAt }: SessionEntry): boolean {
    return trashedAt === undefined && !isPinned && !isElsewhere && !this.#isHere(id);
  }

  /** Sessions that were forked from one: after a turn of a number, or with its next message edited. */
  forksOf(session: string): Requests["session.forks"]["result"]["forks"] {
    return this.#entries().flatMap(({ id, title, forkOf, trashedAt }) => {
      if (forkOf?.session !== session || trashedAt !== undefined) return [];
      return [{ id, title, turn: forkOf.turn, isEdit: forkOf.isEdit ?? false }];
    });
  }

  async #hits(words: readonly string[], sessions: readonly string[]): Promise<Map<string, SearchHit[]>> {
    if (sessions.length === 0) return new Map();
    const all = await this.#ports.store.hits(words, sessions, hitsPerSession);
    return Map.groupBy(all, (hit) => hit.session);
  }

  #passes(entry: SessionEntry, query: SessionQuery): boolean {
    const place =
      entry.trashedAt !== undefined ? "trash" : entry.archivedAt !== undefined ? "archived" : "active";
    return (
      (query.show === "all" || place === query.show) &&
      (query.scope === "all" || entry.folder === this.#ports.folderKey) &&
      entry.updatedAt >= (query.from ?? Number.NEGATIVE_INFINITY) &&
      entry.updatedAt <= (query.to ?? Number.POSITIVE_INFINITY)
    );
  }

  #entries(): SessionEntry[] {
    return [...this.#known.values()].map((known) => this.#entryOf(known));
  }

  #entryOf({ summary, marks }: StoredSession): SessionEntry {
    const { title, isPinned = false, archivedAt, trashedAt } = marks;
    const owner = this.#ports.store.owner(summary.id);
    const isElsewhere = owner === "elsewhere";
    const isCut = summary.state === "running" && !isElsewhere && !this.#isHere(summary.id);
    return {
      ...summary,
      ...(title !== undefined && { title }),
      ...(isCut && { state: "interrupted" }),
      isPinned,
      isElsewhere,
      ...(typeof archivedAt === "number" && { archivedAt }),
      ...(typeof trashedAt === "number" && { trashedAt }),
    };
  }

  #isListed(entry: SessionEntry): boolean {
    return (
      entry.folder === this.#ports.folderKey &&
      entry.task === undefined &&
      entry.archivedAt === undefined &&
      entry.trashedAt === undefined
    );
  }

  #mark(session: string, marks: SessionMarks): void {
    const known = this.#known.get(session);
    if (known === undefined) return;
    this.#known.set(session, { ...known, marks: { ...known.marks, ...marks } });
    this.#announce(session);
  }

  #remove(session: string): void {
    this.#known.delete(session);
    this.#keepCopy();
    void this.#ports.store.keepCopy(session, "");
    this.list.emit({ type: "session-removed", id: session });
  }

  #announce(session: string): void {
    const entry = this.find(session);
    if (entry === undefined) return;
    this.#keepCopy();
    if (this.#isListed(entry)) this.list.emit({ type: "session-summary", summary: entry });
    else if (this.list.state.sessions.some(({ id }) => id === session))
      this.list.emit({ type: "session-removed", id: session });
    else this.list.emit({ type: "session-elsewhere" });
  }
}

function holdsAll(text: string, words: readonly string[]): boolean {
  const folded = text.normalize("NFC").toLowerCase();
  return words.every((word) => folded.includes(word));
}

function marksOf(change: SessionChange, at: number): SessionMarks {
  if ("isArchived" in change) return { archivedAt: change.isArchived ? at : null };
  if ("isTrashed" in change) return { trashedAt: change.isTrashed ? at : null };
  return change;
}
