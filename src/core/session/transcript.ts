/** The messages of a session as they go over the wire: append-only bytes, made from events alone. */
import type { Body, SessionEvent, ToolRequest } from "#protocol/session.ts";
import type { Header, ModelChoice, ReasoningPolicy } from "#protocol/header.ts";
import type { Segment } from "#protocol/trace.ts";

/** A message in the chat-completions format, which both kept and sent bytes use. */
export type WireMessage =
  | { readonly role: "system"; readonly content: string }
  | { readonly role: "user"; readonly content: string }
  | {
      readonly role: "assistant";
      readonly content: string;
      readonly reasoning_content?: string;
      readonly tool_calls?: readonly WireToolCall[];
    }
  | { readonly role: "tool"; readonly tool_call_id: string; readonly content: string };

/** A tool call on the wire; `arguments` are the bytes that the model wrote, so that its own output is found in its cache. */
export interface WireToolCall {
  readonly id: string;
  readonly type: "function";
  readonly function: { readonly name: string; readonly arguments: string };
}

/** A part of a request in its bytes. */
export interface TranscriptPart extends Pick<Segment, "kind" | "label"> {
  readonly bytes: Uint8Array;
}

/** Resolves a body that an event carries to its whole text. */
export type BodyText = (body: Body) => string;

interface Answer {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly ToolRequest[];
}

type Entry =
  | { readonly kind: "message"; readonly message: WireMessage; readonly tool?: string }
  | ({ readonly kind: "answer" } & Answer);

const encoder = new TextEncoder();

/** Grows with a session's events; what it once said about an event it says forever, until the next pin. */
export class Transcript {
  readonly #bodyText: BodyText;
  readonly #entries: Entry[] = [];
  /** Calls without a result, by our id. */
  readonly #open = new Map<string, ToolRequest>();
  #bytes = new Uint8Array(4096);
  #length = 0;
  /** Where each message begins, the system text first; commas between messages belong to the later one. */
  #starts: number[] = [];
  /** While a session is loaded its messages wait to be written, since a later pin may change them. */
  #isHeld = false;
  #header: Header | undefined;
  #choice: ModelChoice | undefined;
  #reasoning: ReasoningPolicy = "never";

  constructor(bodyText: BodyText) {
    this.#bodyText = bodyText;
  }

  /** The pinned header, if any. */
  get header(): Header | undefined {
    return this.#header;
  }

  /** The model that the header was pinned for. */
  get choice(): ModelChoice | undefined {
    return this.#choice;
  }

  /** True when the next request would end with an answer, so that a user's message must come first. */
  get endsWithAnswer(): boolean {
    return this.#entries.at(-1)?.kind === "answer";
  }

  /** The number of messages, without the system text. */
  get length(): number {
    return this.#entries.length;
  }

