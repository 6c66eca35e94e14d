/** The `session` channel: one conversation with one agent, as events and as the state that views draw. */
import type { Header, ModelChoice, PinReason, ReasoningPolicy } from "./header.ts";
import type { Mode, PermissionEntry, PermissionRequest } from "./permissions.ts";
import type { CostLine, ForkOrigin, TaskOrigin } from "./sessions.ts";
import { noUsage, type Usage } from "./usage.ts";

/**
 * A text kept inline (≤ 16 KB) or, when larger, as a blob by content hash with a preview of its first characters. Views are told the outputs
 * of calls like that, too, each by a name of its own (`outputName`).
 */
export type Body =
  | { readonly text: string }
  | { readonly blob: string; readonly bytes: number; readonly preview: string };

/** What became of a tool call. */
export type ToolOutcome = "ok" | "error" | "denied" | "cancelled" | "interrupted";

/** One file that a tool call changed; `before` and `after` are blob hashes, absent for a file that did not exist or may not be kept. */
export interface FileChange {
  readonly path: string;
  readonly kind: "created" | "changed" | "deleted";
  readonly before?: string;
  readonly after?: string;
  readonly added: number;
  readonly removed: number;
  /** Why the change can not be reverted, for example because the file holds a key. */
  readonly keptOut?: string;
}

/** A tool call as the model asked for it: `arguments` are the bytes that it wrote, `input` the parsed value. */
export interface ToolRequest {
  readonly id: string;
  /** The provider's id of the call, which its result must carry on the wire. */
  readonly callId: string;
  readonly name: string;
  readonly arguments: string;
}

/** What an error of a turn means and what a person can do about it, as ids of actions that the view offers. */
export interface TurnError {
  readonly code: string;
  readonly message: string;
  readonly actions: readonly TurnAction[];
}

/** A way on from a turn that ended early. */
export type TurnAction =
  | "retry"
  | "continue"
  | "set-key"
  | "switch-model"
  | "new-with-summary"
  | "show-log"
  | "settings";

/** Why a turn ended. */
export type TurnEndReason = "done" | "stopped" | "error" | "step-limit" | "context-full" | "interrupted";

/** A message written while the agent works, waiting for the next boundary. */
export interface QueuedMessage {
  readonly id: string;
  readonly text: string;
}

/** Something the agent needs from the user before it can go on. */
export interface Question {
  readonly id: string;
  readonly text: string;
  readonly choices: readonly { readonly value: string; readonly label: string }[];
  /** Set where it asks for leave; the choices are then `PermissionAnswer`s. */
  readonly permission?: PermissionRequest;
}

/** What the agent is waiting for, with the time (epoch ms) at which it goes on by itself. */
export interface Waiting {
  readonly kind: "model" | "retry" | "settling";
  readonly text: string;
  readonly until?: number;
  readonly attempt?: number;
}

