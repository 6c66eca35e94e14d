/** What a span was given and gave, read from its session's log when somebody asks. */
import type { Body, SessionEvent } from "#protocol/session.ts";
import type { Segment, Span, SpanDetail } from "#protocol/trace.ts";
import { BooError } from "../errors.ts";
import type { SpanBodies } from "./exported-trace.ts";
import { type BodyText, Transcript, type TranscriptPart } from "../session/transcript.ts";

/** A session's log with the means to read its bodies. */
export interface LogReader {
  readonly events: readonly SessionEvent[];
  readonly bodyText: BodyText;
}

const decoder = new TextDecoder();

/** The id of the step that a model call belongs to; its tries are numbered behind a slash. */
function stepOf(span: string): string {
  return span.split("/")[0] ?? span;
}

/** Which try of its step a model call is, from 1. */
function attemptOf(span: string): number {
  return Number(span.split("/")[1] ?? 1);
}

/** The detail of a span; empty for one of which the log says nothing. */
export async function detailOf(log: LogReader, span: string): Promise<SpanDetail> {
  const empty: SpanDetail = { files: [], segments: [], hasBodies: true };
  const tool = toolDetail(log.events, span);
  if (tool !== undefined) return { ...empty, ...tool };
  const parts = requestParts(log, span);
  if (parts === undefined) return { ...empty, ...turnDetail(log.events, span) };
  const answer = answerOf(log.events, span);
  const segments = await segmentsOf(parts.now, parts.before, answer?.promptTokens);
  return {
    ...empty,
    segments,
    ...(answer && { output: { text: answer.text }, thinking: answer.reasoning }),
    ...(answer?.isPartial && { isPartial: true }),
  };
}

/** What an export has of a span: its detail without the parts of its request, which would be told again by each call. */
export function exportedBodies(log: LogReader, span: Span): SpanBodies {
  const answer = span.kind === "model" ? answerOf(log.events, span.id) : undefined;
  if (answer !== undefined)
    return { output: answer.text, ...(answer.reasoning !== "" && { thinking: answer.reasoning }) };
  const { input, output } = toolDetail(log.events, span.id) ?? turnDetail(log.events, span.id);
  return {
    ...(input && { input: log.bodyText(input) }),
    ...(output && { output: log.bodyText(output) }),
  };
}

interface KnownAnswer {
  readonly text: string;
  readonly reasoning: string;
  readonly isPartial: boolean;
  readonly promptTokens: number | undefined;
}

// The answer of a step is that of its last try; of those before it, what they had said is in the note of their failing.
function answerOf(events: readonly SessionEvent[], span: string): KnownAnswer | undefined {
  const [step, attempt] = [stepOf(span), attemptOf(span)];
  for (const event of events) {
    if (event.type === "step-reset" && event.step === step && event.said?.attempt === attempt)
      return { ...event.said, isPartial: true, promptTokens: undefined };
    if (event.type !== "step-end" || event.step !== step) continue;
    // Logs of earlier versions do not say which try was answered.
    if (event.attempt !== undefined && event.attempt !== attempt) return undefined;
    const { reasoning, finish, usage } = event;
    const isPartial = unfinished.has(finish);
    return { text: answerText(event), reasoning, isPartial, promptTokens: usage.promptTokens };
  }
  return undefined;
}

/** What stands for the reason of an answer's end where there was none. */
const unfinished: ReadonlySet<string> = new Set(["stopped", "failed", "interrupted"]);

/** The text of a part of a model call's request. Throws BooError "no-segment". */
export function segmentText(log: LogReader, span: string, index: number): string {
  const part = requestParts(log, span)?.now[index];
  if (part === undefined) throw new BooError("no-segment", "This part of the request is not known any more.");
  return decoder.decode(part.bytes).replace(/^,/, "");
}

function toolDetail(events: readonly SessionEvent[], span: string): Partial<SpanDetail> | undefined {
  const asked = events.flatMap((event) => (event.type === "step-end" ? event.calls : []));
  const call = asked.find(({ id }) => id === span);
  if (call === undefined) return undefined;
  const end = events.find((event) => event.type === "tool-end" && event.call === span);
  const output = end?.type === "tool-end" ? end : undefined;
  return {
    input: { text: call.arguments },
    ...(output && { output: output.output, files: output.files ?? [] }),
  };
}

function turnDetail(events: readonly SessionEvent[], span: string): Partial<SpanDetail> {
  for (const event of events) {
    if (event.type === "turn-start" && event.turn === span && event.message !== undefined)
      return { input: event.message.text };
    if (event.type === "question-asked" && event.question.id === span) {
      const answer = events.find((other) => other.type === "question-answered" && other.id === span);
      const output: Body | undefined =
        answer?.type === "question-answered" ? { text: answer.value } : undefined;
      return { input: { text: event.question.text }, ...(output && { output }) };
    }
  }
  return {};
}

/** The parts of a model call's request and of the one before it; undefined for a span that is no model call. */
function requestParts(
  { events, bodyText }: LogReader,
  span: string,
): { readonly now: readonly TranscriptPart[]; readonly before: readonly TranscriptPart[] } | undefined {
  const isStart = (event: SessionEvent): boolean => event.type === "step-start";
  const at = events.findIndex((event) => event.type === "step-start" && event.step === stepOf(span));
  if (at < 0) return undefined;
  const last = events.slice(0, at).findLastIndex(isStart);
  const transcript = new Transcript(bodyText);
  let before: readonly TranscriptPart[] = [];
  for (const [index, event] of events.slice(0, at).entries()) {
    if (index === last) before = transcript.parts();
    transcript.apply(event);
  }
  return { now: transcript.parts(), before };
}

async function segmentsOf(
  now: readonly TranscriptPart[],
  before: readonly TranscriptPart[],
  promptTokens: number | undefined,
): Promise<readonly Segment[]> {
  const bytes = now.reduce((sum, part) => sum + part.bytes.length, 0);
  let isReused = true;
  const segments: Segment[] = [];
  for (const [index, { kind, label, bytes: own }] of now.entries()) {
    isReused &&= isSame(before[index]?.bytes, own);
    const tokens = promptTokens === undefined ? undefined : Math.round((promptTokens * own.length) / bytes);
    const hash = await hashOf(own);
    const size = { bytes: own.length, ...(tokens !== undefined && { tokens }) };
    segments.push({ kind, label, ...size, hash, isReused });
  }
  return segments;
}

function isSame(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a?.length === b.length && a.every((byte, index) => byte === b[index]);
}

async function hashOf(bytes: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return [...new Uint8Array(digest).subarray(0, 6)]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
}

function answerText({ text, calls }: Extract<SessionEvent, { type: "step-end" }>): string {
  const asked = calls.map(({ name, arguments: input }) => `${name} ${input}`);
  return [text, ...asked].filter((part) => part !== "").join("\n\n");
}
