/** The trace channels of this window, one for each session that somebody follows or runs. */
import { Channel } from "../channel.ts";

/** Channels beyond this many that nobody follows and nothing runs in are forgotten, oldest first; the spans are in the store. */
const most = 32;

/** Makes channels as they are asked for. */
export class Traces {
  readonly #channels = new Map<string, Channel<"trace">>();

  /** The channel of a session. */
  channel(session: string): Channel<"trace"> {
    const known = this.#channels.get(session);
    if (known !== undefined) return known;
    const made = new Channel("trace");
    this.#channels.set(session, made);
    for (const [id, channel] of this.#channels) {
      if (this.#channels.size <= most) break;
      if (channel !== made && !channel.hasListeners && channel.state.open.length === 0)
        this.#channels.delete(id);
    }
    return made;
  }

  /** The channel of a session that was asked for before. */
  find(session: string): Channel<"trace"> | undefined {
    return this.#channels.get(session);
  }
}