/** Everything that can happen in a session; times are epoch milliseconds, ids and times come with the event. */
export type SessionEvent =
  | {
      readonly type: "session-start";
      readonly at: number;
      readonly id: string;
      readonly folder: string;
      readonly choice: ModelChoice;
      readonly summary?: Body;
      readonly forkOf?: ForkOrigin;
      readonly task?: TaskOrigin;
    }
  /** Who runs the session changed, as this window sees it; not kept. */
  | { readonly type: "owner-change"; readonly owner: SessionState["owner"] }
  /** Whether there are events that are not in the session's course; not kept. */
  | { readonly type: "strays-change"; readonly hasStrays: boolean }
  | { readonly type: "title-change"; readonly at: number; readonly title: string }
  | {
      readonly type: "model-change";
      readonly at: number;
      readonly choice: ModelChoice;
      readonly label: string;
    }
  | {
      readonly type: "header-pin";
      readonly at: number;
      readonly reason: PinReason;
      readonly header: Header;
      readonly choice: ModelChoice;
      readonly reasoning: ReasoningPolicy;
    }
  | {
      readonly type: "turn-start";
      readonly at: number;
      readonly turn: string;
      readonly number: number;
      readonly message?: UserMessage;
      /** The agent only goes on: a message is none of the user's, but what tells the model so. */
      readonly isContinued?: true;
    }
  | {
      readonly type: "user-message";
      readonly at: number;
      readonly turn: string;
      readonly message: UserMessage;
    }
  | {
      readonly type: "step-start";
      readonly at: number;
      readonly turn: string;
      readonly step: string;
      readonly choice: ModelChoice;
    }
  | { readonly type: "reasoning-delta"; readonly at: number; readonly step: string; readonly text: string }
  | { readonly type: "text-delta"; readonly at: number; readonly step: string; readonly text: string }
  | {
      readonly type: "tool-input";
      readonly step: string;
      readonly index: number;
      readonly name: string;
      readonly bytes: number;
    }
  | {
      readonly type: "step-reset";
      readonly at: number;
      readonly step: string;
      readonly reason: string;
      /** What the try had said until it failed, cut to some thousand characters. */
      readonly said?: { readonly attempt: number; readonly text: string; readonly reasoning: string };
    }
  | { readonly type: "waiting"; readonly at: number; readonly waiting: Waiting | null }
  | {
      readonly type: "step-end";
      readonly at: number;
      readonly turn: string;
      readonly step: string;
      readonly reasoning: string;
      readonly thinkingMs?: number;
      readonly text: string;
      readonly calls: readonly ToolRequest[];
      readonly finish: string;
      readonly usage: Usage;
      readonly costUsd?: number;
      /** Where the key of the call came from, in words. */
      readonly key?: string;
      readonly contextTokens?: number;
      readonly contextWindow?: number;
      /** Which try of the step this is the answer to, from 1. */
      readonly attempt?: number;
      readonly sent?: SentMark;
    }
  | {
      readonly type: "tool-start";
      readonly at: number;
      readonly turn: string;
      readonly call: string;
      readonly title: ToolTitle;
      readonly isReadOnly?: true;
    }
  | {
      readonly type: "tool-end";
      readonly at: number;
      readonly turn: string;
      readonly call: string;
      /** When it really began: calls of one step are announced together. */
      readonly startedAt?: number;
      readonly outcome: ToolOutcome;
      /** Exactly what the model is told. */
      readonly output: Body;
      readonly note?: string;
      readonly files?: readonly FileChange[];
      /** How many files it changed beside those, which are not listed and can not be reverted. */
      readonly moreFiles?: number;
      /** The whole output of a command, where what the model is told is a part of it. */
      readonly full?: FullOutput;
    }
  /** What a running command has written since the last time; not kept. */
  | { readonly type: "tool-output"; readonly call: string; readonly text: string }
  | { readonly type: "queue-add"; readonly at: number; readonly message: QueuedMessage }
  | { readonly type: "queue-edit"; readonly at: number; readonly message: QueuedMessage }
  | { readonly type: "queue-remove"; readonly at: number; readonly id: string }
  | {
      readonly type: "question-asked";
      readonly at: number;
      readonly turn: string;
      readonly question: Question;
    }
  | {
      readonly type: "question-answered";
      readonly at: number;
      readonly id: string;
      readonly value: string;
      /** What the user said with it, for the model. */
      readonly word?: string;
    }
  | { readonly type: "permission-decided"; readonly at: number; readonly entry: PermissionEntry }
  | { readonly type: "mode-change"; readonly at: number; readonly mode: Mode }
  | {
      readonly type: "turn-revert";
      readonly at: number;
      readonly turn: string;
      readonly reverted: readonly string[];
      readonly refused: readonly RevertRefusal[];
    }
  | {
      readonly type: "turn-end";
      readonly at: number;
      readonly turn: string;
      readonly reason: TurnEndReason;
      readonly error?: TurnError;
    };

/** What tells a request from others when the request itself is not at hand. */
export interface SentMark {
  /** The length of its messages. */
  readonly bytes: number;
  /** Of the messages, 16 hex digits. */
  readonly hash: string;
  /** Of the options and of the tools, 8 hex digits each. */
  readonly frame: string;
  /** Set where it did not begin with what the one before was made of. */
  readonly isParted?: true;
}

/** A user's message: what was typed, and `context`, what is sent before it (AGENTS.md, changed facts), byte for byte. */
export interface UserMessage {
  readonly id: string;
  readonly text: Body;
  readonly context?: Body;
  /** The changing facts as last told to the model, so that only what changes is told again. */
  readonly facts?: Facts;
}

/** Facts that are told to the model when they change: the day (YYYY-MM-DD), the active file, the project's rules as a blob hash. */
export interface Facts {
  readonly day?: string;
  readonly activeFile?: string;
  readonly rules?: string;
  /** Absent is "default". */
  readonly mode?: Mode;
}

