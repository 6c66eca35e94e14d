/** What runs in the engine before the script. It is reached through four functions, in texts alone, and reaches nothing itself. */
import type { AheadAnswer } from "#protocol/guest.ts";
import { giveAhead } from "./ahead.ts";
import { drainOutbox, send, settle, takePending, tell, call, type Answer } from "./bridge.ts";
import { makeBudget, type BudgetStart } from "./budget.ts";
import { log, makeConsole } from "./console.ts";
import { carryPathOverThen, currentPath, resumeAt, resumeWith, runAt } from "./context.ts";
import { refuseChance, replaceDate } from "./dates.ts";
import { describe, noteThrow, watchErrors } from "./errors.ts";
import { flowSettings, parallel, pipeline } from "./flow.ts";
import { harden } from "./harden.ts";
import { replaceIntegerCuts } from "./integers.ts";
import { replaceLocale } from "./locale.ts";
import { apply, defineGlobal, defineProperty, nativeThen, parse } from "./natives.ts";
import { jsonCopy } from "./result.ts";
import { addSpent } from "./spent.ts";
import { clearTimeout, fireTimer, setTimeout } from "./timers.ts";

/** A compiled script: given its args and what the rewriting calls, it gives the function that runs it. */
type Program = (
  args: unknown,
  path: typeof currentPath,
  resume: typeof resumeWith,
  restore: (path: string) => void,
  noteThrow: (value: unknown, at: string) => unknown,
) => () => Promise<unknown>;

type Message =
  | {
      readonly t: "start";
      readonly names: readonly { readonly name: string; readonly kind: "call" | "tell" }[];
      readonly args?: unknown;
      readonly budget: BudgetStart;
      readonly nullStops: boolean;
      readonly ahead: readonly AheadAnswer[];
    }
  | ({ readonly t: "answer"; readonly spent?: readonly [number, number] } & Answer)
  | {
      readonly t: "program";
      readonly id: number;
      readonly program: number;
      readonly name: string;
      readonly args?: unknown;
    }
  | { readonly t: "fire"; readonly id: number };

const programs: Record<number, Program | undefined> = Object.create(null);

function runProgram(number: number, args: unknown): Promise<unknown> {
  const program = programs[number];
  if (program === undefined) throw new Error(`There is no program ${number}.`);
  const note = (value: unknown, at: string): unknown => noteThrow(value, `${number}:${at}`);
  return program(args, currentPath, resumeWith, resumeAt, note)();
}

function start(message: Extract<Message, { t: "start" }>): void {
  flowSettings.nullStops = message.nullStops;
  giveAhead(message.ahead);
  for (const { name, kind } of message.names) {
    // The language's own log shows any value before it tells it.
    if (Object.hasOwn(globalThis, name)) continue;
    const made = {
      [name]:
        kind === "call"
          ? (...given: unknown[]) => call(name, given)
          : (...given: unknown[]) => tell(name, given),
    };
    defineGlobal(name, made[name]);
  }
  defineGlobal("budget", makeBudget(message.budget));
  defineGlobal("args", message.args);
  const end = (report: object): void => {
    send({ t: "end", ...report });
  };
  const fail = (error: unknown): void => end({ error: describe(error) });
  const finish = (value: unknown): void => {
    try {
      end({ value: jsonCopy(value) ?? null });
    } catch (error) {
      fail(error);
    }
  };
  void apply(
    nativeThen,
    runAt("", () => runProgram(0, message.args)),
    [finish, fail] as never,
  );
}

/** Runs another script in the place of a call's answer. */
function runChild(message: Extract<Message, { t: "program" }>): void {
  const entry = takePending(message.id);
  if (entry === undefined) return;
  const path = `${entry.path}/workflow(${message.name})`;
  const ended = runAt(path, () => runProgram(message.program, message.args));
  void apply(nativeThen, ended, [entry.resolve, entry.reject] as never);
}

function take(message: Message): void {
  if (message.t === "start") start(message);
  else if (message.t === "fire") fireTimer(message.id);
  else if (message.t === "program") runChild(message);
  else {
    if (message.spent !== undefined) addSpent(message.spent[0], message.spent[1]);
    settle(message);
  }
}

defineProperty(globalThis, "globalThis", { value: globalThis, writable: true, configurable: true });
watchErrors();
replaceDate();
refuseChance();
replaceLocale();
replaceIntegerCuts();
carryPathOverThen();
harden();
Reflect.deleteProperty(globalThis, Symbol.toStringTag);
const language = { parallel, pipeline, setTimeout, clearTimeout, console: makeConsole() };
for (const [name, value] of Object.entries(language)) defineGlobal(name, value);
// The log takes any values; what it tells is a text.
defineGlobal("log", log);

/** Keeps a compiled script under a number. */
export function define(number: number, program: Program): void {
  programs[number] = program;
}

/** Takes messages, a JSON list of them. */
export function receive(messages: string): void {
  // By number: a script may have changed how lists are gone through.
  const list = parse(messages) as readonly Message[];
  for (let at = 0; at < list.length; at++) take(list[at] as Message);
}

/** The lines that were sent since the last time. */
export const drain = drainOutbox;
