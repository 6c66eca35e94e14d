/** The `Http` port: Node's own client, which sends a body of many pieces without a copy and keeps connections open. */
import type { ClientRequest, IncomingMessage } from "node:http";
import { createRequire } from "node:module";
import type { Http, HttpAnswer } from "#core/ports.ts";

type Request = Parameters<Http["post"]>[1];

// The editor puts proxies and certificates into these modules for extensions that ask for them in this way and by these names.
const requireModule = createRequire(import.meta.url);
const load = {
  "http:": () => requireModule("http") as typeof import("node:http"),
  "https:": () => requireModule("https") as typeof import("node:https"),
};

/** Makes the port. */
export function createHttp(): Http {
  return { post };
}

async function post(url: string, request: Request): Promise<HttpAnswer> {
  request.signal.throwIfAborted();
  try {
    return await send(url, request);
  } catch (error) {
    // A server may close an idle connection at the moment in which it is used again: nothing was heard, nothing was done.
    if (error instanceof StaleConnection && !request.signal.aborted) return send(url, request);
    throw error instanceof StaleConnection ? error.cause : error;
  }
}

class StaleConnection extends Error {}

function send(url: string, { headers, body, signal }: Request): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
  const { protocol } = new URL(url);
  if (protocol !== "http:" && protocol !== "https:") {
    throw new TypeError(
      `"${protocol}" is no protocol of the web; the address begins with http:// or https://`,
    );
  }
  const length = body.reduce((sum, piece) => sum + piece.length, 0);
  const fields = { ...Object.fromEntries(headers), "content-length": String(length) };
  const outgoing = load[protocol]().request(url, { method: "POST", headers: fields });
  const abort = (): void => {
    reject(signal.reason as Error);
    outgoing.destroy();
  };
  signal.addEventListener("abort", abort, { once: true });
  outgoing.once("close", () => signal.removeEventListener("abort", abort));
  outgoing.once("response", (incoming) => resolve(answerOf(incoming, signal)));
  outgoing.on("error", (cause: NodeJS.ErrnoException) => {
    const isStale = outgoing.reusedSocket && (cause.code === "ECONNRESET" || cause.code === "EPIPE");
    reject(isStale ? new StaleConnection("", { cause }) : cause);
  });
  write(outgoing, body);
  return promise;
}

function write(outgoing: ClientRequest, body: readonly Uint8Array[]): void {
  outgoing.setNoDelay(true);
  outgoing.cork();
  for (const piece of body) outgoing.write(piece);
  outgoing.uncork();
  outgoing.end();
}

function answerOf(incoming: IncomingMessage, signal: AbortSignal): HttpAnswer {
  const headers = new Headers();
  for (const [name, values] of Object.entries(incoming.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return {
    status: incoming.statusCode ?? 0,
    statusText: incoming.statusMessage ?? "",
    headers,
    body: bytesOf(incoming, signal),
  };
}

async function* bytesOf(incoming: IncomingMessage, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of incoming) yield chunk as Buffer;
  } catch (error) {
    throw signal.aborted ? signal.reason : error;
  }
}
