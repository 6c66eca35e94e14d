import { signal, type ReadonlySignal } from "@preact/signals";
import {
  initialStates,
  reducers,
  type ChannelName,
  type Channels,
  type HostMessage,
} from "#protocol/protocol.ts";
import type { SessionState } from "#protocol/session.ts";
import { keepOlderTurns } from "./older-turns.ts";
import type { Port } from "./port.ts";

type ChannelMessage = Extract<HostMessage, { type: "snapshot" | "events" }>;
type Channel<C extends ChannelName> = ReadonlySignal<Channels[C]["state"] | undefined>;

/** The channels that a view follows. */
export interface Store {
  /** A channel's state, undefined until its snapshot is here; published once per frame. */
  follow<C extends ChannelName>(channel: C, key: string): Channel<C>;
  unfollow(channel: ChannelName, key: string): void;
  /** Changes a channel's state by something that is no event, such as older turns that were read by request. */
  change<C extends ChannelName>(
    channel: C,
    key: string,
    change: (state: Channels[C]["state"]) => Channels[C]["state"],
  ): void;
  receive(message: ChannelMessage): void;
}

/** Runs a callback before the next paint. */
export type Schedule = (callback: () => void) => void;

class Followed<C extends ChannelName> {
  readonly published = signal<Channels[C]["state"] | undefined>(undefined);
  // The state with every event in it; what is published follows once per frame.
  state: Channels[C]["state"] | undefined;
  seq = 0;
  isAwaitingSnapshot = true;
}

type Entry = Followed<ChannelName>;
type Publish = (entry: Entry) => void;

function createPublish(schedule: Schedule): Publish {
  const changed = new Set<Entry>();
  return (entry) => {
    if (changed.size === 0) {
      schedule(() => {
        for (const each of changed) each.published.value = each.state;
        changed.clear();
      });
    }
    changed.add(entry);
  };
}

/** A store over a port: subscribes, applies events with the protocol's reducers, and asks again when one is missing. */
export function createStore(port: Port, schedule: Schedule): Store {
  const followed = new Map<string, Entry>();
  const publish = createPublish(schedule);
  const idOf = (channel: ChannelName, key: string) => `${channel}/${key}`;

  const applyEvents = (entry: Entry, message: Extract<ChannelMessage, { type: "events" }>) => {
    if (entry.isAwaitingSnapshot) return;
    if (message.seq !== entry.seq + 1) {
      entry.isAwaitingSnapshot = true;
      port.post({ type: "subscribe", channel: message.channel, key: message.key });
      return;
    }
    type State = Channels[ChannelName]["state"];
    const reduce = reducers[message.channel] as (state: State, event: unknown) => State;
    entry.seq = message.seq;
    entry.state = message.events.reduce<State>(reduce, entry.state ?? initialStates[message.channel]);
    publish(entry);
  };

  return {
    follow<C extends ChannelName>(channel: C, key: string): Channel<C> {
      const found = followed.get(idOf(channel, key)) as Followed<C> | undefined;
      if (found !== undefined) return found.published;
      const entry = new Followed<C>();
      followed.set(idOf(channel, key), entry as unknown as Entry);
      port.post({ type: "subscribe", channel, key });
      return entry.published;
    },
    unfollow(channel, key) {
      if (followed.delete(idOf(channel, key))) port.post({ type: "unsubscribe", channel, key });
    },
    change(channel, key, change) {
      const entry = followed.get(idOf(channel, key));
      if (entry?.state === undefined) return;
      entry.state = change(entry.state as never);
      publish(entry);
    },
    receive(message) {
      const entry = followed.get(idOf(message.channel, message.key));
      if (entry === undefined) return;
      if (message.type === "events") return applyEvents(entry, message);
      const known = message.channel === "session" ? (entry.state as SessionState | undefined) : undefined;
      entry.state = message.channel === "session" ? keepOlderTurns(known, message.state) : message.state;
      entry.seq = message.seq;
      entry.isAwaitingSnapshot = false;
      publish(entry);
    },
  };
}
