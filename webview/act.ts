import type { Signal } from "@preact/signals";
import type { Method, Requests } from "#protocol/protocol.ts";
import { RequestError, type Client } from "./client.ts";

/** Makes a request for the user: a refusal is shown, and the result is undefined then. */
export type Act = <M extends Method>(
  method: M,
  params: Requests[M]["params"],
) => Promise<Requests[M]["result"] | undefined>;

/** Makes requests over a client; `problem` says why the last one was refused, "" when it was not. */
export function actOver(client: Client, problem: Signal<string>): Act {
  return async (method, params) => {
    try {
      const result = await client.request(method, params);
      problem.value = "";
      return result;
    } catch (error) {
      problem.value =
        error instanceof RequestError
          ? error.message
          : "BooCode did not answer. Reload the view and try again.";
      return undefined;
    }
  };
}
