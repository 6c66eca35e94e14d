/** Reads an exported session back; the file is hostile until it has passed the schema. */
import { z } from "zod";
import type { SessionEvent } from "#protocol/session.ts";
import { BooError } from "../errors.ts";
import { exportFormat } from "./export.ts";
import { interruptedOutput } from "./recover.ts";

const id = z.string().min(1).max(200);
// What a Date can hold.
const at = z.number().min(-8.64e15).max(8.64e15);
const text = z.string();
const hash = z.string().regex(/^[0-9a-f]{64}$/);
const body = z.union([
  z.strictObject({ text }),
  z.strictObject({ blob: hash, bytes: z.number().int().min(0), preview: text }),
]);
const choice = z.strictObject({ provider: id, model: id, effort: z.enum(["low", "high", "max"]) });
const count = z.number().int().min(0).optional();
const usage = z.strictObject({
  promptTokens: count,
  cacheHitTokens: count,
  cacheMissTokens: count,
  outputTokens: count,
  reasoningTokens: count,
});
const mode = z.enum(["default", "ask", "plan"]);
const operation = z.enum(["read", "write", "execute", "network"]);
const answer = z.enum(["once", "session", "always", "deny"]);
const message = z.strictObject({
  id,
  text: body,
  context: body.optional(),
  facts: z
    .strictObject({
      day: text.optional(),
      activeFile: text.optional(),
      rules: text.optional(),
      mode: mode.optional(),
    })
    .optional(),
});
/** Schemas of tools' parameters are a few levels deep; what is far deeper nothing could write again. */
const deepest = 100;
const queued = z.strictObject({ id, text });
const title = z.strictObject({ verb: text, object: text, detail: text.optional() });
const change = z.strictObject({
  path: text,
  kind: z.enum(["created", "changed", "deleted"]),
  before: hash.optional(),
  after: hash.optional(),
  added: z.number(),
  removed: z.number(),
  keptOut: text.optional(),
});
const call = z.strictObject({ id, callId: text, name: text, arguments: text });
const error = z.strictObject({
  code: text,
  message: text,
  actions: z.array(
    z.enum(["retry", "continue", "set-key", "switch-model", "new-with-summary", "show-log", "settings"]),
  ),
});
const header = z.strictObject({
  system: text,
  tools: z.array(
    z.strictObject({
      name: text,
      description: text,
      parameters: z.unknown().refine((value) => isWithin(value, deepest), "nested too deeply"),
    }),
  ),
  hash: text,
});
const forkOf = z.strictObject({
  session: id,
  turn: z.number().int().min(0),
  isEdit: z.literal(true).optional(),
});
const refusals = z.array(z.strictObject({ path: text, reason: text }));
const question = z.strictObject({
  id,
  text,
  choices: z.array(z.strictObject({ value: text, label: text })),
  permission: z
    .strictObject({
      agent: text,
      call: id,
      operation,
      target: text,
      folder: text.optional(),
      reason: text,
      commands: z.array(text).optional(),
      change: z.strictObject({ before: text.optional(), after: text }).optional(),
      rule: text.optional(),
      ruleFor: text.optional(),
      isOfRun: z.literal(true).optional(),
    })
    .optional(),
});
const entry = z.strictObject({
  id,
  at,
  session: id,
  agent: text,
  operation,
  target: text,
  verdict: z.enum(["allowed", "denied"]),
  by: z.enum(["user", "session", "rule", "mode", "policy"]),
  answer: answer.optional(),
  rule: text.optional(),
  reason: text,
  word: text.optional(),
});

const tries = z.number().int().min(1);
const sent = z.strictObject({
  bytes: z.number().int().min(0),
  hash: id,
  frame: id,
  isParted: z.literal(true).optional(),
});

