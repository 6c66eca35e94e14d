import type { ChannelName, Channels, HostMessage, ViewMessage } from "../../src/protocol/protocol.ts";
import type { PutScript } from "./scripted-page.ts";
import type { HostScript } from "./webview-harness.ts";

/** The scripted host inside of the page, for tests to drive. */
export interface FakeHost {
  /** Everything that the view has said. */
  readonly sent: ViewMessage[];
  /** Sends events of a channel, as one message; those of a session, a trace and a run are for the one that is shown. */
  emit<C extends ChannelName>(channel: C, events: readonly Channels[C]["event"][]): void;
  /** Sends any message. */
  post(message: HostMessage): void;
  /** Makes the next request of a method fail. */
  refuse(method: string, message: string): void;
  /** Leaves the requests of a method unanswered until they are released. */
  hold(method: string): void;
  release(method: string): void;
  /** Leaves out one number of a channel, as if a message was lost. */
  lose(channel: ChannelName): void;
}

/** What the scripted host knows and answers. */
interface Scripted {
  /** The session that is shown. */
  active(): string;
  stateOf(channel: ChannelName, key: string): unknown;
  answer(method: string, params: unknown): unknown;
}

declare global {
  interface Window {
    host: FakeHost;
    scripted: Scripted;
  }
}

/** Runs in the page before `fakeHost`; everything it uses must be inside of it. */
export function scriptHost(script: HostScript): void {
  let active = script.workspace.activeSession;
  let made = 0;
  const show = (id: string) => {
    active = id;
    window.host.emit("workspace", [{ type: "workspace-change", change: { activeSession: id } }]);
    return {};
  };
  const make = () => {
    made += 1;
    const session = made === 1 ? "made" : `made-${made}`;
    show(session);
    return { session };
  };
  const answers: Record<string, (params: never) => unknown> = {
    "session.turns": ({ before, count }: { before: number; count: number }) => ({
      turns: (script.older ?? []).filter((turn) => turn.number < before).slice(-count),
    }),
    "body.read": ({ blob, offset, length }: { blob: string; offset: number; length: number }) => {
      const text = script.bodies?.[blob] ?? sessionStorage.getItem(blob) ?? "";
      return { text: text.slice(offset, offset + length), total: text.length };
    },
    // Outlives a reload, as the editor's host does.
    "draft.keep": ({ text }: { text: string }) => {
      const blob = `kept-${sessionStorage.length}`;
      sessionStorage.setItem(blob, text);
      return { blob };
    },
    "session.create": make,
    "session.fork": make,
    "session.resend": make,
    "session.open": ({ session }: { session: string }) => show(session),
    "session.forks": () => ({ forks: [] }),
  };
  window.scripted = {
    active: () => active,
    answer: (method, params) => script.answers?.[method] ?? answers[method]?.(params as never) ?? {},
    stateOf(channel, key) {
      if (channel === "workspace") return { ...script.workspace, activeSession: active };
      if (channel === "sessions") return script.sessions;
      if (key === script.workspace.activeSession) return script.session;
      const { summary: _, ...empty } = { ...script.session, id: key, title: "New session", turns: [] };
      return script.others?.[key] ?? empty;
    },
  };
}

/** Runs in the page before its scripts; everything it uses must be inside of it. */
export function fakeHost(): void {
  const seqs: Record<string, number> = {};
  const refusals = new Map<string, string>();
  const held = new Map<string, (() => void)[]>();
  const sent: ViewMessage[] = [];
  const post = (message: unknown) => window.postMessage(message, "*");
  const keyOf = (channel: ChannelName) =>
    ["session", "trace", "run"].includes(channel) ? window.scripted.active() : "";
  const seqOf = (channel: ChannelName, key: string, step = 0) =>
    (seqs[`${channel}/${key}`] = (seqs[`${channel}/${key}`] ?? 0) + step);
  const answer = ({ id, method, params }: Extract<ViewMessage, { type: "request" }>) => {
    const refusal = refusals.get(method);
    refusals.delete(method);
    if (refusal !== undefined) post({ type: "error", id, code: "refused", message: refusal });
    else post({ type: "result", id, result: window.scripted.answer(method, params) });
  };
  const receive = (message: ViewMessage) => {
    sent.push(message);
    if (message.type === "subscribe") {
      const { channel, key } = message;
      const state = window.scripted.stateOf(channel, key);
      if (state !== undefined) post({ type: "snapshot", channel, key, seq: seqOf(channel, key), state });
    } else if (message.type === "request") {
      const waiting = held.get(message.method);
      if (waiting === undefined) answer(message);
      else waiting.push(() => answer(message));
    }
  };
  const editor = {
    postMessage: receive,
    getState: () => JSON.parse(sessionStorage.getItem("state") ?? "null") ?? undefined,
    setState: (state: unknown) => sessionStorage.setItem("state", JSON.stringify(state)),
  };
  Object.assign(window, { acquireVsCodeApi: () => editor });
  window.host = {
    sent,
    post,
    emit(channel, events) {
      const key = keyOf(channel);
      post({ type: "events", channel, key, seq: seqOf(channel, key, 1), events });
    },
    refuse: (method, message) => void refusals.set(method, message),
    hold: (method) => void held.set(method, []),
    release(method) {
      const waiting = held.get(method) ?? [];
      held.delete(method);
      for (const go of waiting) go();
    },
    lose: (channel) => void seqOf(channel, keyOf(channel), 1),
  };
}

/** Makes the first request of a method fail, once `fakeHost` is in the page. */
export function refuse(refused: { readonly method: string; readonly message: string }): PutScript {
  return (page) => page.addInitScript(({ method, message }) => window.host.refuse(method, message), refused);
}
