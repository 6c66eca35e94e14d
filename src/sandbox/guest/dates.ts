/** `Date` without the time of now, which would make results that can not be reproduced. */
import { dateString, localeDate, parseDate, timeString } from "./date-text.ts";
import { construct, defineGlobal, defineProperty, NativeDate, replaceMethod } from "./natives.ts";

function refuse(call: string): never {
  throw new Error(
    `${call} is not available in a workflow: a run must give the same results when it is resumed, and the time would differ. ` +
      "Pass the time in through args, or let an agent or sh() tell it.",
  );
}

function makeDate(): DateConstructor {
  const made = function (this: unknown, ...given: unknown[]): unknown {
    if (new.target === undefined) return refuse("Date()");
    if (given.length === 0) return refuse("new Date()");
    const [first] = given;
    const primitive = given.length === 1 ? toPrimitive(first) : first;
    const list = typeof primitive === "string" && given.length === 1 ? [parseDate(primitive)] : given;
    const target = (new.target as unknown) === made ? NativeDate : new.target;
    return construct(NativeDate, list, target);
  };
  return made as unknown as DateConstructor;
}

function toPrimitive(value: unknown): unknown {
  if (typeof value !== "object" || value === null || value instanceof NativeDate) return value;
  const text: unknown = (value as { valueOf(): unknown }).valueOf();
  return typeof text === "object" ? String(value) : text;
}

/** Puts the Date of workflows in place of the engine's. */
export function replaceDate(): void {
  const made = makeDate();
  defineProperty(made, "name", { value: "Date", configurable: true });
  defineProperty(made, "length", { value: 7, configurable: true });
  defineProperty(made, "prototype", { value: NativeDate.prototype, writable: false });
  const statics = {
    now: () => refuse("Date.now()"),
    parse: (text: unknown) => parseDate(String(text)),
    UTC: NativeDate.UTC,
  };
  for (const [name, value] of Object.entries(statics))
    defineProperty(made, name, { value, writable: true, configurable: true, enumerable: false });
  defineProperty(NativeDate.prototype, "constructor", { value: made, writable: true, configurable: true });
  defineGlobal("Date", made);
  const shown = (text: (date: Date) => string) =>
    function (this: Date): string {
      return Number.isNaN(this.getTime()) ? "Invalid Date" : text(this);
    };
  const { prototype } = NativeDate;
  replaceMethod(
    prototype,
    "toString",
    shown((date) => `${dateString(date)} ${timeString(date)}`),
  );
  replaceMethod(prototype, "toDateString", shown(dateString));
  replaceMethod(prototype, "toTimeString", shown(timeString));
  const local = (needed: "date" | "time" | "any") =>
    function (this: Date, _locale?: unknown, options?: unknown): string {
      return localeDate(this, options, needed);
    };
  replaceMethod(prototype, "toLocaleString", local("any"));
  replaceMethod(prototype, "toLocaleDateString", local("date"));
  replaceMethod(prototype, "toLocaleTimeString", local("time"));
}

/** Makes chance unavailable, for the same reason. */
export function refuseChance(): void {
  replaceMethod(Math, "random", () => {
    throw new Error(
      "Math.random() is not available in a workflow: a run must give the same results when it is resumed. " +
        "Derive variety from an index or from the prompt's own text, or pass a seed in through args.",
    );
  });
}
