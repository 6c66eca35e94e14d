/** How what is known about programs is written down. */
import type { CommandDraft } from "../command-line/draft.ts";
import type { Reader, Setting } from "../command-line/reader.ts";
import type { Field } from "../command-line/values.ts";
import type { Arguments } from "./arguments.ts";

/**
 * What an argument is: "text" means nothing to the policy; "guess" may be a path; "folder" is where the program goes before it begins;
 * "code" is a file of the project that is run; "host" is an address; "danger" can run commands or touch files anywhere.
 */
export type Role = "text" | "read" | "write" | "remove" | "code" | "host" | "folder" | "guess" | "danger";

/** What an option without a value does: "recursive" takes everything below, "links" follows links on its way, "writes" makes operands written. */
export type Flag = "harmless" | "danger" | "recursive" | "links" | "writes" | "code" | "network";

/** A command whose program is known. */
export interface Call {
  /** Without folder. */
  readonly name: string;
  readonly args: readonly Field[];
  readonly draft: CommandDraft;
  readonly setting: Setting;
  readonly reader: Reader;
}

/** What is known about a program. */
export interface Program {
  /** Roles of operands by position; the last one is that of all further operands, too. None: all are texts. */
  readonly operands?: readonly Role[];
  /** The role of the last operand, where there are two or more. */
  readonly last?: Role;
  /** Options with a value, by name ("-o", "--output"). */
  readonly options?: Readonly<Record<string, Role>>;
  readonly flags?: Readonly<Record<string, Flag>>;
  /** Options of one letter with a value that is only ever attached ("-i.bak"). */
  readonly attached?: readonly string[];
  /** Options that say what the first operand says otherwise (a pattern, a script). */
  readonly insteadOfFirst?: readonly string[];
  /** Options that are not named here; harmless where it says nothing. */
  readonly others?: "danger" | "code";
  /** Options have one dash and a whole name. */
  readonly hasLongDash?: true;
  /** No option that a file could be named like does any harm. */
  readonly isSafeWithNames?: true;
  /** Long options are not recognised by their beginnings. */
  readonly hasWholeNames?: true;
  /** Options end where the first operand stands. */
  readonly stopsAtOperand?: true;
  /** It reads the folder that it runs in where no operand names another; "if-recursive": only with a flag that says so. */
  readonly readsFolder?: "always" | "if-recursive";
  /** It prints exactly one line. */
  readonly printsOneLine?: true;
  /** It reads, and so its path arguments are what it prints ("paths"), or it passes lines of its input on. */
  readonly prints?: "paths" | "input";
  /** Why it does what the project's files say. */
  readonly code?: string;
  /** Why it is asked in any case. */
  readonly asks?: string;
  /** It talks to others over the network. */
  readonly network?: true;
  /** Puts arguments of an older form into the usual one. */
  readonly prepare?: (call: Call) => Call;
  /** What can not be said by roles. Tells what its lines may be, if it is known. */
  readonly follow?: (call: Call, given: Arguments) => readonly string[] | undefined;
}

/** Programs by name. */
export type Programs = Readonly<Record<string, Program>>;

/** The same value under many names, which are given as one text. */
export function each<const Value>(value: Value, names: string): Readonly<Record<string, Value>> {
  return Object.fromEntries(names.split(" ").map((name) => [name, value]));
}
