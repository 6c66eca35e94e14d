/** `console` and `log`: lines of the run's log. */
import { tell } from "./bridge.ts";
import { show } from "./show.ts";

/** What may be called on `console`, and at which level it tells. */
const levels = {
  log: "info",
  info: "info",
  debug: "info",
  trace: "info",
  dir: "info",
  table: "info",
  group: "info",
  warn: "warning",
  error: "error",
} as const;

/** Tells a line. */
export function log(...values: unknown[]): void {
  tell("log", [line(values)]);
}

function line(values: readonly unknown[]): string {
  return values.map((value) => show(value)).join(" ");
}

/** Makes the console. */
export function makeConsole(): object {
  const console: Record<string, (...values: unknown[]) => void> = {};
  for (const [name, level] of Object.entries(levels))
    console[name] = (...values) => tell("log", [line(values), level]);
  console["assert"] = (condition, ...values) => {
    if (!condition)
      tell("log", [`Assertion failed${values.length > 0 ? `: ${line(values)}` : "."}`, "error"]);
  };
  // Times can not be told, so these say nothing.
  for (const name of ["groupEnd", "time", "timeEnd", "timeLog", "count"]) console[name] = () => {};
  return console;
}
