/** What the workflow engine needs from the world. */
import type {
  EngineName,
  FromGuest,
  GuestAnswer,
  GuestLimits,
  GuestProgram,
  GuestStart,
  GuestStop,
  SandboxStatus,
} from "#protocol/guest.ts";
import type { Mode } from "#protocol/permissions.ts";
import type { RunEvent } from "#protocol/run.ts";
import type { Clock, Log } from "../ports.ts";

/** Hears what a guest says. After `stopped`, or its "end", a guest says nothing more. */
export interface GuestListener {
  line(line: FromGuest): void;
  stopped(reason: GuestStop, message: string): void;
}

/** A running guest. */
export interface GuestSession {
  readonly status: SandboxStatus;
  answer(id: number, answer: GuestAnswer): void;
  /** Answers a call with what another script gives, which runs in its place. */
  runProgram(id: number, number: number, name: string, program: GuestProgram, args: unknown): void;
  /** Ends the guest, whatever it does; resolves when it is gone. */
  close(): Promise<void>;
}

/** Where scripts run. */
export interface Sandboxes {
  /** Starts what would run a script and tells what it is; throws BooError "no-sandbox" where nothing can. */
  status(engine?: EngineName): Promise<SandboxStatus>;
  /** Starts a guest, on the best engine there is or on the one named. */
  open(
    request: { readonly engine?: EngineName; readonly limits: GuestLimits; readonly start: GuestStart },
    listener: GuestListener,
  ): Promise<GuestSession>;
}

/** The durable journal of runs. */
export interface RunJournal {
  /** Resolves when the events are on disk; they keep the order of the calls. */
  append(run: string, events: readonly RunEvent[]): Promise<void>;
  /** All events of a run in order, those on their way to the disk too, up to what a crash cut; undefined for an unknown run. */
  read(run: string): Promise<readonly RunEvent[] | undefined>;
  /** Nothing more is written for a run here; another process may go on with it. */
  end?(run: string): Promise<void>;
  /** Every run's id, the newest first. */
  list(): Promise<readonly string[]>;
}

/** A script as it was found. */
export interface WorkflowSource {
  /** What to show: the path, from the workspace where it is in it. */
  readonly file: string;
  readonly text: string;
}

/** Where scripts lie. */
export interface WorkflowFiles {
  /** All scripts that a name could mean, those that shadow others first. */
  all(): Promise<readonly WorkflowSource[]>;
  /** A script by its path; undefined where there is none. */
  read(path: string): Promise<WorkflowSource | undefined>;
}

/** What a shell step gave. */
export interface ShellResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the shell steps of scripts, through the same permissions as an agent's commands. */
export interface WorkflowShell {
  run(
    command: string,
    options: { readonly cwd?: string; readonly timeoutMs?: number },
    signal: AbortSignal,
  ): Promise<ShellResult>;
  /** Called when the run is over. */
  close?(): void;
}

/** Asks a person, and waits as long as it takes. */
export interface WorkflowQuestions {
  ask(
    question: {
      readonly run: string;
      /** The step that asks. */
      readonly id: string;
      readonly text: string;
      readonly choices?: readonly string[];
    },
    signal: AbortSignal,
  ): Promise<string>;
}

/** A git worktree that one agent works in. */
export interface Worktree {
  readonly path: string;
  /** Removes it where nothing changed; otherwise it stays and is told with its changes. */
  finish(): Promise<KeptWorktree | undefined>;
}

/** A worktree that stays because it holds changes. */
export interface KeptWorktree {
  readonly path: string;
  readonly branch: string;
  /** Changed files, as `git diff --stat` counts them. */
  readonly changes: string;
}

/** Makes worktrees. */
export interface Worktrees {
  /** The commit that a worktree would begin from: the current HEAD; throws BooError "no-repository". */
  base(signal: AbortSignal): Promise<string>;
  create(name: string, base: string, signal: AbortSignal): Promise<Worktree>;
}

/** What the engine is made of. */
export interface WorkflowPorts {
  readonly sandboxes: Sandboxes;
  readonly journal: RunJournal;
  readonly files: WorkflowFiles;
  readonly shell?: WorkflowShell;
  readonly questions?: WorkflowQuestions;
  readonly worktrees?: Worktrees;
  /** How much agents do without asking; kept with the run. */
  readonly mode?: Mode;
  /** Whose list runs are in, as sessions are. */
  readonly folder?: string;
  readonly clock: Clock;
  readonly log: Log;
  /** SHA-256 of a text, in hex, at once: keys are made for every call. */
  readonly sha256: (text: string) => string;
  readonly newId: () => string;
}
