/** What a tool is: a definition in the list of `index.ts`. */
import type { z } from "zod";
import type { Mode } from "#protocol/permissions.ts";
import type { FullOutput, ToolTitle } from "#protocol/session.ts";
import type { Answer, NewQuestion } from "../agent/questions.ts";
import type { AgentTask } from "../agent/task.ts";
import type { Guard } from "../permissions/guard.ts";
import type { Clock, CodeIntel, Editor, Files, Log } from "../ports.ts";
import type { Commands } from "../shell/commands.ts";
import type { Runs } from "../workflow/runs.ts";
import type { UnsavedChanges } from "../shell/unsaved-changes.ts";
import type { RunningCommand, Snapshots } from "../shell-ports.ts";

/** A file that a tool changed: whole texts before and after, undefined where the file did not exist. */
export interface TextChange {
  /** As the model names it: relative to its folder, in a multi-root workspace with the folder's name first; outside absolute or from "~". */
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** Why the texts are not here, and the change can not be reverted. */
  readonly keptOut?: string;
}

/** What a tool gives back. A failure that the model can act on is thrown as a BooError whose message says what to try instead. */
export interface ToolResult {
  /** What the model is told, already cut to its limit. */
  readonly output: string;
  /** A few words for the row in the chat: "+3 −1", "12 matches". */
  readonly note?: string;
  readonly changes?: readonly TextChange[];
  /** How many files it changed beside those. */
  readonly moreFiles?: number;
  /** The call did what it could, and that failed: a command with an exit code. */
  readonly hasFailed?: true;
  /** The whole output, where `output` is a part of it. */
  readonly full?: FullOutput;
}

/** What a tool may use while it runs. */
export interface ToolRun {
  readonly editor: Editor;
  readonly files: Files;
  readonly codeIntel: CodeIntel;
  /** Asked for every file and directory that is touched, at the moment of use. */
  readonly guard: Guard;
  /** The user's home folder. */
  readonly home: string;
  readonly signal: AbortSignal;
  /** How much is done without asking. */
  readonly mode: Mode;
  /** True where the workspace is trusted; writing tools refuse otherwise. */
  readonly isTrusted: boolean;
  /** Our id of the call. */
  readonly call: string;
  readonly commands: Commands;
  readonly snapshots: Snapshots;
  readonly clock: Clock;
  readonly log: Log;
  readonly unsaved: UnsavedChanges;
  /** Set where the agent works on a task by itself. */
  readonly task?: AgentTask | undefined;
  /** Called with a command that has ended, while its whole output can be read. */
  readonly commandEnded?: (command: RunningCommand) => Promise<void>;
  /** Set where what commands say on either output is wanted apart, too: so many bytes of each. */
  readonly streamBytes?: number;
  /** Asks the user and waits, without a limit, for an answer. */
  ask(question: NewQuestion): Promise<Answer>;
  /** Runs of workflows; undefined where there are none. */
  readonly workflows?: Pick<Runs, "preview" | "start" | "workflows"> | undefined;
  /** Shows the user what a command writes while it runs. */
  tell(text: string): void;
}

/** A tool: its input schema makes the JSON Schema of the header, and is the door for what the model sends. */
export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType;
  /** Read-only tools of one answer run at the same time, others one after another in their order. */
  readonly isReadOnly: boolean;
  /** Parses the input (throws ZodError) and says how the call reads in one line. */
  title(input: unknown): ToolTitle;
  /** Parses the input (throws ZodError) and runs. */
  run(input: unknown, run: ToolRun): Promise<ToolResult>;
}

/** Makes a tool from a definition whose functions take the parsed input. */
export function defineTool<Schema extends z.ZodType>(definition: {
  readonly name: string;
  readonly description: string;
  readonly input: Schema;
  readonly isReadOnly: boolean;
  readonly title: (input: z.output<Schema>) => ToolTitle;
  readonly run: (input: z.output<Schema>, run: ToolRun) => Promise<ToolResult>;
}): Tool {
  const { input } = definition;
  return {
    ...definition,
    title: (value) => definition.title(input.parse(value)),
    run: async (value, run) => definition.run(input.parse(value), run),
  };
}
