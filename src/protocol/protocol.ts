/** The one protocol between views and the host: requests, channels, and the two message unions. */
import { emptySession, type SessionEvent, type SessionState, type Turn } from "./session.ts";
import { reduceSession } from "./session-reducer.ts";
import {
  type CostLine,
  emptySessions,
  type FoundSessions,
  reduceSessions,
  type SessionQuery,
  type SessionsEvent,
  type SessionsState,
  type TimelineTurn,
} from "./sessions.ts";
import {
  emptyTrace,
  reduceTrace,
  type Span,
  type SpanDetail,
  type TraceEvent,
  type TraceState,
} from "./trace.ts";
import type { RunNews, RunState, RunsEvent, RunsState } from "./run-state.ts";
import { emptyRun, emptyRuns, reduceRun, reduceRuns } from "./run-state.ts";
import type { RunRequests } from "./run-requests.ts";
import { emptyWorkspace, reduceWorkspace, type WorkspaceEvent, type WorkspaceState } from "./workspace.ts";
import type { RevertRefusal } from "./session.ts";
import {
  emptyPermissions,
  reducePermissions,
  type Mode,
  type PermissionEntry,
  type PermissionsEvent,
  type PermissionsState,
} from "./permissions.ts";

/** What the editor can be asked to open or do on behalf of a click. */
export type UiAction =
  | "set-key"
  | "select-model"
  | "open-folder"
  | "manage-trust"
  | "show-log"
  | "reload-window"
  | "open-settings"
  | "open-permission-log";

/** A user's decision about sessions. */
export type SessionChange =
  | { readonly title: string }
  | { readonly isPinned: boolean }
  | { readonly isArchived: boolean }
  | { readonly isTrashed: boolean };

