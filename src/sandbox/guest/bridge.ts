/** The guest's end of the bridge: lines of JSON that are fetched, calls that are answered. It knows no primitive, only names. */
import { takeAhead } from "./ahead.ts";
import { currentPath } from "./context.ts";
import { callSite, placeError, type Described, type Site } from "./errors.ts";
import { create, defineProperty, NativePromise, stringify } from "./natives.ts";
import { addSpent } from "./spent.ts";

/** What the host answers a call with. */
export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: Described & { readonly code?: string };
}

interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly at: Site | undefined;
  readonly path: string;
}

const pending = create(null) as Record<number, Pending | undefined>;
let outbox = "";
let lastId = 0;

/** Puts a message in the outbox. */
export function send(message: object): void {
  // Without a prototype no script can change how it is written.
  outbox += `${stringify(Object.assign(create(null) as object, message))}\n`;
}

/** The lines since the last time. */
export function drainOutbox(): string {
  const lines = outbox;
  outbox = "";
  return lines;
}

/** Asks the host to do what a name stands for; rejects where the arguments are no JSON. */
export function call(name: string, args: readonly unknown[]): Promise<unknown> {
  return new NativePromise((resolve, reject) => {
    const path = currentPath();
    const at = callSite();
    const ahead = takeAhead(path, () => stringify(args));
    if (ahead !== undefined) {
      send({ t: "known", name, args, path, ...(at !== undefined && { at }) });
      if (ahead.spent !== undefined) addSpent(ahead.spent[0], ahead.spent[1]);
      return resolve(ahead.value);
    }
    const id = ++lastId;
    send({ t: "call", id, name, args, path, ...(at !== undefined && { at }) });
    pending[id] = { resolve, reject, at, path };
  });
}

/** Tells the host something that has no answer. */
export function tell(name: string, args: readonly unknown[]): void {
  send({ t: "tell", name, args, path: currentPath() });
}

/** Takes a call that is answered off the list; undefined for one that is not on it. */
export function takePending(id: number): Pending | undefined {
  const entry = pending[id];
  if (entry === undefined) return undefined;
  delete pending[id];
  return entry;
}

/** Passes the host's answer to who waits for it. */
export function settle(answer: Answer): void {
  const entry = takePending(answer.id);
  if (entry === undefined) return;
  if (answer.error === undefined) entry.resolve(answer.value);
  else entry.reject(makeError(answer.error, entry.at));
}

function makeError(told: NonNullable<Answer["error"]>, at: Site | undefined): Error {
  const kinds: Record<string, ErrorConstructor | undefined> = { TypeError, RangeError };
  const error = new (kinds[told.name] ?? Error)(told.message);
  if (error.name !== told.name)
    defineProperty(error, "name", { value: told.name, configurable: true, writable: true });
  addField(error, "code", told.code);
  addField(error, "rawText", told.rawText);
  placeError(error, at);
  return error;
}

function addField(error: Error, key: string, value: string | undefined): void {
  if (value !== undefined)
    defineProperty(error, key, { value, configurable: true, writable: true, enumerable: true });
}
