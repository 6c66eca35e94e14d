import assert from "node:assert/strict";
import { createDeepSeek } from "@ai-sdk/deepseek";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { jsonSchema, streamText, type TextStreamPart, tool } from "ai";
import { hold } from "../support/model-server/gate.ts";
import { reply, type Reply } from "../support/model-server/reply.ts";
import { type ModelServer, type ModelServerOptions, startModelServer } from "../support/model-server.ts";

const small: ModelServerOptions = { tokens: "approximate" };

const tools = { read_file: tool({ inputSchema: jsonSchema({ type: "object" }) }) };

/** What streamText makes of a scripted answer, in a line; `onText` hears of each piece of text or arguments. */
async function streamed(
  provider: "deepseek" | "compatible",
  server: ModelServer,
  { signal, onText }: { signal?: AbortSignal; onText?: () => void } = {},
): Promise<string> {
  const model =
    provider === "deepseek"
      ? createDeepSeek({ apiKey: "k1", baseURL: server.url })("deepseek-flash")
      : createOpenAICompatible({ name: "any", baseURL: server.url, includeUsage: true })("any");
  const seen: string[] = [];
  const settings = { maxRetries: 0, onError: () => undefined, ...(signal && { abortSignal: signal }) };
  try {
    for await (const part of streamText({ model, prompt: "hi", tools, ...settings }).stream) {
      seen.push(summary(part));
      if (part.type === "text-delta" || part.type === "tool-input-delta") onText?.();
    }
  } catch (error) {
    seen.push(` thrown${nameOf(error)}`);
  }
  return seen.join("");
}

function summary(part: TextStreamPart<typeof tools>): string {
  if (part.type === "text-delta") return part.text;
  if (part.type === "reasoning-delta") return `(${part.text})`;
  if (part.type === "tool-input-delta") return `‹${part.delta}›`;
  if (part.type === "abort") return " abort";
  if (part.type === "error") return nameOf(part.error);
  if (part.type !== "finish") return "";
  return ` ${part.finishReason}/${part.rawFinishReason}${part.totalUsage.inputTokens ? " counted" : ""}`;
}

function nameOf(error: unknown): string {
  const { name, statusCode = "" } = error as { name: string; statusCode?: number };
  return ` ${name}${statusCode}`;
}

describe("model server: the AI SDK against it", () => {
  const both = (name: string, scripted: Reply, deepseek: string, compatible = deepseek) => {
    for (const [provider, expected] of [
      ["deepseek", deepseek],
      ["compatible", compatible],
    ] as const) {
      it(`${name} (${provider})`, async () => {
        await using server = await startModelServer({
          ...small,
          script: [scripted.pace({ chunkCharacters: 100 })],
        });
        assert.equal(await streamed(provider, server), expected);
      });
    }
  };
  const api = (status: number) => ` AI_APICallError${status}`;
  const unfinished = " AI_InvalidResponseDataError error/undefined";
  both("thinks and answers", reply.thinking("hm").text("Hello"), "(hm)Hello stop/stop counted");
  both(
    "calls a tool with raw arguments",
    reply.toolCall("read_file").rawArguments('{"path": 1.0}'),
    '‹{"path": 1.0}› tool-calls/tool_calls counted',
  );
  both(
    "survives keep-alive comments",
    reply.keepAlive(3).text("a").keepAlive().text("b"),
    "ab stop/stop counted",
  );
  both(
    "reports a malformed chunk",
    reply.text("a").malformedChunk().text("b"),
    "a AI_JSONParseErrorb stop/stop counted",
  );
  both(
    "reports an error chunk",
    reply.text("a").errorChunk("boom").endEarly(),
    "a AI_StreamProviderError500 error/undefined",
    "a AI_StreamProviderError error/undefined",
  );
  both("is empty", reply.empty(), " stop/stop counted");
  both("has an unknown finish reason", reply.text("a").finish("bored"), "a other/bored counted");
  both(
    "runs out of resources",
    reply.text("a").finish("insufficient_system_resource"),
    "a error/insufficient_system_resource counted",
    "a other/insufficient_system_resource counted",
  );
  both("has no usage", reply.text("a").withoutUsage(), "a stop/stop");
  both("ends without a finish", reply.text("a").endEarly(), "a other/undefined", `a${unfinished}`);
  both("answers a page", reply.html(), " other/undefined", unfinished);
  both(
    "leaks a call as text",
    reply.leak("x", {}),
    "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>x\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜> stop/stop counted",
  );
  both("resets the connection", reply.reset(), " AI_APICallError");
  both("context is full", reply.contextLength(), api(400));
  both("refuses the key", reply.unauthorized(), api(401));
  both("has no balance", reply.noBalance(), api(402));
  both("limits the rate", reply.rateLimited(3), api(429));
  both("fails", reply.serverError(), api(500));
  both("is overloaded", reply.overloaded(), api(503));
  both("tears events apart", reply.text("Grüße 🦊"), "Grüße 🦊 stop/stop counted");

  for (const [name, scripted] of [
    ["a\u00e4", reply.text("aä")],
    ['‹{"pa›', reply.toolCall("read_file", '{"pa')],
  ] as const) {
    it(`is cut after ${name}`, async () => {
      const gate = hold();
      const cut = scripted.pace({ chunkCharacters: 100 }).hold(gate).cut();
      await using server = await startModelServer({ ...small, script: [cut] });
      // What the client has not read when the connection breaks is lost.
      const run = streamed("deepseek", server, { onText: () => gate.release() });
      assert.equal(await run, `${name} thrown AI_APICallError200`);
      assert.equal(await server.requests[0]?.ended, "cut");
    });
  }

  it("reads bytes in any pieces", async () => {
    await using server = await startModelServer({
      ...small,
      script: [reply.text("Grüße 🦊").pace({ splitBytes: 5 })],
    });
    assert.match(await streamed("deepseek", server), /^Grüße 🦊 stop/u);
  });

  it("is refused while the port is closed, and served again on the same port", async () => {
    await using server = await startModelServer({ ...small, script: [reply.text("a")] });
    const { url } = server;
    await server.refuse();
    assert.match(await streamed("deepseek", server), /AI_APICallError/);
    await server.accept();
    assert.equal(server.url, url);
    assert.match(await streamed("deepseek", server), /^a stop/);
  });

  for (const [name, scripted] of [
    ["hangs", reply.hang()],
    ["is silent", reply.silence()],
    ["is silent in mid-text", reply.text("a").silence()],
  ] as const) {
    it(`${name} until the client gives up`, async () => {
      await using server = await startModelServer({ ...small, script: [scripted] });
      const giveUp = new AbortController();
      const run = streamed("deepseek", server, { signal: giveUp.signal });
      const request = await server.waitForRequest(0);
      giveUp.abort();
      assert.match(await run, / abort$/);
      assert.equal(await request.ended, "aborted");
      assert.ok((request.times.abortedAt ?? 0) > request.times.receivedAt);
    });
  }

  it("waits at a gate", async () => {
    const gate = hold();
    await using server = await startModelServer({ ...small, script: [reply.text("a").hold(gate).text("b")] });
    const run = streamed("deepseek", server);
    await gate.reached;
    assert.equal(server.requests[0]?.chunks.length, 1);
    gate.release();
    assert.equal(await run, "ab stop/stop counted");
  });
});