const event: z.ZodType<SessionEvent> = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("session-start"),
    at,
    id,
    folder: text,
    choice,
    summary: body.optional(),
    forkOf: forkOf.optional(),
    task: z
      .strictObject({ run: text, step: text, label: text, agentType: text, folder: text.optional() })
      .optional(),
  }),
  z.strictObject({ type: z.literal("title-change"), at, title: z.string().max(500) }),
  z.strictObject({ type: z.literal("model-change"), at, choice, label: text }),
  z.strictObject({
    type: z.literal("header-pin"),
    at,
    reason: z.enum(["first", "model", "effort", "clear", "fork", "compaction", "edit", "upgrade"]),
    header,
    choice,
    reasoning: z.enum(["always", "given", "never"]),
  }),
  z.strictObject({
    type: z.literal("turn-start"),
    at,
    turn: id,
    number: z.number().int().min(1),
    message: message.optional(),
    isContinued: z.literal(true).optional(),
  }),
  z.strictObject({ type: z.literal("user-message"), at, turn: id, message }),
  z.strictObject({ type: z.literal("step-start"), at, turn: id, step: id, choice }),
  z.strictObject({
    type: z.literal("step-reset"),
    at,
    step: id,
    reason: text,
    said: z.strictObject({ attempt: tries, text, reasoning: text }).optional(),
  }),
  z.strictObject({
    type: z.literal("step-end"),
    at,
    turn: id,
    step: id,
    reasoning: text,
    thinkingMs: z.number().optional(),
    text,
    calls: z.array(call),
    finish: text,
    usage,
    costUsd: z.number().optional(),
    key: text.optional(),
    contextTokens: z.number().optional(),
    contextWindow: z.number().optional(),
    attempt: tries.optional(),
    sent: sent.optional(),
  }),
  z.strictObject({
    type: z.literal("tool-start"),
    at,
    turn: id,
    call: id,
    title,
    isReadOnly: z.literal(true).optional(),
  }),
  z.strictObject({
    type: z.literal("tool-end"),
    at,
    turn: id,
    call: id,
    startedAt: z.number().optional(),
    outcome: z.enum(["ok", "error", "denied", "cancelled", "interrupted"]),
    output: body,
    note: text.optional(),
    files: z.array(change).optional(),
    moreFiles: z.number().int().min(1).optional(),
    full: z.strictObject({ blob: hash, bytes: z.number().int().min(0) }).optional(),
  }),
  z.strictObject({ type: z.literal("queue-add"), at, message: queued }),
  z.strictObject({ type: z.literal("queue-edit"), at, message: queued }),
  z.strictObject({ type: z.literal("queue-remove"), at, id }),
  z.strictObject({ type: z.literal("question-asked"), at, turn: id, question }),
  z.strictObject({ type: z.literal("question-answered"), at, id, value: text, word: text.optional() }),
  z.strictObject({ type: z.literal("permission-decided"), at, entry }),
  z.strictObject({ type: z.literal("mode-change"), at, mode }),
  z.strictObject({
    type: z.literal("turn-revert"),
    at,
    turn: id,
    reverted: z.array(text),
    refused: refusals,
  }),
  z.strictObject({
    type: z.literal("turn-end"),
    at,
    turn: id,
    reason: z.enum(["done", "stopped", "error", "step-limit", "context-full", "interrupted"]),
    error: error.optional(),
  }),
]);

const file = z.strictObject({
  format: z.literal("boocode-session"),
  version: z.number().int(),
  events: z.array(event).min(1).max(1_000_000),
  blobs: z.record(hash, z.string()),
});

/** An exported session as it was read; ids and folder are still those of where it came from. */
export type ImportedSession = z.infer<typeof file>;

/** Parses an exported session; throws BooError "bad-import" with what is wrong. */
export function parseSessionFile(json: string): ImportedSession {
  const raw = parseJson(json);
  const version = (raw as { readonly version?: unknown } | null)?.version;
  if (typeof version === "number" && version > exportFormat) {
    throw new BooError(
      "bad-import",
      "A newer version of BooCode has written this file: update, then import it.",
    );
  }
  const parsed = file.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new BooError(
      "bad-import",
      `This is no session that BooCode exported: ${issue?.path.join(".") || "the file"} — ${issue?.message ?? "not as expected"}.`,
    );
  }
  const [start, ...rest] = parsed.data.events;
  if (start?.type !== "session-start" || rest.some(({ type }) => type === "session-start"))
    throw new BooError("bad-import", "This file does not begin with a session's start.");
  const { task: _task, ...own } = start;
  const events = rest.filter(({ type }) => !elsewhere.has(type));
  return { ...parsed.data, events: [own, ...answered(events).map(withoutReach)] };
}

function parseJson(json: string): unknown {
  try {
    // Some editors begin a file with a mark of its byte order, which JSON does not know.
    return JSON.parse(json.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new BooError("bad-import", "This file is not JSON, so it is no exported session.", { cause });
  }
}

function isWithin(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((part) => isWithin(part, depth - 1));
}

const goingOn: ReadonlySet<SessionEvent["type"]> = new Set([
  "turn-start",
  "user-message",
  "step-start",
  "step-end",
  "turn-end",
]);

/** Gives calls that the file goes on without a result one that says so: no model takes a conversation with a hole. */
function answered(events: readonly SessionEvent[]): SessionEvent[] {
  const open = new Map<string, string>();
  const whole: SessionEvent[] = [];
  for (const event of events) {
    if (goingOn.has(event.type) && "at" in event) {
      for (const [call, turn] of open) {
        const output = { text: interruptedOutput };
        whole.push({ type: "tool-end", at: event.at, turn, call, outcome: "interrupted", output });
      }
      open.clear();
    }
    if (event.type === "step-end") for (const { id: call } of event.calls) open.set(call, event.turn);
    if (event.type === "tool-end") open.delete(event.call);
    whole.push(event);
  }
  return whole;
}

// One click on "Revert turn" must not write where the file wants it: outside of the project nothing of it is reverted.
function withoutReach(event: SessionEvent): SessionEvent {
  if (event.type !== "tool-end" || event.files === undefined) return event;
  const files = event.files.map((file) =>
    /^(?:[\\/~]|[A-Za-z]:)|(?:^|[\\/])\.\.(?:[\\/]|$)/.test(file.path)
      ? { ...file, keptOut: "It lies outside of the project, and the session comes from a file." }
      : file,
  );
  return { ...event, files };
}

// What was asked and decided was so elsewhere: here nothing waits for an answer, and the log tells of what was allowed here.
const elsewhere: ReadonlySet<SessionEvent["type"]> = new Set([
  "question-asked",
  "question-answered",
  "permission-decided",
]);
