/** What went wrong with a model call, in words that a person can act on. */
import type { TurnAction, TurnError } from "#protocol/session.ts";
import { BooError, messageOf } from "../errors.ts";
import { retryAfterMs } from "../retry-after.ts";

/** A failed attempt: whether the same bytes are worth sending again, and what to say when they are not. */
export interface ModelFailure {
  readonly error: TurnError;
  readonly canRetry: boolean;
  /** What the server asked for, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Set where fewer tries than usual make sense. */
  readonly tries?: number;
}

/** Thrown by an attempt that heard the model, but can not use what it said. */
export class UnusableAnswer extends BooError {}

interface Cause {
  readonly statusCode?: number;
  readonly responseHeaders?: Readonly<Record<string, string>>;
  readonly responseBody?: string;
  readonly name?: string;
}

const contextPattern =
  /context.{0,24}(length|window|size)|maximum.{0,40}tokens|too (many|long).{0,24}(tokens|prompt)|prompt is too long|exceed.{0,40}(context|tokens)/i;

/** Sorts anything that a model call can throw. */
export function classifyFailure(thrown: unknown, label: string): ModelFailure {
  const own = ownCause(thrown);
  if (own !== undefined) return classifyOwn(own, label);
  const cause = thrown as Cause;
  // An answer that breaks off in the middle comes with the status that it began with.
  if (typeof cause.statusCode === "number" && cause.statusCode >= 300)
    return classifyStatus(cause.statusCode, cause, label);
  const name = thrown instanceof Error ? thrown.name : "";
  if (
    name === "AI_JSONParseError" ||
    name === "AI_TypeValidationError" ||
    name === "AI_InvalidResponseDataError"
  ) {
    return retryable("malformed", `${label} sent an answer that could not be read.`);
  }
  return retryable(
    "network",
    `${label} could not be reached: ${rootMessage(thrown)}. Check the connection${hint(thrown)}.`,
  );
}

// The SDK may wrap what an answer's stream throws.
function ownCause(thrown: unknown): BooError | undefined {
  for (let error = thrown; error instanceof Error; error = error.cause)
    if (error instanceof BooError) return error;
  return undefined;
}

function classifyOwn(error: BooError, label: string): ModelFailure {
  if (error.code.startsWith("timeout-")) return { ...retryable(error.code, error.message), tries: 3 };
  if (error instanceof UnusableAnswer)
    return {
      ...retryable(error.code, error.message),
      tries: error.code === "cut" || error.code === "busy" ? 5 : 2,
    };
  return {
    error: { code: error.code, message: error.message || `${label} failed.`, actions: ["retry"] },
    canRetry: false,
  };
}

function classifyStatus(status: number, cause: Cause, label: string): ModelFailure {
  const said = serverMessage(cause.responseBody);
  const tail = said === "" ? "" : ` It said: ${said}`;
  if (status === 401 || status === 403) {
    return final(
      "key-refused",
      `${label} refused the API key (${status}). Set another key, then try again.`,
      ["set-key", "retry", "switch-model"],
    );
  }
  if (status === 402) {
    return final(
      "no-balance",
      `The ${label} account has no balance left (402). Top it up and try again; nothing of this session is lost.`,
      ["retry", "set-key", "switch-model"],
    );
  }
  if (status === 413 || (status === 400 && contextPattern.test(said))) {
    return final("context-full", "This session no longer fits into the model's context.", [
      "new-with-summary",
      "switch-model",
    ]);
  }
  if (status === 404) {
    return final("not-found", `${label} does not know this model or address (404).${tail}`, [
      "switch-model",
      "settings",
      "retry",
    ]);
  }
  if (status >= 300 && status < 400) {
    return final(
      "redirected",
      `${label} redirects to another address (${status}). Put the final address into boocode.baseUrl.`,
      ["settings", "retry"],
    );
  }
  if (status === 408 || status === 409 || status === 425 || status === 429 || status >= 500) {
    const busy =
      status === 429 ? `${label} asks to slow down (429).` : `${label} is busy or broken (${status}).${tail}`;
    const after = retryAfterMs(cause.responseHeaders?.["retry-after"], Date.now());
    return { ...retryable(`http-${status}`, busy), ...(after !== undefined && { retryAfterMs: after }) };
  }
  return final("bad-request", `${label} did not accept the request (${status}).${tail}`, [
    "retry",
    "switch-model",
    "show-log",
  ]);
}

function retryable(code: string, message: string): ModelFailure {
  return { error: { code, message, actions: ["retry", "switch-model"] }, canRetry: true };
}

function final(code: string, message: string, actions: readonly TurnAction[]): ModelFailure {
  return { error: { code, message, actions }, canRetry: false };
}

function serverMessage(body: string | undefined): string {
  if (body === undefined || body === "") return "";
  try {
    const parsed = JSON.parse(body) as { error?: { message?: unknown } | string; message?: unknown };
    const message =
      typeof parsed.error === "string" ? parsed.error : (parsed.error?.message ?? parsed.message);
    if (typeof message === "string") return message.slice(0, 300);
  } catch {
    // Not JSON: a proxy's page, of which the first words are the best there is.
  }
  return body
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim()
    .slice(0, 200);
}

function rootMessage(thrown: unknown): string {
  let deepest = thrown;
  while (deepest instanceof Error && deepest.cause !== undefined) deepest = deepest.cause;
  const code = (deepest as { code?: unknown }).code;
  if (code === "ECONNREFUSED") return "nothing answers at this address";
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "its name can not be resolved";
  return messageOf(deepest);
}

function hint(thrown: unknown): string {
  return rootMessage(thrown).includes("address") ? " and boocode.baseUrl" : "";
}
