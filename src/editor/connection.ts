/** One view's end of the protocol: checks what it says, answers its requests, tells it what happens. */
import type { ChannelLookup } from "#core/channel.ts";
import { BooError, isAbort } from "#core/errors.ts";
import type { Handlers } from "#core/handlers.ts";
import type { Log } from "#core/ports.ts";
import type { ChannelName, HostMessage, Method, ViewMessage } from "#protocol/protocol.ts";
import { requestSchemas, viewMessageSchema } from "#protocol/schemas.ts";
import { Subscriptions } from "./subscriptions.ts";

// More than a person can cause; a view that runs wild is told to wait.
const requestLimit = 100;

/** What a connection needs of the core. */
export interface ConnectionCore {
  readonly handlers: Handlers;
  readonly channel: ChannelLookup;
}

/** A connection, from the page's first script to the view's end. */
export class Connection {
  readonly #core: ConnectionCore;
  readonly #log: Log;
  readonly #post: (message: HostMessage) => void;
  readonly #subscriptions: Subscriptions;
  #isPaused = false;
  readonly #requests = new Map<number, AbortController>();

  constructor(core: ConnectionCore, post: (message: HostMessage) => void, log: Log) {
    this.#core = core;
    this.#log = log;
    this.#post = post;
    this.#subscriptions = new Subscriptions(core.channel, post);
  }

  /** Takes whatever the view posted. */
  receive(raw: unknown): void {
    const parsed = viewMessageSchema.safeParse(raw);
    if (!parsed.success) {
      this.#log.warn(
        `The chat view sent a message that is not of the protocol: ${parsed.error.issues[0]?.message ?? ""}`,
      );
      return;
    }
    this.#take(parsed.data);
    this.#isPaused = false;
  }

  /** The view is hidden: nothing is told to it. */
  pause(): void {
    this.#isPaused = true;
    this.#subscriptions.pause();
  }

  /** Ends what this view follows. What it asked for goes on: a closed view stops nothing. */
  dispose(): void {
    this.#subscriptions.pause();
    this.#requests.clear();
  }

  #take(message: ViewMessage): void {
    switch (message.type) {
      case "request":
        void this.#answer(message.id, message.method, message.params);
        break;
      case "cancel":
        this.#requests.get(message.id)?.abort();
        break;
      case "subscribe":
        if (!this.#subscriptions.add(message.channel, message.key))
          this.#warnUnknown(message.channel, message.key);
        break;
      case "unsubscribe":
        this.#subscriptions.remove(message.channel, message.key);
        break;
      case "pong":
        // Most pages end with their view's visibility and follow anew; this one is still the one from before.
        if (this.#isPaused) this.#subscriptions.resume();
        break;
    }
  }

  async #answer(id: number, method: Method, params: unknown): Promise<void> {
    const controller = new AbortController();
    try {
      if (this.#requests.has(id))
        throw new BooError("bad-request", "A request with this number is still being answered.");
      if (this.#requests.size >= requestLimit)
        throw new BooError("busy", "Too much was asked for at once. Try again.");
      this.#requests.set(id, controller);
      const result = await this.#run(method, params, controller.signal);
      this.#post({ type: "result", id, result });
    } catch (error) {
      this.#post({ type: "error", id, ...this.#explain(error, method) });
    } finally {
      if (this.#requests.get(id) === controller) this.#requests.delete(id);
    }
  }

  async #run(method: Method, params: unknown, signal: AbortSignal): Promise<unknown> {
    const parsed = requestSchemas[method].safeParse(params);
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      throw new BooError(
        "bad-request",
        `${method} can not be asked for like this: ${issue?.path.join(".")} ${issue?.message}`,
      );
    }
    // The schema of a method gives exactly what its handler takes, which the compiler can not follow through the map.
    const handler = this.#core.handlers[method] as (params: unknown, signal: AbortSignal) => Promise<unknown>;
    return handler(parsed.data, signal);
  }

  #explain(error: unknown, method: Method): { code: string; message: string } {
    if (error instanceof BooError) return { code: error.code, message: error.message };
    if (isAbort(error)) return { code: "cancelled", message: "This was cancelled." };
    this.#log.error(`${method} failed.`, error);
    return {
      code: "internal",
      message: "This did not work because of a fault in BooCode. The log says more.",
    };
  }

  #warnUnknown(channel: ChannelName, key: string): void {
    this.#log.warn(`The chat view follows ${channel} "${key.slice(0, 80)}", which is not open.`);
  }
}
