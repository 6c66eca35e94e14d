import type { ChannelName, Channels, HostMessage, ViewMessage } from "../../src/protocol/protocol.ts";
import type { HostScript } from "./webview-harness.ts";

/** The scripted host inside of the page, for tests to drive. */
export interface FakeHost {
  /** Everything that the view has said. */
  readonly sent: ViewMessage[];
  /** Sends events of a channel, as one message. */
  emit<C extends ChannelName>(channel: C, events: readonly Channels[C]["event"][]): void;
  /** Sends any message. */
  post(message: HostMessage): void;
  /** Makes the next request of a method fail. */
  refuse(method: string, message: string): void;
  /** Leaves out one number of a channel, as if a message was lost. */
  skip(channel: ChannelName): void;
}

declare global {
  interface Window {
    host: FakeHost;
  }
}

/** Runs in the page before its scripts; everything it uses must be inside of it. */
export function fakeHost(script: HostScript): void {
  const seqs: Record<ChannelName, number> = { workspace: 0, sessions: 0, session: 0 };
  const refusals = new Map<string, string>();
  const sent: ViewMessage[] = [];
  const post = (message: unknown) => window.postMessage(message, "*");
  const keyOf = (channel: ChannelName) => (channel === "session" ? script.workspace.activeSession : "");

  const answers: Record<string, (params: never) => unknown> = {
    "session.turns": ({ before, count }: { before: number; count: number }) => ({
      turns: (script.older ?? []).filter((turn) => turn.number < before).slice(-count),
    }),
    "body.read": ({ blob, offset, length }: { blob: string; offset: number; length: number }) => {
      const text = script.bodies?.[blob] ?? "";
      return { text: text.slice(offset, offset + length), total: text.length };
    },
    "session.create": () => ({ session: script.workspace.activeSession }),
  };

  const receive = (message: ViewMessage) => {
    sent.push(message);
    if (message.type === "subscribe") {
      const state = script[message.channel];
      if (state !== undefined)
        post({
          type: "snapshot",
          channel: message.channel,
          key: message.key,
          seq: seqs[message.channel],
          state,
        });
    } else if (message.type === "request") {
      const { id, method, params } = message;
      const refusal = refusals.get(method);
      refusals.delete(method);
      if (refusal !== undefined) post({ type: "error", id, code: "refused", message: refusal });
      else post({ type: "result", id, result: answers[method]?.(params as never) ?? {} });
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
    refuse: (method, message) => void refusals.set(method, message),
    skip: (channel) => void seqs[channel]++,
    emit: (channel, events) =>
      post({ type: "events", channel, key: keyOf(channel), seq: ++seqs[channel], events }),
  };
}
