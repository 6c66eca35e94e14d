/** The `workspace` channel: what this window is about, and what answers in it. */
import type { ModelChoice } from "./header.ts";

/** Whether the chosen provider can be used: its key is there, missing, or not needed. */
export type KeyState = "set" | "missing" | "not-needed";

/** A model that the picker offers. */
export interface ModelInfo {
  readonly choice: ModelChoice;
  readonly label: string;
  readonly detail: string;
}

/** Why the store can not be written: a sentence, and whether another version of BooCode, which a reload starts, could. */
export interface StoreProblem {
  readonly message: string;
  readonly needsReload: boolean;
  /** The end of a session is lost: what is done in it is not kept any more until the window is loaded anew. */
  readonly isLoss?: true;
}

/** The window's state as views draw it. */
export interface WorkspaceState {
  readonly folders: readonly string[];
  readonly isTrusted: boolean;
  readonly choice: ModelChoice;
  /** What answers, in words: "deepseek-flash", "Rehearsal". */
  readonly modelLabel: string;
  readonly keyState: KeyState;
  /** Set while Rehearsal stands in for a provider that has no key: a sentence that says so. */
  readonly standInNotice?: string;
  /** The session that the chat shows. */
  readonly activeSession: string;
  /** Set while the store can not be written; work then goes on in memory. */
  readonly storeProblem?: StoreProblem;
}

/** Whatever changes in the window's state, as a fact with its new values. */
export type WorkspaceEvent = { readonly type: "workspace-change"; readonly change: Partial<WorkspaceState> };

/** The state before the host has looked. */
export const emptyWorkspace: WorkspaceState = {
  folders: [],
  isTrusted: true,
  choice: { provider: "rehearsal", model: "rehearsal", effort: "high" },
  modelLabel: "",
  keyState: "not-needed",
  activeSession: "",
};

/** Applies one event. */
export function reduceWorkspace(state: WorkspaceState, event: WorkspaceEvent): WorkspaceState {
  return { ...state, ...event.change };
}
