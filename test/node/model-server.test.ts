import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { demoScript } from "../support/model-server/demo-script.ts";
import { wallClock } from "../support/model-server/exchange.ts";
import { readScriptFile } from "../support/model-server/flow.ts";
import { hold } from "../support/model-server/gate.ts";
import { calling, postChat, result, user, type Wire } from "../support/model-server/post-chat.ts";
import { reply } from "../support/model-server/reply.ts";
import { type ModelServerOptions, startModelServer } from "../support/model-server.ts";

const small: ModelServerOptions = { tokens: "approximate" };
const hello = [user("hi")];

/** The data of each event of a stream. */
async function events(response: Response): Promise<string[]> {
  return (await response.text())
    .split("\n\n")
    .flatMap((event) => (event.startsWith("data: ") ? [event.slice(6)] : []));
}

describe("model server: the wire", () => {
  for (const path of ["/chat/completions", "/v1/chat/completions", "/beta/chat/completions"]) {
    it(`answers POST ${path}`, async () => {
      await using server = await startModelServer({ ...small, script: [reply.text("Hello")] });
      const body = (await (await postChat(server, hello, {}, path)).json()) as Wire;
      assert.deepEqual(body["choices"], [
        { index: 0, message: { role: "assistant", content: "Hello" }, logprobs: null, finish_reason: "stop" },
      ]);
    });
  }

  it("lists models and knows no other paths", async () => {
    await using server = await startModelServer({ models: ["m1"] });
    assert.deepEqual(await (await fetch(`${server.url}/v1/models`)).json(), {
      object: "list",
      data: [{ id: "m1", object: "model", owned_by: "deepseek" }],
    });
    assert.equal((await fetch(`${server.url}/other`)).status, 404);
  });

  it("streams thinking, text and parallel calls with their arguments verbatim", async () => {
    const scripted = reply
      .thinking("Hm.")
      .text("Ich lese 🦊.")
      .calls([
        ["read_file", '{"path": "a" }'],
        ["read_file", { path: "b" }, "mine"],
      ])
      .pace({ chunkCharacters: [1, 2, 3] });
    await using server = await startModelServer({ ...small, script: [scripted] });
    const data = await events(await postChat(server, hello, { stream: true }));
    const choices = data.slice(0, -1).map((event) => JSON.parse(event).choices[0]);
    const deltas = choices.map((choice) => choice.delta);
    const join = (field: string) => deltas.map((delta) => String(delta[field] ?? "")).join("");
    const args = (index: number) =>
      deltas
        .flatMap((delta) => delta.tool_calls ?? [])
        .filter((call) => call.index === index)
        .map((call) => call.function.arguments)
        .join("");
    assert.equal(join("reasoning_content"), "Hm.");
    assert.equal(join("content"), "Ich lese 🦊.");
    assert.deepEqual([args(0), args(1)], ['{"path": "a" }', '{"path":"b"}']);
    assert.deepEqual(
      deltas.flatMap((delta) => delta.tool_calls ?? []).flatMap((call) => call.id ?? []),
      ["call_0_0", "mine"],
    );
    assert.ok(deltas.every((delta) => !/[\uD800-\uDBFF]$/u.test(delta.content ?? "")));
    assert.deepEqual([choices.at(-1).finish_reason, data.at(-1)], ["tool_calls", "[DONE]"]);
  });

  it("puts the usage on the last chunk only", async () => {
    await using server = await startModelServer({ ...small, script: [reply.thinking("abcd").text("efgh")] });
    const data = (await events(await postChat(server, hello, { stream: true })))
      .slice(0, -1)
      .map((event) => JSON.parse(event));
    assert.deepEqual(
      data.filter((chunk) => chunk.usage !== undefined),
      data.slice(-1),
    );
    assert.deepEqual(data.at(-1).usage, server.requests[0]?.usage);
    assert.equal(data.at(-1).usage.completion_tokens_details.reasoning_tokens, 1);
  });

  it("as OpenAI sends the usage in a chunk of its own, when asked for", async () => {
    await using server = await startModelServer({
      ...small,
      dialect: "openai",
      script: [reply.text("a"), reply.text("a")],
    });
    const asked = await events(
      await postChat(server, hello, { stream: true, stream_options: { include_usage: true } }),
    );
    const last = JSON.parse(asked.at(-2) ?? "");
    assert.deepEqual(
      [last.choices, Object.keys(last.usage).filter((key) => key.includes("cache"))],
      [[], []],
    );
    assert.doesNotMatch((await events(await postChat(server, hello, { stream: true }))).join(), /usage/);
  });

  it("knows its keys and models", async () => {
    await using server = await startModelServer({ ...small, keys: ["k2"], script: [reply.text("a")] });
    assert.equal((await postChat(server, hello)).status, 401);
    await using other = await startModelServer({ ...small, models: ["m1"] });
    assert.match(await (await postChat(other, hello)).text(), /Model Not Exist/);
  });

  it("says so when nothing is scripted or the script fails", async () => {
    await using server = await startModelServer(small);
    assert.equal((await postChat(server, hello)).status, 400);
    server.use(() => assert.fail("no"));
    assert.equal((await postChat(server, hello)).status, 400);
    assert.deepEqual(server.problems, [
      "request 0: No reply is scripted for request 0. (script)",
      "request 1: The script failed at request 1: AssertionError [ERR_ASSERTION]: no (script)",
    ]);
  });
});