/** Every request that a view can make. */
export interface Requests extends RunRequests {
  /** Sends a message, or queues it while a turn runs (`queued`). */
  "session.prompt": {
    params: { readonly session: string; readonly text: string };
    result: { readonly turn?: string; readonly queued?: string };
  };
  "session.stop": { params: { readonly session: string }; result: Record<string, never> };
  /** Goes on after an interrupted, stopped or failed turn without a new message. */
  "session.continue": { params: { readonly session: string }; result: { readonly turn: string } };
  "session.answer": {
    params: {
      readonly session: string;
      readonly question: string;
      readonly value: string;
      /** For the model, with a denial. */
      readonly word?: string;
    };
    result: Record<string, never>;
  };
  /** How much the session's agents may do by themselves. */
  "session.setMode": {
    params: { readonly session: string; readonly mode: Mode };
    result: Record<string, never>;
  };
  "session.create": { params: Record<string, never>; result: { readonly session: string } };
  /** A new session that begins with a summary of this one. */
  "session.summarize": { params: { readonly session: string }; result: { readonly session: string } };
  /** Shows a session in the chat, at the turn of a number if one is named; asked by another view, the chat takes the focus or leaves it there. */
  "session.open": {
    params: { readonly session: string; readonly turn?: number; readonly takesFocus?: boolean };
    result: Record<string, never>;
  };
  "session.turns": {
    params: { readonly session: string; readonly before: number; readonly count: number };
    result: { readonly turns: readonly Turn[] };
  };
  "sessions.find": { params: SessionQuery; result: FoundSessions };
  /** Renames, pins, archives or moves to the trash, and back; the same request with the opposite value undoes it. */
  "sessions.mark": {
    params: { readonly sessions: readonly string[]; readonly change: SessionChange };
    result: Record<string, never>;
  };
  /** Deletes sessions for good, with everything that only they refer to. */
  "sessions.purge": { params: { readonly sessions: readonly string[] }; result: Record<string, never> };
  /** Asks where to save, and saves; `isSaved` is false where the user thought better of it. */
  "session.export": {
    params: { readonly session: string; readonly format: "markdown" | "json" };
    result: { readonly isSaved: boolean };
  };
  /** Asks for an exported file, and makes a session of it; without one where the user thought better of it. */
  "session.import": { params: Record<string, never>; result: { readonly session?: string } };
  /** A new session with the same header and everything up to the end of a turn; the chat shows it. */
  "session.fork": {
    params: { readonly session: string; readonly turn: string };
    result: { readonly session: string };
  };
  /** A fork that ends before a turn and goes on with another message in its place; the chat shows it. */
  "session.resend": {
    params: { readonly session: string; readonly turn: string; readonly text: string };
    result: { readonly session: string };
  };
  "session.timeline": {
    params: { readonly session: string };
    result: { readonly turns: readonly TimelineTurn[] };
  };
  "session.costs": { params: { readonly session: string }; result: { readonly lines: readonly CostLine[] } };
  /** The sessions forked from this one. */
  "session.forks": {
    params: { readonly session: string };
    result: {
      readonly forks: readonly {
        readonly id: string;
        readonly title: string;
        readonly turn: number;
        readonly isEdit: boolean;
      }[];
    };
  };
  /** What the next message will cost because a prefix is cold, where that is known: after a change of model, or after a long pause. */
  "session.coldCost": {
    params: { readonly session: string; readonly provider: string; readonly model: string };
    result: {
      readonly tokens?: number;
      readonly costUsd?: number;
      readonly reason?: "model" | "expired";
    };
  };
  /** Brings the window that runs a session to the front, or opens its folder. */
  "session.openThere": { params: { readonly session: string }; result: Record<string, never> };
  /** Takes over a session whose window is gone in the middle of a turn, which is then shown as interrupted. */
  "session.takeOver": { params: { readonly session: string }; result: Record<string, never> };
  /** Makes a fork of what a window wrote to a session that another one had taken over; the chat shows it. */
  "session.forkStrays": { params: { readonly session: string }; result: { readonly session: string } };
  /** Offers no more to make a fork of that; it stays in the store. */
  "session.dismissStrays": { params: { readonly session: string }; result: Record<string, never> };
  /** A page of a session's spans, in order of their end; the newest, or those before the cursor of a page. */
  "trace.spans": {
    params: { readonly session: string; readonly before?: string; readonly limit: number };
    result: { readonly spans: readonly Span[]; readonly before?: string };
  };
  /** What a span was given and gave. */
  "trace.detail": { params: { readonly session: string; readonly span: string }; result: SpanDetail };
  /** The text of a part of a model call's request, by its place in `SpanDetail.segments`. */
  "trace.segment": {
    params: { readonly session: string; readonly span: string; readonly index: number };
    result: { readonly text: string };
  };
  /** Shows a session's trace in an editor panel, at a span or a turn if one is named. */
  "trace.open": {
    params: { readonly session: string; readonly span?: string; readonly turn?: number };
    result: Record<string, never>;
  };
  /** Asks where to save, and saves; `isSaved` is false where the user thought better of it. */
  "trace.export": {
    params: { readonly session: string; readonly format: "otlp" | "chrome" | "csv" };
    result: { readonly isSaved: boolean };
  };
  "queue.edit": {
    params: { readonly session: string; readonly id: string; readonly text: string };
    result: Record<string, never>;
  };
  "queue.remove": {
    params: { readonly session: string; readonly id: string };
    result: Record<string, never>;
  };
  "turn.revert": {
    params: { readonly session: string; readonly turn: string };
    result: { readonly reverted: readonly string[]; readonly refused: readonly RevertRefusal[] };
  };
  /** Opens the native diff of what a turn did to a file. */
  "turn.diff": {
    params: { readonly session: string; readonly turn: string; readonly path: string };
    result: Record<string, never>;
  };
  /** A part of a blob, or of the output of a call by its `outputName`, in characters. */
  "body.read": {
    params: { readonly blob: string; readonly offset: number; readonly length: number };
    result: { readonly text: string; readonly total: number };
  };
  /** Keeps a text that is too large for what the editor keeps of a view; it is read back by `body.read`. */
  "draft.keep": { params: { readonly text: string }; result: { readonly blob: string } };
  /** Opens the whole output of a command in an editor. */
  "call.openOutput": {
    params: { readonly session: string; readonly call: string };
    result: Record<string, never>;
  };
  /** Opens a terminal in a command's folder with the command typed, not run. */
  "call.openTerminal": {
    params: { readonly session: string; readonly call: string };
    result: Record<string, never>;
  };
  /** Ends one running command; the agent is told that the user did. */
  "call.stop": { params: { readonly session: string; readonly call: string }; result: Record<string, never> };
  /** A page of the permission log, newest first; entries that hold all words of `text`; of one session or all. */
  "permissions.read": {
    params: {
      readonly session?: string;
      readonly text: string;
      readonly offset: number;
      readonly limit: number;
    };
    result: { readonly entries: readonly PermissionEntry[]; readonly total: number };
  };
  /** Takes a session's grant or a rule of the user's back. */
  "permissions.revoke": { params: { readonly id: string }; result: Record<string, never> };
  /** Lets a project's own allowances hold, by the hash of exactly that content, or leaves them out. */
  "permissions.approve": {
    params: { readonly hash: string; readonly isApproved: boolean };
    result: Record<string, never>;
  };
  /** Opens the file of a rule or a problem at its line. */
  "permissions.openFile": {
    params: { readonly file: string; readonly line: number };
    result: Record<string, never>;
  };
  "file.open": { params: { readonly path: string; readonly line?: number }; result: Record<string, never> };
  "ui.run": { params: { readonly action: UiAction }; result: Record<string, never> };
  /** Tells the host that the first paint is done, so that it may load what is heavy. */
  "view.painted": { params: Record<string, never>; result: Record<string, never> };
}

