/** Copies with which lists and sessions are shown before the store is read. They may be old, of another version, or damaged. */
import { emptySession, type SessionState } from "#protocol/session.ts";
import type { Store, StoredSession } from "../store-ports.ts";

/** The name of the copy of all sessions, a JSON array of `StoredSession`. */
export const listCopy = "list";

/** The sessions of the list's copy; undefined where it is none. */
export function readListCopy(text: string | undefined): readonly StoredSession[] | undefined {
  const list = parse(text);
  return Array.isArray(list) && list.every(isStored) ? list : undefined;
}

/** The state that a session's copy holds; undefined where it is none. What earlier versions did not tell is empty. */
export function readSessionCopy(text: string | undefined, id: string): SessionState | undefined {
  const copy = parse(text);
  if (!isRecord(copy) || copy["id"] !== id || !Array.isArray(copy["turns"])) return undefined;
  const state: Readonly<Record<string, unknown>> = { ...emptySession, ...copy };
  const lists = [state["turns"], state["queue"], state["costs"]];
  const isWhole =
    lists.every(Array.isArray) && typeof state["title"] === "string" && isRecord(state["usage"]);
  return isWhole && copy["turns"].every(isTurn) ? (state as unknown as SessionState) : undefined;
}

/** Which session the chat of a folder showed last, for the next window. */
export class ShownSession {
  readonly #store: Pick<Store, "keepCopy" | "readCopy">;
  readonly #folder: string;
  #kept: string | undefined;
  /** Made once, so that what is kept is kept in the order in which it was told. */
  #name: Promise<string> | undefined;

  constructor(store: Pick<Store, "keepCopy" | "readCopy">, folder: string) {
    this.#store = store;
    this.#folder = folder;
  }

  /** The session's id, "" for one in which nothing was said yet; undefined where nothing is known. */
  async read(): Promise<string | undefined> {
    const copy = parse(await this.#store.readCopy(await (this.#name ??= nameOf(this.#folder))));
    const isOwn = isRecord(copy) && copy["folder"] === this.#folder && typeof copy["shown"] === "string";
    return isOwn ? String(copy["shown"]) : undefined;
  }

  async keep(shown: string): Promise<void> {
    // Who never went anywhere leaves nothing behind.
    if (shown === this.#kept || (shown === "" && this.#kept === undefined)) return;
    this.#kept = shown;
    await this.#store.keepCopy(
      await (this.#name ??= nameOf(this.#folder)),
      JSON.stringify({ folder: this.#folder, shown }),
    );
  }
}

function parse(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStored(value: unknown): value is StoredSession {
  if (!isRecord(value) || !isRecord(value["marks"]) || !isRecord(value["summary"])) return false;
  const { id, folder, title, state, startedAt, updatedAt, messages } = value["summary"];
  return (
    [id, folder, title, state].every((each) => typeof each === "string") &&
    [startedAt, updatedAt, messages].every((each) => typeof each === "number")
  );
}

function isTurn(value: unknown): boolean {
  if (!isRecord(value) || typeof value["id"] !== "string" || !isRecord(value["usage"])) return false;
  const { items } = value;
  return Array.isArray(items) && items.every((item) => isRecord(item) && typeof item["kind"] === "string");
}

async function nameOf(folder: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(folder));
  return `shown-${[...new Uint8Array(digest, 0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