/** The whole output of a command: a blob of so many bytes. */
export interface FullOutput {
  readonly blob: string;
  readonly bytes: number;
}

/** A file that Revert turn left alone, and why. */
export interface RevertRefusal {
  readonly path: string;
  readonly reason: string;
}

/** How a tool call reads in one line: "Read" "src/app.ts" "1–80". */
export interface ToolTitle {
  readonly verb: string;
  readonly object: string;
  readonly detail?: string;
}

/** A tool call as the view draws it. */
export type ToolCall = {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
  readonly title: ToolTitle;
  /** Set where the tool only looks. */
  readonly isReadOnly?: true;
  readonly startedAt: number;
} & (
  | {
      readonly status: "waiting" | "running";
      /** The end of what a running command has written. */
      readonly tail?: string;
    }
  | {
      readonly status: "ended";
      readonly endedAt: number;
      readonly outcome: ToolOutcome;
      readonly output: Body;
      readonly note?: string;
      readonly files: readonly FileChange[];
      readonly moreFiles?: number;
      readonly full?: FullOutput;
    }
);

/** One thing in a turn, in order. */
export type Item =
  | { readonly kind: "user"; readonly id: string; readonly text: Body }
  | {
      readonly kind: "reasoning";
      readonly id: string;
      readonly text: string;
      readonly startedAt: number;
      readonly durationMs?: number;
    }
  | { readonly kind: "text"; readonly id: string; readonly text: string; readonly isStreaming: boolean }
  | { readonly kind: "writing"; readonly id: string; readonly name: string; readonly bytes: number }
  | { readonly kind: "tool"; readonly id: string; readonly call: ToolCall };

/** Everything from one message of the user to the agent's rest. */
export interface Turn {
  readonly id: string;
  readonly number: number;
  readonly startedAt: number;
  /** Set where the agent went on without a message of the user. */
  readonly isContinued?: true;
  readonly items: readonly Item[];
  readonly usage: Usage;
  readonly costUsd?: number;
  readonly steps: number;
  /** What answered last. */
  readonly choice?: ModelChoice;
  readonly revert?: { readonly reverted: readonly string[]; readonly refused: readonly RevertRefusal[] };
  readonly end?: { readonly at: number; readonly reason: TurnEndReason; readonly error?: TurnError };
}

/** A session as views draw it: the last turns, and what stands around them. */
export interface SessionState {
  readonly id: string;
  readonly title: string;
  readonly folder: string;
  readonly startedAt: number;
  readonly choice: ModelChoice;
  readonly summary?: Body;
  readonly turns: readonly Turn[];
  /** Turns before the first one in `turns`, to be read by request. */
  readonly olderTurns: number;
  readonly queue: readonly QueuedMessage[];
  /** What waits for the user's answer, oldest first. */
  readonly questions: readonly Question[];
  readonly mode: Mode;
  readonly waiting?: Waiting;
  readonly usage: Usage;
  readonly costUsd?: number;
  /** False when some call of the session had no price or no usage, so `costUsd` is a lower bound. */
  readonly isCostWhole: boolean;
  readonly modelCalls: number;
  /** Every call, by model and key. */
  readonly costs: readonly CostLine[];
  readonly context?: { readonly usedTokens: number; readonly windowTokens?: number };
  readonly forkOf?: ForkOrigin;
  readonly task?: TaskOrigin;
  /** Set while another window runs the session ("elsewhere": this one only follows), or has gone in the middle of a turn ("gone"). */
  readonly owner?: "elsewhere" | "gone" | undefined;
  /** Set where a window went on with the session which another one had taken over: what it wrote can become a fork. */
  readonly hasStrays?: boolean;
}

/** The state before `session-start`. */
export const emptySession: SessionState = {
  id: "",
  title: "New session",
  folder: "",
  startedAt: 0,
  choice: { provider: "rehearsal", model: "rehearsal", effort: "high" },
  turns: [],
  olderTurns: 0,
  queue: [],
  questions: [],
  mode: "default",
  usage: noUsage,
  isCostWhole: true,
  modelCalls: 0,
  costs: [],
};

/** The turn that is running, if any. */
export function runningTurn(state: SessionState): Turn | undefined {
  const last = state.turns.at(-1);
  return last !== undefined && last.end === undefined ? last : undefined;
}

/** The first characters of a body, for lists and titles. */
export function bodyPreview(body: Body): string {
  return "text" in body ? body.text : body.preview;
}
