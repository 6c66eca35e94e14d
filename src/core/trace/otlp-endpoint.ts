/** Where OTLP goes to over HTTP, and what the answers mean (OTLP specification, "OTLP/HTTP"). */
import { BooError } from "../errors.ts";

const path = "/v1/traces";

// "All other 4xx or 5xx response status codes MUST NOT be retried."
const retryable: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** The address for traces: the endpoint with "/v1/traces" at the end of its path. Throws BooError "bad-endpoint". */
export function tracesUrl(endpoint: string): URL {
  const url = URL.parse(endpoint.trim());
  if (url === null || (url.protocol !== "http:" && url.protocol !== "https:")) {
    throw new BooError(
      "bad-endpoint",
      "The address for live traces is no web address. Write one like http://localhost:4318 into the settings.",
    );
  }
  const base = url.pathname.replace(/\/+$/, "");
  url.pathname = base.endsWith(path) ? base : `${base}${path}`;
  return url;
}

/** The headers of a request: those given, and the content type. Throws BooError "bad-headers". */
export function tracesHeaders(given: Readonly<Record<string, string>> = {}): Headers {
  try {
    const headers = new Headers(given);
    headers.set("content-type", "application/json");
    return headers;
  } catch {
    // The error's own words hold the value, which may be a key.
    throw new BooError(
      "bad-headers",
      `HTTP does not allow one of these headers for live traces: ${Object.keys(given).join(", ")}. Correct it in the settings.`,
    );
  }
}

/** Whether a request is worth sending again after this status. */
export function isRetryable(status: number): boolean {
  return retryable.has(status);
}

/** How many spans an answer of status 200 says were not taken, in `partialSuccess`. */
export function rejectedSpans(body: string): number {
  try {
    const { partialSuccess } = JSON.parse(body) as { partialSuccess?: { rejectedSpans?: unknown } };
    const count = Number(partialSuccess?.rejectedSpans ?? 0);
    return Number.isFinite(count) ? count : 0;
  } catch {
    // Some servers answer with a text; the status has said what matters.
    return 0;
  }
}
