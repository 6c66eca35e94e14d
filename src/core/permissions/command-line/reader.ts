/** What the parts that follow a line share: the one that follows it, seen from below. */
import type { Function as FunctionNode, ParsedScript } from "unbash";
import type { CommandDraft } from "./draft.ts";
import type { Input, Outcome, ShellState } from "./state.ts";
import type { Field } from "./values.ts";
import type { Concern, LineContext, ParsedCommand } from "../parsed-line.ts";

/** The shell as it is while the words of a command are made: expansions may set variables. */
export interface Cursor {
  state: ShellState;
}

/** How a command is connected. */
export interface Setting {
  readonly state: ShellState;
  readonly input: Input;
  /** The command as it is written. */
  readonly text: string;
}

/** Follows a line. */
export interface Reader {
  readonly context: LineContext;
  /** Counts a step; throws LineTooLarge once there were too many. */
  spend(): void;
  /** The whole line can not be judged. */
  refuse(problem: string): void;
  /** True in a shell that is not bash, which reads some of what bash understands as something else: the line is refused. */
  needsBash(text: string): boolean;
  /** Adds a command. */
  add(command: ParsedCommand): void;
  /** Adds something that is no command but decides like one. */
  note(text: string, what: Concern | { readonly code: string }): void;
  /** The shell leaves a function or a loop. */
  leave(how: "return" | "break" | "continue", state: ShellState): Outcome;
  /** A script in a shell of its own; tells what its lines may be. */
  substitute(
    script: ParsedScript | undefined,
    state: ShellState,
    text: string,
  ): readonly string[] | undefined;
  /** A text that is read as a script, in this shell. */
  runText(text: string, setting: Setting, dialect: LineContext["dialect"]): Outcome;
  /** Words that are run as a command; `skips` functions where the shell does. */
  runFields(fields: readonly Field[], setting: Setting, skips?: "functions"): Outcome;
}

/** A reader, as those see it that read whole commands. */
export interface Walk extends Reader {
  /** Keeps a command's place in their order while what it starts is read. */
  reserve(draft: CommandDraft): number;
  fill(slot: number, draft: CommandDraft, redirected: Redirects | undefined): void;
  /** Adds what is no command by itself, if there is anything about it. */
  addFinished(draft: CommandDraft, redirected: Redirects | undefined): void;
  /** The body of a function that is called. */
  callBody(node: FunctionNode, setting: Setting): Outcome;
}

/** What redirections do, and what is to be said about them. */
export interface Redirects extends Pick<ParsedCommand, "redirections" | "redirectionUses"> {
  readonly draft: CommandDraft;
}
