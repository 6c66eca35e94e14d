/**
 * What host and sandbox say to each other: lines of JSON over a pipe. A guest's own lines begin with "g", so that nothing in a guest can
 * speak as the sandbox. A guest knows primitives by their names alone.
 */

/** The engines that can run a script. */
export const engineNames = ["isolated-vm", "quickjs"] as const;

/** An engine. */
export type EngineName = (typeof engineNames)[number];

/** What a guest may use: memory in MB, time of synchronous code in ms, messages of one call and of all log lines in bytes, calls and lines in number. */
export interface GuestLimits {
  readonly memoryMb: number;
  readonly syncMs: number;
  readonly messageBytes: number;
  readonly outputBytes: number;
  readonly outputLines: number;
  readonly calls: number;
}

/** The limits of a run where nothing else is set. */
export const defaultGuestLimits: GuestLimits = {
  memoryMb: 128,
  syncMs: 30_000,
  messageBytes: 8 * 1024 * 1024,
  outputBytes: 8 * 1024 * 1024,
  outputLines: 20_000,
  calls: 20_000,
};

/** A global of the script: "call" waits for an answer, "tell" does not. */
export interface GuestName {
  readonly name: string;
  readonly kind: "call" | "tell";
}

/** A script as it is compiled: an expression that makes the function which runs it. */
export interface GuestProgram {
  readonly code: string;
  /** Whether it names URL, which is loaded only then. */
  readonly usesUrl: boolean;
}

/** A known answer to a call of a path whose arguments have a mark; those that are alike are used in order. */
export interface AheadAnswer {
  readonly path: string;
  readonly mark: number;
  readonly value: unknown;
  readonly spent?: readonly [number, number];
}

/** How a guest begins. */
export interface GuestStart {
  readonly program: GuestProgram;
  readonly names: readonly GuestName[];
  /** Absent for undefined. */
  readonly args?: unknown;
  readonly budget: {
    readonly tokens?: number;
    readonly usd?: number;
    readonly reads: Readonly<Record<string, readonly number[]>>;
  };
  readonly nullStops: boolean;
  readonly ahead: readonly AheadAnswer[];
}

/** An error as it crosses the bridge; `at` is "program:line:column" in the compiled code. */
export interface GuestError {
  readonly name: string;
  readonly message: string;
  readonly at?: string;
  readonly code?: string;
  readonly rawText?: string;
}

/** What a call is answered with; `spent` is what it cost, in tokens and dollars. */
export type GuestAnswer = { readonly spent?: readonly [number, number] } & (
  | { readonly value: unknown }
  | { readonly error: GuestError }
);

/** Host → sandbox. */
export type ToSandbox =
  | {
      readonly kind: "open";
      readonly limits: GuestLimits;
      readonly start: GuestStart;
    }
  | { readonly kind: "answer"; readonly id: number; readonly answer: GuestAnswer }
  /** The call is answered by what another script gives, which runs in its place. */
  | {
      readonly kind: "program";
      readonly id: number;
      readonly number: number;
      readonly name: string;
      readonly program: GuestProgram;
      readonly args?: unknown;
    }
  | { readonly kind: "close" }
  | { readonly kind: "ping"; readonly id: number };

/** Why a guest was ended from outside. */
export type GuestStop = "time" | "memory" | "stack" | "output" | "calls" | "message" | "stuck" | "crash";

/** Sandbox → host, besides a guest's lines. */
export type FromSandbox =
  | {
      readonly kind: "ready";
      readonly node: string;
      readonly engines: readonly EngineName[];
      readonly problem?: string;
    }
  | { readonly kind: "stopped"; readonly reason: GuestStop; readonly message: string }
  | { readonly kind: "closed" }
  | { readonly kind: "pong"; readonly id: number };

/** A guest's line. */
export type FromGuest =
  | {
      readonly t: "call";
      readonly id: number;
      readonly name: string;
      readonly args: readonly unknown[];
      readonly path: string;
      readonly at?: string;
    }
  /** A call that was answered ahead. */
  | {
      readonly t: "known";
      readonly name: string;
      readonly args: readonly unknown[];
      readonly path: string;
      readonly at?: string;
    }
  | { readonly t: "tell"; readonly name: string; readonly args: readonly unknown[]; readonly path: string }
  /** A thunk or stage threw: its place holds null. */
  | ({ readonly t: "failure"; readonly path: string } & GuestError)
  /** What the script read of its budget. */
  | { readonly t: "seen"; readonly key: string; readonly value: number }
  | { readonly t: "end"; readonly value: unknown }
  | { readonly t: "end"; readonly error: GuestError };

/** What the engine had to say about its own state. */
export interface SandboxStatus {
  readonly engine: EngineName;
  /** "host": the editor's own runtime; otherwise the path of the Node that runs it. */
  readonly runtime: string;
  readonly node: string;
  /** Why engines that would be preferred are not used. */
  readonly notes: readonly string[];
}
