import { newPasted, type PastedText } from "./parts/pasted-text.ts";
import type { Port } from "./port.ts";

/** Where a reader was: at the end, or so many pixels into a row. */
export type Place = { readonly row: string; readonly offset: number } | undefined;

interface Arranged {
  readonly draft?: string;
  readonly pasted?: readonly PastedText[];
  readonly place?: { readonly row: string; readonly offset: number };
  readonly open?: Readonly<Record<string, boolean>>;
}

/** Gives a text to the host to keep; its name there. */
export type KeepText = (text: string) => Promise<string>;

/** Sessions whose arrangement is kept; the ones used last. */
const maxSessions = 20;
/** Opened and closed rows that are kept per session. */
const maxOpen = 200;
/** The longest draft that the editor keeps, in characters; a longer one is kept by the host, like what was pasted. */
const maxDraft = 200_000;
/** Changes are written at most this often, in milliseconds; the first one at once. */
const writeEvery = 250;
/** How long a long draft has to rest before it is given to the host, in milliseconds. */
const restMs = 2_000;

/** What the user arranged, per session: draft, pasted texts, place, opened rows. Kept by the editor while the view is closed. */
export class Arrangement {
  readonly #port: Port;
  readonly #keep: KeepText;
  readonly #sessions: Map<string, Arranged>;
  /** What the host calls texts that it keeps; undefined while they are on their way, or where it could not. */
  #kept = new Map<string, string | undefined>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(port: Port, keep: KeepText) {
    this.#port = port;
    this.#keep = keep;
    this.#sessions = new Map(readSessions(port.readState()));
    this.#handOver();
  }

  draft(session: string): string {
    return this.#sessions.get(session)?.draft ?? "";
  }

  setDraft(session: string, draft: string): void {
    const { draft: earlier, ...rest } = this.#sessions.get(session) ?? {};
    if ((earlier ?? "") === draft) return;
    this.#set(session, draft === "" ? rest : { ...rest, draft });
    clearTimeout(this.#resting);
    if (draft.length > maxDraft) this.#resting = setTimeout(() => this.#handOver(), restMs);
  }

  /** The long texts beside the draft. */
  pasted(session: string): readonly PastedText[] {
    return this.#sessions.get(session)?.pasted ?? [];
  }

  setPasted(session: string, pasted: readonly PastedText[]): void {
    const { pasted: earlier, ...rest } = this.#sessions.get(session) ?? {};
    if (earlier === pasted || (earlier === undefined && pasted.length === 0)) return;
    this.#set(session, pasted.length === 0 ? rest : { ...rest, pasted });
    this.#handOver();
  }

  place(session: string): Place {
    return this.#sessions.get(session)?.place;
  }

  setPlace(session: string, place: Place): void {
    const { place: _, ...rest } = this.#sessions.get(session) ?? {};
    this.#set(session, place === undefined ? rest : { ...rest, place });
  }

  /** Whether the user opened or closed a row, undefined when neither. */
  isOpen(session: string, row: string): boolean | undefined {
    return this.#sessions.get(session)?.open?.[row];
  }

  setOpen(session: string, row: string, isOpen: boolean): void {
    const arranged = this.#sessions.get(session) ?? {};
    const entries = Object.entries({ ...arranged.open, [row]: isOpen });
    this.#set(session, { ...arranged, open: Object.fromEntries(entries.slice(-maxOpen)) });
  }

  /** Writes what has changed; done by itself with a change or a moment after it. */
  flush(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#writtenAt = performance.now();
    const sessions = [...this.#sessions].map(([id, arranged]) => [id, this.#written(arranged)]);
    this.#port.writeState({ sessions });
  }

  // The map's order is that of use: the session that was changed last is last.
  #set(session: string, arranged: Arranged): void {
    this.#sessions.delete(session);
    this.#sessions.set(session, arranged);
    while (this.#sessions.size > maxSessions) this.#sessions.delete(this.#mostForgettable());
    this.#timer ??= setTimeout(() => this.flush(), writeEvery);
    // A page that goes away can not count on another moment; what belongs to one change is written together.
    if (performance.now() - this.#writtenAt >= writeEvery) queueMicrotask(() => this.flush());
  }

  // The oldest one, of those in which nothing is written if there are any.
  #mostForgettable(): string {
    const all = [...this.#sessions];
    const [id = ""] =
      all.find(([, each]) => each.draft === undefined && each.pasted === undefined) ?? all[0] ?? [];
    return id;
  }

  // A long text is written as what the host calls it, and itself only until the host has it. A long draft comes back
  // as a pasted text: laying it out would freeze the view.
  #written({ draft = "", pasted = [], ...rest }: Arranged): object {
    const texts = draft.length > maxDraft ? [newPasted(draft), ...pasted] : pasted;
    const written = texts.map(({ id, length, text = "", blob = this.#kept.get(text) }) =>
      blob === undefined ? { id, length, text } : { id, length, blob },
    );
    return {
      ...rest,
      ...(draft !== "" && draft.length <= maxDraft && { draft }),
      ...(written.length > 0 && { pasted: written }),
    };
  }

  // Gives the host every long text that it does not have yet, and forgets what is no longer needed.
  #handOver(): void {
    const texts = [...this.#sessions.values()].flatMap(({ draft = "", pasted = [] }) => [
      ...(draft.length > maxDraft ? [draft] : []),
      ...pasted.flatMap(({ text, blob }) => (text !== undefined && blob === undefined ? [text] : [])),
    ]);
    const earlier = this.#kept;
    this.#kept = new Map(texts.map((text) => [text, earlier.get(text)]));
    for (const text of new Set(texts)) if (!earlier.has(text)) void this.#give(text);
  }

  async #give(text: string): Promise<void> {
    // Where the host can not keep it, the editor goes on keeping the text itself.
    const blob = await this.#keep(text).catch(() => undefined);
    if (blob === undefined || !this.#kept.has(text)) return;
    this.#kept.set(text, blob);
    this.#timer ??= setTimeout(() => this.flush(), writeEvery);
  }
}

// What the editor kept may be of an earlier version of this file.
function readSessions(state: unknown): [string, Arranged][] {
  if (typeof state !== "object" || state === null || !("sessions" in state) || !Array.isArray(state.sessions))
    return [];
  return state.sessions.flatMap((entry: unknown): [string, Arranged][] => {
    if (
      !Array.isArray(entry) ||
      typeof entry[0] !== "string" ||
      typeof entry[1] !== "object" ||
      entry[1] === null
    )
      return [];
    return [[entry[0], readArranged(entry[1] as Record<string, unknown>)]];
  });
}

function readArranged({ draft, pasted, place, open }: Record<string, unknown>): Arranged {
  const isPlace = typeof place === "object" && place !== null && "row" in place && "offset" in place;
  const texts = Array.isArray(pasted) ? pasted.flatMap((each) => readPasted(each)) : [];
  return {
    ...(typeof draft === "string" && { draft }),
    ...(texts.length > 0 && { pasted: texts }),
    ...(isPlace &&
      typeof place.row === "string" &&
      typeof place.offset === "number" && { place: { row: place.row, offset: place.offset } }),
    ...(typeof open === "object" && open !== null && { open: open as Record<string, boolean> }),
  };
}

function readPasted(value: unknown): readonly PastedText[] {
  if (typeof value !== "object" || value === null) return [];
  const { id, length, text, blob } = value as Readonly<Record<string, unknown>>;
  if (typeof id !== "string" || typeof length !== "number") return [];
  if (typeof blob === "string") return [{ id, length, blob }];
  return typeof text === "string" ? [{ id, length, text }] : [];
}