/** Every channel with its state and events. */
export interface Channels {
  session: { state: SessionState; event: SessionEvent };
  sessions: { state: SessionsState; event: SessionsEvent };
  workspace: { state: WorkspaceState; event: WorkspaceEvent };
  trace: { state: TraceState; event: TraceEvent };
  permissions: { state: PermissionsState; event: PermissionsEvent };
  run: { state: RunState; event: RunNews };
  runs: { state: RunsState; event: RunsEvent };
}

/** A request's name. */
export type Method = keyof Requests;
/** A channel's name. */
export type ChannelName = keyof Channels;

type Reducers = {
  readonly [C in ChannelName]: (
    state: Channels[C]["state"],
    event: Channels[C]["event"],
  ) => Channels[C]["state"];
};

/** The reducer of each channel. */
export const reducers: Reducers = {
  session: reduceSession,
  sessions: reduceSessions,
  workspace: reduceWorkspace,
  trace: reduceTrace,
  permissions: reducePermissions,
  run: reduceRun,
  runs: reduceRuns,
};

/** The first state of each channel. */
export const initialStates: { readonly [C in ChannelName]: Channels[C]["state"] } = {
  session: emptySession,
  sessions: emptySessions,
  workspace: emptyWorkspace,
  trace: emptyTrace,
  permissions: emptyPermissions,
  run: emptyRun,
  runs: emptyRuns,
};

/** What a view says; `key` is the session id for `session` and `trace`, the run's for `run`, else "". */
export type ViewMessage =
  | { readonly type: "request"; readonly id: number; readonly method: Method; readonly params: unknown }
  | { readonly type: "cancel"; readonly id: number }
  | { readonly type: "subscribe"; readonly channel: ChannelName; readonly key: string }
  | { readonly type: "unsubscribe"; readonly channel: ChannelName; readonly key: string }
  | { readonly type: "pong" };

/** What the host says; `seq` numbers the messages of one channel and key, so that a view sees a gap. */
export type HostMessage =
  | { readonly type: "result"; readonly id: number; readonly result: unknown }
  | { readonly type: "error"; readonly id: number; readonly code: string; readonly message: string }
  | SnapshotMessage
  | EventsMessage
  | { readonly type: "focus-composer" }
  /** For the list of sessions: the cursor belongs into the search box. */
  | { readonly type: "focus-search" }
  /** For the chat: the turn of a number is to be seen once the session is shown. */
  | { readonly type: "show-turn"; readonly session: string; readonly turn: number }
  /** For the trace: which session it shows, and where the cursor goes. */
  | {
      readonly type: "show-trace";
      readonly session: string;
      readonly title: string;
      readonly span?: string;
      readonly turn?: number;
    }
  /** For the page of runs: which run it shows, or which script before it is run; neither for the list. */
  | {
      readonly type: "show-run";
      readonly run?: string;
      readonly workflow?: string;
      readonly args?: string;
    }
  | { readonly type: "ping" };

/** The state of a channel, as a window. */
export type SnapshotMessage = {
  [C in ChannelName]: {
    readonly type: "snapshot";
    readonly channel: C;
    readonly key: string;
    readonly seq: number;
    readonly state: Channels[C]["state"];
  };
}[ChannelName];

/** What happened in a channel since the last message. */
export type EventsMessage = {
  [C in ChannelName]: {
    readonly type: "events";
    readonly channel: C;
    readonly key: string;
    readonly seq: number;
    readonly events: readonly Channels[C]["event"][];
  };
}[ChannelName];