  /** Calls (our ids) that have no result yet. */
  get openCalls(): readonly string[] {
    return [...this.#open.keys()];
  }

  /** The same calls, as the model made them. */
  get openRequests(): readonly ToolRequest[] {
    return [...this.#open.values()];
  }

  /** The messages as the bytes of a JSON array without its brackets; a view of what stays as it is. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  /** The request's parts in the order in which a server reads them: system text, tools, messages. */
  parts(): readonly TranscriptPart[] {
    const ends = [...this.#starts.slice(1), this.#length];
    const bytes = this.#starts.map((start, index) => this.#bytes.subarray(start, ends[index]));
    const [system, ...messages] = bytes;
    if (this.#header === undefined || system === undefined) return [];
    const tools = this.#header.tools.map((tool) => ({
      kind: "tool" as const,
      label: tool.name,
      bytes: encoder.encode(JSON.stringify(tool)),
    }));
    const said = messages.map((message, index) => ({ ...labelOf(this.#entries[index]), bytes: message }));
    return [{ kind: "system", label: "System text", bytes: system }, ...tools, ...said];
  }

  /** The messages as values, for providers that do not take the wire format. */
  messages(): readonly WireMessage[] {
    const system: readonly WireMessage[] = this.#header
      ? [{ role: "system", content: this.#header.system }]
      : [];
    return [...system, ...this.#entries.map((entry) => this.#toWire(entry))];
  }

  /** Takes in what follows without writing it, until `write`. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Writes all messages; stops after each, so that a long conversation can be written between other work. */
  *write(): Generator<void> {
    this.#isHeld = true;
    // What grows by copies of itself would stop the host when it is large.
    this.#bytes = new Uint8Array(this.#entries.reduce((sum, entry) => sum + lengthOf(entry), 4_096));
    this.#length = 0;
    this.#starts = [];
    if (this.#header !== undefined) this.#append({ role: "system", content: this.#header.system });
    for (const entry of this.#entries) {
      this.#append(this.#toWire(entry));
      yield;
    }
    this.#isHeld = false;
  }

  /** Takes in what an event adds to the conversation; most add nothing. */
  apply(event: SessionEvent): void {
    switch (event.type) {
      case "header-pin":
        this.#choice = event.choice;
        this.#pin(event.header, event.reasoning);
        return;
      case "turn-start":
      case "user-message":
        if (event.message !== undefined) {
          const { context, text } = event.message;
          const before = context === undefined ? "" : `${this.#bodyText(context)}\n\n`;
          this.#add({ kind: "message", message: { role: "user", content: before + this.#bodyText(text) } });
        }
        return;
      case "step-end":
        if (event.text === "" && event.calls.length === 0) return;
        this.#add({ kind: "answer", text: event.text, reasoning: event.reasoning, calls: event.calls });
        for (const call of event.calls) this.#open.set(call.id, call);
        return;
      case "tool-end": {
        const call = this.#open.get(event.call);
        if (call === undefined) return;
        this.#open.delete(event.call);
        this.#add({
          kind: "message",
          tool: call.name,
          message: { role: "tool", tool_call_id: call.callId, content: this.#bodyText(event.output) },
        });
        return;
      }
      default:
    }
  }

  // Only here bytes that were sent may change: a pin is a declared cold start.
  #pin(header: Header, reasoning: ReasoningPolicy): void {
    this.#header = header;
    this.#reasoning = reasoning;
    // A request may still be reading the bytes of before: they are written anew elsewhere.
    if (!this.#isHeld) for (const _ of this.write());
  }

  #add(entry: Entry): void {
    this.#entries.push(entry);
    if (!this.#isHeld) this.#append(this.#toWire(entry));
  }

  #toWire(entry: Entry): WireMessage {
    if (entry.kind === "message") return entry.message;
    const sendsReasoning =
      this.#reasoning === "always" || (this.#reasoning === "given" && entry.reasoning !== "");
    return {
      role: "assistant",
      content: entry.text,
      ...(sendsReasoning && { reasoning_content: entry.reasoning }),
      ...(entry.calls.length > 0 && { tool_calls: entry.calls.map(toWireCall) }),
    };
  }

  #append(message: WireMessage): void {
    const text = (this.#length === 0 ? "" : ",") + JSON.stringify(message);
    this.#starts.push(this.#length);
    const { read, written } = encoder.encodeInto(text, this.#bytes.subarray(this.#length));
    this.#length += written;
    if (read === text.length) return;
    const rest = text.slice(read);
    this.#reserve(rest.length * 3);
    this.#length += encoder.encodeInto(rest, this.#bytes.subarray(this.#length)).written;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.bytes());
    this.#bytes = larger;
  }
}

/** About how many bytes an entry takes, as long as most of its characters take one. */
function lengthOf(entry: Entry): number {
  const overhead = 200;
  if (entry.kind === "message") return overhead + entry.message.content.length * 1.1;
  const calls = entry.calls.reduce((sum, call) => sum + overhead + call.arguments.length * 1.2, 0);
  return overhead + (entry.text.length + entry.reasoning.length) * 1.1 + calls;
}

function labelOf(entry: Entry | undefined): Pick<Segment, "kind" | "label"> {
  if (entry?.kind === "answer") {
    const names = entry.calls.map(({ name }) => name);
    return { kind: "assistant", label: names.length === 0 ? "Answer" : `Calls ${names.join(", ")}` };
  }
  return entry?.message.role === "tool"
    ? { kind: "result", label: `Result of ${entry.tool ?? "a tool"}` }
    : { kind: "user", label: "Message" };
}

function toWireCall(call: ToolRequest): WireToolCall {
  return {
    id: call.callId,
    type: "function",
    function: { name: call.name, arguments: validArguments(call.arguments) },
  };
}

// Some servers parse the arguments of earlier calls and refuse the whole request when one is not JSON.
function validArguments(text: string): string {
  try {
    JSON.parse(text);
    return text;
  } catch {
    return "{}";
  }
}
