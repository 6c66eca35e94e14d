import type { Port } from "./port.ts";

/** Where a reader was: at the end, or so many pixels into a row. */
export type Place = { readonly row: string; readonly offset: number } | undefined;

interface Arranged {
  readonly draft?: string;
  readonly place?: { readonly row: string; readonly offset: number };
  readonly open?: Readonly<Record<string, boolean>>;
}

/** Sessions whose arrangement is kept; the ones used last. */
const maxSessions = 20;
/** Opened and closed rows that are kept per session. */
const maxOpen = 200;
/** The longest draft that is kept, in characters. */
const maxDraft = 200_000;

/** What the user arranged, per session: draft, place, opened rows. Kept by the editor while the view is closed. */
export class Arrangement {
  readonly #port: Port;
  readonly #sessions: Map<string, Arranged>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(port: Port) {
    this.#port = port;
    this.#sessions = new Map(readSessions(port.readState()));
  }

  draft(session: string): string {
    return this.#sessions.get(session)?.draft ?? "";
  }

  setDraft(session: string, draft: string): void {
    const { draft: _, ...rest } = this.#sessions.get(session) ?? {};
    this.#set(session, draft === "" || draft.length > maxDraft ? rest : { ...rest, draft });
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

  /** Writes what has changed; done by itself a moment after each change. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#port.writeState({ sessions: [...this.#sessions] });
  }

  // The map's order is that of use: the session that was changed last is last.
  #set(session: string, arranged: Arranged): void {
    this.#sessions.delete(session);
    this.#sessions.set(session, arranged);
    for (const oldest of [...this.#sessions.keys()].slice(0, Math.max(0, this.#sessions.size - maxSessions)))
      this.#sessions.delete(oldest);
    this.#timer ??= setTimeout(() => this.flush(), 250);
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

function readArranged({ draft, place, open }: Record<string, unknown>): Arranged {
  const isPlace = typeof place === "object" && place !== null && "row" in place && "offset" in place;
  return {
    ...(typeof draft === "string" && { draft }),
    ...(isPlace &&
      typeof place.row === "string" &&
      typeof place.offset === "number" && { place: { row: place.row, offset: place.offset } }),
    ...(typeof open === "object" && open !== null && { open: open as Record<string, boolean> }),
  };
}
