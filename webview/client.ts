import type { HostMessage, Method, Requests } from "#protocol/protocol.ts";
import type { Port } from "./port.ts";

/** A request that the host refused; `message` says what to do next. */
export class RequestError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = "RequestError";
    this.code = code;
  }
}

/** Makes requests of the host. */
export interface Client {
  /** Resolves with the result, rejects with a `RequestError`, or with the signal's reason once it is cancelled. */
  request<M extends Method>(
    method: M,
    params: Requests[M]["params"],
    signal?: AbortSignal,
  ): Promise<Requests[M]["result"]>;
  /** Takes an answer of the host. */
  receive(message: Extract<HostMessage, { type: "result" | "error" }>): void;
}

type Pending = { readonly resolve: (result: never) => void; readonly reject: (reason: unknown) => void };

/** A client over a port; requests wait as long as the host takes, which answers every one. */
export function createClient(port: Port): Client {
  const pending = new Map<number, Pending>();
  let nextId = 1;
  return {
    request(method, params, signal) {
      const id = nextId++;
      return new Promise((resolve, reject) => {
        pending.set(id, { resolve, reject });
        signal?.addEventListener("abort", () => {
          if (!pending.delete(id)) return;
          port.post({ type: "cancel", id });
          reject(signal.reason as Error);
        });
        port.post({ type: "request", id, method, params });
      });
    },
    receive(message) {
      const call = pending.get(message.id);
      if (call === undefined || !pending.delete(message.id)) return;
      if (message.type === "result") call.resolve(message.result as never);
      else call.reject(new RequestError(message.code, message.message));
    },
  };
}
