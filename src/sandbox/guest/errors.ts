/** Where in the script an error came from; scripts themselves see a stack of one line, the same on every engine. */
import { defineProperty } from "./natives.ts";

/** A place in a program: "program:line:column", both from 1, in the code as the engine got it. */
export type Site = string;

/** What is told of something thrown. */
export interface Described {
  readonly name: string;
  readonly message: string;
  readonly at?: Site;
  /** The raw text that the model gave last, where its answer never fitted the schema. */
  readonly rawText?: string;
}

interface Frame {
  getFileName(): unknown;
  getLineNumber(): number | null;
  getColumnNumber(): number | null;
}

/** Programs are compiled under this name and their number. */
const prefix = "workflow-";
const sites = new WeakMap<object, Site>();
const thrownAt = new WeakMap<object, Site>();
let lastThrown: { readonly value: unknown; readonly at: Site } | undefined;

function siteOf(frames: readonly Frame[]): Site | undefined {
  for (const frame of frames) {
    const file = frame.getFileName();
    if (typeof file === "string" && file.startsWith(prefix))
      return `${file.slice(prefix.length)}:${frame.getLineNumber() ?? 0}:${frame.getColumnNumber() ?? 0}`;
  }
  return undefined;
}

/** Keeps the place of every error as it is made, and gives scripts a stack without places. */
export function watchErrors(): void {
  const prepare = (error: object, frames: readonly Frame[]): string => {
    const at = siteOf(frames);
    if (at !== undefined) sites.set(error, at);
    try {
      return String(error);
    } catch {
      return "Error";
    }
  };
  // One engine keeps these behind accessors, and must be given them before they are fixed.
  Object.assign(Error, { prepareStackTrace: prepare, stackTraceLimit: 30 });
  const fixed = { writable: false, configurable: false, enumerable: false };
  defineProperty(Error, "prepareStackTrace", { value: prepare, ...fixed });
  defineProperty(Error, "stackTraceLimit", { value: 30, ...fixed });
  delete (Error as { captureStackTrace?: unknown }).captureStackTrace;
}

/** The place in a program from which the guest's own function was called. */
export function callSite(): Site | undefined {
  const probe = new Error("");
  void probe.stack;
  return sites.get(probe);
}

/** Notes where a value is thrown, and passes it through; "=" in a place says that the value was made there. */
export function noteThrow(value: unknown, at: Site): unknown {
  lastThrown = { value, at };
  const isObject = typeof value === "object" && value !== null;
  if (isObject && at.includes("=") && !thrownAt.has(value)) thrownAt.set(value, at);
  return value;
}

/** Says that an error belongs to a place: that of the call which it answers. */
export function placeError(error: object, at: Site | undefined): void {
  if (at !== undefined) sites.set(error, at);
}

function placeOf(thrown: unknown): Site | undefined {
  if (typeof thrown === "object" && thrown !== null) {
    void (thrown as { stack?: unknown }).stack;
    const at = thrownAt.get(thrown) ?? sites.get(thrown);
    if (at !== undefined) return at;
  }
  return lastThrown !== undefined && Object.is(lastThrown.value, thrown) ? lastThrown.at : undefined;
}

/** Tells name, message and place of anything thrown, however odd. */
export function describe(thrown: unknown): Described {
  try {
    const at = placeOf(thrown);
    const place = at !== undefined && { at };
    if (thrown instanceof Error) {
      const { name, message } = thrown;
      const rawText: unknown = (thrown as { rawText?: unknown }).rawText;
      return {
        name: String(name),
        message: String(message),
        ...place,
        ...(typeof rawText === "string" && { rawText }),
      };
    }
    return { name: "", message: typeof thrown === "string" ? thrown : plainText(thrown), ...place };
  } catch {
    return { name: "Error", message: "Something was thrown that can not be read." };
  }
}

function plainText(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
