import type { Gate } from "./gate.ts";

/** One thing that happens, in order, while a scripted answer is sent. */
export type ReplyStep =
  | { readonly kind: "thinking" | "text"; readonly text: string }
  | { readonly kind: "call"; readonly id?: string; readonly name: string; readonly arguments: string }
  | { readonly kind: "hold"; readonly gate: Gate }
  /** The model needs so long, in milliseconds. */
  | { readonly kind: "pause"; readonly ms: number }
  /** Bytes written to the body as they are: comments, malformed events, errors inside the stream. */
  | { readonly kind: "raw"; readonly bytes: string }
  /** The socket is destroyed. */
  | { readonly kind: "cut" }
  /** The body ends properly here, without finish reason, usage and `[DONE]`. */
  | { readonly kind: "end" }
  /** Nothing more is sent until the client goes away. */
  | { readonly kind: "silence" };

/** How fast and in which pieces an answer is sent; without a rate, as fast as the wire goes. */
export interface Pace {
  /** Deltas per second, counting each delta as one token. */
  readonly tokensPerSecond?: number;
  /** Characters per delta; a list is gone through again and again. Default 4, about a token. */
  readonly chunkCharacters?: number | readonly number[];
  /** Bytes per write to the socket, to tear events and characters apart. Default: an event per write. */
  readonly splitBytes?: number;
}

