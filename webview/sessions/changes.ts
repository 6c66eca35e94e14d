import { signal, type ReadonlySignal } from "@preact/signals";
import type { SessionChange } from "#protocol/protocol.ts";
import type { SessionEntry } from "#protocol/sessions.ts";
import { formatCount } from "#protocol/words.ts";

/** Deeds that can be undone, the last ones. */
const maxUndo = 50;
/** Sessions that one request may name. */
export const maxSessions = 1_000;

/** What was done, for the user to read; `isUndoable` while it can be taken back. */
export interface Done {
  readonly id: number;
  readonly text: string;
  readonly isUndoable: boolean;
}

/** What one request said, so that another can say the opposite. */
interface Step {
  readonly sessions: readonly string[];
  readonly change: SessionChange;
}

interface Deed {
  readonly text: string;
  readonly back: readonly Step[];
}

/** Carries out a step; false where the host refused it. */
export type Carry = (step: Step) => Promise<boolean>;

/** What the user decides about sessions, with a way back from all of it. */
export class SessionChanges {
  /** What was done last, until it is dismissed. */
  readonly done: ReadonlySignal<Done | undefined>;
  readonly #done = signal<Done | undefined>(undefined);
  readonly #carry: Carry;
  readonly #deeds: Deed[] = [];
  #count = 0;

  constructor(carry: Carry) {
    this.#carry = carry;
    this.done = this.#done;
  }

  async rename(entry: SessionEntry, title: string): Promise<void> {
    const wanted = title.trim().slice(0, 200);
    if (wanted === "" || wanted === entry.title) return;
    await this.#do(`Renamed to ${quoted(wanted)}`, [entry], { title: wanted }, { title: entry.title });
  }

  async pin(entries: readonly SessionEntry[], isPinned: boolean): Promise<void> {
    const changed = entries.filter((entry) => entry.isPinned !== isPinned);
    const text = `${isPinned ? "Pinned" : "Unpinned"} ${named(changed)}`;
    await this.#do(text, changed, { isPinned }, { isPinned: !isPinned });
  }

  async archive(entries: readonly SessionEntry[], isArchived: boolean): Promise<void> {
    const changed = entries.filter((entry) => (entry.archivedAt !== undefined) !== isArchived);
    const text = `${isArchived ? "Archived" : "Took out of the archive:"} ${named(changed)}`;
    await this.#do(text, changed, { isArchived }, { isArchived: !isArchived });
  }

  async trash(entries: readonly SessionEntry[], isTrashed: boolean): Promise<void> {
    const changed = entries.filter((entry) => (entry.trashedAt !== undefined) !== isTrashed);
    const text = `${isTrashed ? "Moved to the trash:" : "Restored"} ${named(changed)}`;
    await this.#do(text, changed, { isTrashed }, { isTrashed: !isTrashed });
  }

  /** Takes back what was done last; again for what was done before. */
  async undo(): Promise<void> {
    const deed = this.#deeds.pop();
    if (deed === undefined) return;
    for (const step of deed.back) if (!(await this.#carry(step))) return;
    this.tell(`Undone: ${deed.text}`);
  }

  /** Tells of something that can not be undone. */
  tell(text: string): void {
    this.#done.value = { id: ++this.#count, text, isUndoable: false };
  }

  dismiss(): void {
    this.#done.value = undefined;
  }

  async #do(
    text: string,
    entries: readonly SessionEntry[],
    change: SessionChange,
    opposite: SessionChange,
  ): Promise<void> {
    const back: Step[] = [];
    for (let index = 0; index < entries.length; index += maxSessions) {
      const sessions = entries.slice(index, index + maxSessions).map(({ id }) => id);
      if (!(await this.#carry({ sessions, change }))) break;
      back.push({ sessions, change: opposite });
    }
    if (back.length === 0) return;
    this.#deeds.push({ text, back });
    if (this.#deeds.length > maxUndo) this.#deeds.shift();
    this.#done.value = { id: ++this.#count, text, isUndoable: true };
  }
}

/** A session by its title, more than one by their number. */
export function named(entries: readonly SessionEntry[]): string {
  const [first] = entries;
  return entries.length === 1 && first !== undefined
    ? quoted(first.title)
    : formatCount(entries.length, "session");
}

function quoted(title: string): string {
  return `“${title}”`;
}
