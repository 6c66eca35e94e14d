import type { ServerResponse } from "node:http";
import { setTimeout as timer } from "node:timers/promises";
import type { WireUsage } from "./accounts.ts";
import { BodyWriter } from "./body-writer.ts";
import type { Exchange } from "./exchange.ts";
import type { ModelOutput } from "./render-prompt.ts";
import type { Reply, ReplyStep } from "./reply.ts";

/** How the fields of the wire differ: DeepSeek's usage rides on the last chunk, OpenAI's follows it when asked for. */
export type Dialect = "deepseek" | "openai";

/** What an answer needs to know besides its script. */
export interface AnswerContext {
  readonly model: string;
  readonly isStreaming: boolean;
  readonly includeUsage: boolean;
  readonly dialect: Dialect;
  /** Unix time in seconds. */
  readonly created: number;
  /** Books the output, whole or broken off, and says what it cost. */
  readonly book: (output: ModelOutput, isWhole: boolean) => WireUsage;
}

/** A model's output while it is being sent. */
interface Growing {
  reasoning: string;
  text: string;
  readonly calls: { id: string; name: string; arguments: string }[];
}

/** Sends a scripted answer step by step; returns when it is over, one way or another. */
export async function sendAnswer(
  exchange: Exchange,
  response: ServerResponse,
  reply: Reply,
  context: AnswerContext,
): Promise<void> {
  const { outcome, pace } = reply.settings;
  if (outcome.kind !== "answer") return;
  const type = context.isStreaming ? "text/event-stream; charset=utf-8" : "application/json";
  exchange.status = 200;
  response.writeHead(200, { "content-type": type, "cache-control": "no-cache" });
  response.flushHeaders();
  const writer = new BodyWriter(exchange, response, pace, context.isStreaming);
  const answer = new Answer(exchange, writer, context);
  for (const step of outcome.steps) {
    if (exchange.isGone || (await answer.take(step)) === "over") {
      answer.book(false);
      return;
    }
  }
  if (exchange.isGone) answer.book(false);
  else await answer.complete(reply);
}

/** The state of one answer. */
class Answer {
  private readonly exchange: Exchange;
  private readonly writer: BodyWriter;
  private readonly context: AnswerContext;
  private readonly sent: Growing = { reasoning: "", text: "", calls: [] };
  private hasRole = false;

  constructor(exchange: Exchange, writer: BodyWriter, context: AnswerContext) {
    this.exchange = exchange;
    this.writer = writer;
    this.context = context;
  }

  async take(step: ReplyStep): Promise<"over" | "on"> {
    switch (step.kind) {
      case "thinking":
      case "text":
        for (const piece of this.writer.pieces(step.text)) await this.grow(step.kind, piece);
        return "on";
      case "call":
        await this.call(step.name, step.arguments, step.id);
        return "on";
      case "raw":
        // Comments are a thing of event streams; elsewhere DeepSeek sends empty lines meanwhile.
        await this.writer.write(!this.context.isStreaming && step.bytes.startsWith(":") ? "\n" : step.bytes);
        return "on";
      case "hold":
        await this.writer.flushed();
        step.gate.arrive();
        await Promise.race([step.gate.released, this.exchange.gone]);
        return "on";
      case "pause":
        await this.writer.flushed();
        await Promise.race([timer(step.ms), this.exchange.gone]);
        return "on";
      case "cut":
        await this.writer.flushed();
        this.writer.destroy();
        return "over";
      case "end":
        this.writer.end();
        return "over";
      case "silence":
        await this.writer.flushed();
        await this.exchange.gone;
        return "over";
    }
  }

  book(isWhole: boolean): WireUsage {
    return this.context.book(this.sent, isWhole);
  }

  async complete(reply: Reply): Promise<void> {
    const finish = reply.settings.finishReason ?? (this.sent.calls.length > 0 ? "tool_calls" : "stop");
    const counted = this.book(true);
    const usage =
      reply.settings.usage === "missing" ? undefined : dialectUsage(counted, this.context.dialect);
    if (this.context.isStreaming) await this.finishStream(finish, usage);
    else await this.writer.write(JSON.stringify(this.whole(finish, usage)));
    this.writer.end();
  }

  private async grow(kind: "thinking" | "text", piece: string): Promise<void> {
    if (kind === "text") this.sent.text += piece;
    else this.sent.reasoning += piece;
    await this.delta(
      kind === "text" ? { content: piece } : { content: null, reasoning_content: piece },
      piece,
    );
  }

  private async call(name: string, written: string, id?: string): Promise<void> {
    const index = this.sent.calls.length;
    const call = { id: id ?? `call_${this.exchange.index}_${index}`, name, arguments: "" };
    this.sent.calls.push(call);
    const head = { index, id: call.id, type: "function", function: { name, arguments: "" } };
    await this.delta({ tool_calls: [head] }, "");
    for (const piece of this.writer.pieces(written)) {
      call.arguments += piece;
      await this.delta({ tool_calls: [{ index, function: { arguments: piece } }] }, piece);
    }
  }

  private async delta(delta: Record<string, unknown>, text: string): Promise<void> {
    if (!this.context.isStreaming) return;
    if (!this.hasRole) {
      this.hasRole = true;
      await this.writer.write(this.event({ role: "assistant", content: "" }, null));
    }
    await this.writer.writeDelta(this.event(delta, null), text);
  }

  private async finishStream(finish: string, usage: object | undefined): Promise<void> {
    const isApart = this.context.dialect === "openai";
    await this.writer.write(this.event({ content: "" }, finish, isApart ? undefined : usage));
    if (isApart && usage && this.context.includeUsage) {
      await this.writer.write(
        `data: ${JSON.stringify({ ...this.envelope("chat.completion.chunk"), choices: [], usage })}\n\n`,
      );
    }
    await this.writer.write("data: [DONE]\n\n");
  }

  private event(delta: Record<string, unknown>, finish: string | null, usage?: object): string {
    const choices = [{ index: 0, delta, logprobs: null, finish_reason: finish }];
    return `data: ${JSON.stringify({ ...this.envelope("chat.completion.chunk"), choices, ...(usage && { usage }) })}\n\n`;
  }

  private whole(finish: string, usage: object | undefined): object {
    const calls = this.sent.calls.map(({ id, name, arguments: written }) => ({
      id,
      type: "function",
      function: { name, arguments: written },
    }));
    const message = {
      role: "assistant",
      content: this.sent.text,
      ...(this.sent.reasoning !== "" && { reasoning_content: this.sent.reasoning }),
      ...(calls.length > 0 && { tool_calls: calls }),
    };
    const choices = [{ index: 0, message, logprobs: null, finish_reason: finish }];
    return { ...this.envelope("chat.completion"), choices, ...(usage && { usage }) };
  }

  private envelope(object: string): object {
    const { model, created } = this.context;
    return { id: `reply-${this.exchange.index}`, object, created, model, system_fingerprint: "fp_scripted" };
  }
}

function dialectUsage(usage: WireUsage, dialect: Dialect): object {
  if (dialect === "deepseek") return usage;
  const { prompt_cache_hit_tokens: _hit, prompt_cache_miss_tokens: _miss, ...standard } = usage;
  return standard;
}