/** What the server does with one request. */
type Outcome =
  | { readonly kind: "answer"; readonly steps: readonly ReplyStep[] }
  | {
      readonly kind: "response";
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** The connection is reset before any byte is answered. */
  | { readonly kind: "reset" }
  /** No byte is ever answered. */
  | { readonly kind: "hang" };

/** A tool call to script: name, input (written as compact JSON; a string is taken verbatim) and id. */
export type ScriptedCall = readonly [name: string, input?: unknown, id?: string];

interface ReplySettings {
  readonly outcome: Outcome;
  readonly finishReason?: string;
  readonly usage: "counted" | "missing";
  readonly pace: Pace;
  readonly headersGate?: Gate;
}

/** One scripted answer; every method returns a new one with a step more. */
export class Reply {
  readonly settings: ReplySettings;

  constructor(settings: Partial<ReplySettings> = {}) {
    this.settings = { outcome: { kind: "answer", steps: [] }, usage: "counted", pace: {}, ...settings };
  }

  /** Text of the answer. */
  text(text: string): Reply {
    return this.add({ kind: "text", text });
  }

  /** Text of the model's thinking (`reasoning_content`). */
  thinking(text: string): Reply {
    return this.add({ kind: "thinking", text });
  }

  /** A tool call with `input` as compact JSON; a string is sent verbatim as its arguments. */
  toolCall(name: string, input: unknown = {}, id?: string): Reply {
    const written = typeof input === "string" ? input : JSON.stringify(input);
    return this.add({ kind: "call", name, arguments: written, ...(id !== undefined && { id }) });
  }

  /** Several tool calls in one answer. */
  calls(calls: readonly ScriptedCall[]): Reply {
    return calls.reduce<Reply>((reply, [name, input, id]) => reply.toolCall(name, input, id), this);
  }

  /** Replaces the arguments of the last tool call by this exact text, valid or not. */
  rawArguments(written: string): Reply {
    const steps = this.steps();
    const last = steps.at(-1);
    if (last?.kind !== "call") throw new Error("rawArguments goes right after toolCall.");
    return this.with({
      outcome: { kind: "answer", steps: [...steps.slice(0, -1), { ...last, arguments: written }] },
    });
  }

  /** Waits here until the test opens the gate. */
  hold(gate: Gate): Reply {
    return this.add({ kind: "hold", gate });
  }

  /** Takes its time here, in milliseconds. */
  pause(ms: number): Reply {
    return this.add({ kind: "pause", ms });
  }

  /** Keeps back status and headers, too, until the test opens the gate. */
  holdHeaders(gate: Gate): Reply {
    return this.with({ headersGate: gate });
  }

  /** Comments as DeepSeek sends them while a request is queued. */
  keepAlive(times = 1): Reply {
    return this.raw(": keep-alive\n\n".repeat(times));
  }

  /** Bytes for the body as they are. */
  raw(bytes: string): Reply {
    return this.add({ kind: "raw", bytes });
  }

  /** An event whose data is no JSON. */
  malformedChunk(data = '{"choices":[{"index":0,"delta":{"cont'): Reply {
    return this.raw(`data: ${data}\n\n`);
  }

  /** An error object inside a stream that began well. */
  errorChunk(message: string, code = "server_error"): Reply {
    return this.raw(`data: ${errorBody(message, code, code)}\n\n`);
  }

  /** Destroys the socket here. */
  cut(): Reply {
    return this.add({ kind: "cut" });
  }

  /** Ends the body here as if it were complete, without finish reason and usage. */
  endEarly(): Reply {
    return this.add({ kind: "end" });
  }

  /** Sends nothing more from here and keeps the connection open. */
  silence(): Reply {
    return this.add({ kind: "silence" });
  }

  /** Sets the finish reason, known or not; otherwise `tool_calls` or `stop`. */
  finish(reason: string): Reply {
    return this.with({ finishReason: reason });
  }

  /** Leaves the usage out of the last chunk. */
  withoutUsage(): Reply {
    return this.with({ usage: "missing" });
  }

  /** Sets speed and pieces. */
  pace(pace: Pace): Reply {
    return this.with({ pace });
  }

  private steps(): readonly ReplyStep[] {
    const { outcome } = this.settings;
    if (outcome.kind !== "answer") throw new Error(`Nothing can follow a scripted ${outcome.kind}.`);
    return outcome.steps;
  }

  private add(step: ReplyStep): Reply {
    return this.with({ outcome: { kind: "answer", steps: [...this.steps(), step] } });
  }

  private with(change: Partial<ReplySettings>): Reply {
    return new Reply({ ...this.settings, ...change });
  }
}

/** The body of an error as DeepSeek writes it. */
export function errorBody(message: string, type: string, code = "invalid_request_error"): string {
  return JSON.stringify({ error: { message, type, param: null, code } });
}

function failure(
  status: number,
  message: string,
  type: string,
  headers: Record<string, string> = {},
  code?: string,
): Reply {
  return response(status, errorBody(message, type, code), { "content-type": "application/json", ...headers });
}

function response(status: number, body: string, headers: Record<string, string> = {}): Reply {
  return new Reply({ outcome: { kind: "response", status, headers, body } });
}

function retryAfter(seconds: number | undefined): Record<string, string> {
  return seconds === undefined ? {} : { "retry-after": String(seconds) };
}

/** A tool call written as text, as models do when their markup slips past the server's parser. */
function leakedCall(name: string, input: unknown, style: "tokens" | "dsml" = "tokens"): string {
  if (style === "tokens") {
    const json = JSON.stringify(input);
    return `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>${name}\n\`\`\`json\n${json}\n\`\`\`<｜tool▁call▁end｜><｜tool▁calls▁end｜>`;
  }
  const parameters = Object.entries(input as Record<string, unknown>).map(
    ([key, value]) =>
      `<｜DSML｜parameter name="${key}" string="${typeof value === "string"}">${typeof value === "string" ? value : JSON.stringify(value)}</｜DSML｜parameter>\n`,
  );
  return `<｜DSML｜function_calls>\n<｜DSML｜invoke name="${name}">\n${parameters.join("")}</｜DSML｜invoke>\n</｜DSML｜function_calls>`;
}

/** Where every scripted answer begins: `reply.thinking("…").text("…")`, `reply.rateLimited(3)`. */
export const reply = {
  text: (text: string) => new Reply().text(text),
  thinking: (text: string) => new Reply().thinking(text),
  toolCall: (name: string, input?: unknown, id?: string) => new Reply().toolCall(name, input, id),
  calls: (calls: readonly ScriptedCall[]) => new Reply().calls(calls),
  hold: (gate: Gate) => new Reply().hold(gate),
  holdHeaders: (gate: Gate) => new Reply().holdHeaders(gate),
  pause: (ms: number) => new Reply().pause(ms),
  keepAlive: (times?: number) => new Reply().keepAlive(times),
  malformedChunk: (data?: string) => new Reply().malformedChunk(data),
  /** A complete answer without content. */
  empty: () => new Reply(),
  /** Headers, then nothing. */
  silence: () => new Reply().silence(),
  /** The stream is cut right after its headers. */
  cut: () => new Reply().cut(),
  leak: (name: string, input: unknown, style?: "tokens" | "dsml") =>
    new Reply().text(leakedCall(name, input, style)),
  reset: () => new Reply({ outcome: { kind: "reset" } }),
  hang: () => new Reply({ outcome: { kind: "hang" } }),
  html: (status = 200) =>
    response(status, "<html><body><h1>Sign in to the network</h1></body></html>", {
      "content-type": "text/html",
    }),
  response,
  error: failure,
  /** 400: the prompt does not fit. */
  contextLength: (limit = 131_072, requested = 131_134) =>
    failure(400, contextLengthMessage(limit, requested), "invalid_request_error"),
  unauthorized: () =>
    failure(401, "Authentication Fails, Your api key: ****0000 is invalid", "authentication_error"),
  noBalance: () => failure(402, "Insufficient Balance", "unknown_error"),
  rateLimited: (retryAfterSeconds?: number) =>
    failure(
      429,
      "Rate limit reached",
      "rate_limit_error",
      retryAfter(retryAfterSeconds),
      "rate_limit_exceeded",
    ),
  serverError: () => failure(500, "Internal Server Error", "server_error", {}, "internal_server_error"),
  overloaded: (retryAfterSeconds?: number) =>
    failure(
      503,
      "Service is too busy.",
      "service_unavailable_error",
      retryAfter(retryAfterSeconds),
      "service_unavailable",
    ),
};

/** DeepSeek's sentence for a prompt that does not fit. */
export function contextLengthMessage(limit: number, messages: number, completion = 0): string {
  return `This model's maximum context length is ${limit} tokens. However, you requested ${messages + completion} tokens (${messages} in the messages, ${completion} in the completion). Please reduce the length of the messages or completion.`;
}