describe("model server: the record", () => {
  it("keeps bytes, key and times", async () => {
    const gate = hold();
    await using server = await startModelServer({
      ...small,
      script: [reply.holdHeaders(gate).text("Hello").pace({ tokensPerSecond: 1000, chunkCharacters: 1 })],
    });
    const body =
      '{ "model": "deepseek-flash",  "messages": [{"content": "hi", "role": "user"}], "stream": true }';
    const sent = fetch(`${server.url}/chat/completions`, {
      method: "POST",
      body,
      headers: { authorization: "Bearer planted" },
    });
    const request = await server.waitForRequest(0);
    await gate.reached;
    assert.equal(request.status, undefined);
    const releasedAt = wallClock();
    gate.release();
    await (await sent).text();
    assert.equal(await request.ended, "complete");
    assert.deepEqual(
      [request.text, request.headers.authorization, request.status],
      [body, "Bearer planted", 200],
    );
    assert.deepEqual(
      request.chunks.map((chunk) => chunk.text),
      ["H", "e", "l", "l", "o"],
    );
    const { receivedAt, bodyAt = 0, firstByteAt = 0, lastByteAt = 0 } = request.times;
    const times = [receivedAt, bodyAt, firstByteAt, ...request.chunks.map((chunk) => chunk.at), lastByteAt];
    assert.deepEqual(
      times,
      times.toSorted((one, other) => one - other),
    );
    // From before its start on, since a late first piece does not delay the others; a timer leaves out fractions.
    assert.ok((request.chunks[4]?.at ?? 0) - releasedAt >= 3, "the pace was kept");
  });
});

describe("model server by hand", () => {
  it("plays a script file by turn and step", async () => {
    const file = {
      turns: [
        { when: "HELLO", replies: [{ calls: [{ name: "read_file", arguments: "{ }" }] }, { text: "Done" }] },
        { replies: [{ status: 429, retryAfter: 2 }] },
      ],
    };
    await using server = await startModelServer({ ...small, script: readScriptFile(JSON.stringify(file)) });
    assert.match(await (await postChat(server, [user("hello")])).text(), /"arguments":"\{ \}"/);
    assert.match(await (await postChat(server, [user("hello"), calling("{ }"), result("a")])).text(), /Done/);
    assert.equal((await postChat(server, [user("other")])).headers.get("retry-after"), "2");
  });

  it("fixes a type error", async () => {
    await using server = await startModelServer({ ...small, script: demoScript });
    const properties = { path: {}, old_text: {}, new_text: {} };
    const extra = {
      tools: [{ type: "function", function: { name: "edit_file", parameters: { properties } } }],
    };
    const transcript = [user("Fix the type error")];
    const calls: string[] = [];
    for (const output of [
      "src/total.ts:2:7 error Type 'string' is not assignable to type 'number'.",
      'const one = 1;\nconst two: number = "2";\n',
      "ok",
    ]) {
      const { choices } = (await (await postChat(server, transcript, extra)).json()) as {
        choices: [{ message: Wire }];
      };
      const message = choices[0].message as Wire & {
        tool_calls: [{ id: string; function: { name: string; arguments: string } }];
      };
      const [call] = message.tool_calls;
      calls.push(`${call.function.name} ${call.function.arguments}`);
      transcript.push({ reasoning_content: "", ...message }, result(output, call.id));
    }
    assert.deepEqual(calls, [
      "get_diagnostics {}",
      'read_file {"path": "src/total.ts"}',
      'edit_file {"path":"src/total.ts","old_text":"const two: number = \\"2\\";","new_text":"const two: number = 2;"}',
    ]);
    assert.match(await (await postChat(server, transcript, extra)).text(), /Fixed/);
  });

  const main = fileURLToPath(import.meta.resolve("../support/model-server/main.ts"));

  it("runs as a program, prints its URL and ends on a signal", async () => {
    const program = spawn(process.execPath, [main, "--approximate"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [url] = (await once(createInterface(program.stdout), "line")) as [string];
    const response = await fetch(`${url}/chat/completions`, {
      method: "POST",
      body: JSON.stringify({ model: "m", messages: hello }),
    });
    assert.match(await response.text(), /scripted/);
    program.kill("SIGTERM");
    assert.deepEqual(await once(program, "exit"), [0, null]);
  });
});
