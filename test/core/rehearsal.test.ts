import assert from "node:assert/strict";
import { streamText } from "ai";
import { createRehearsalModel } from "#core/models/providers/rehearsal.ts";
import type { Prompt } from "#core/models/providers/rehearsal-turn.ts";
import { findTool } from "#core/tools/registry.ts";
import { messageOf } from "#core/errors.ts";
import { diagnostic, fakePorts, toolRun, type FakePorts } from "../support/fake-ports.ts";

const manifest = JSON.stringify({
  name: "tides",
  version: "1.2.0",
  description: "Prints tides",
  scripts: { start: "node main.ts" },
  dependencies: { zod: "4.0.0" },
});

const files = {
  "package.json": manifest,
  "README.md": "# Tides\n\n```sh\nnpm start\n```\n",
  "src/a.ts": "const one = 1;\n",
  "src/errors.ts": "// none\n",
};

interface Rehearsed {
  /** Each answer's text, and the calls as "name {input}". */
  readonly texts: readonly string[];
  readonly calls: readonly string[];
}

/** Plays a turn as the agent does: answers, real tools, until the model is at rest. */
async function rehearse(ports: FakePorts, message: string): Promise<Rehearsed> {
  const model = createRehearsalModel();
  const prompt: Prompt = [
    { role: "system", content: "You are BooCode." },
    { role: "user", content: [{ type: "text", text: message }] },
  ];
  const texts: string[] = [];
  const calls: string[] = [];
  for (let step = 0; step < 6; step++) {
    const { content } = await model.doGenerate({ prompt });
    const answer: Extract<Prompt[number], { role: "assistant" }>["content"] = [];
    for (const part of content) {
      if (part.type === "text") texts.push(part.text);
      if (part.type === "text") answer.push({ type: "text", text: part.text });
      if (part.type !== "tool-call") continue;
      calls.push(`${part.toolName} ${part.input}`);
      answer.push({
        type: "tool-call",
        toolCallId: part.toolCallId,
        toolName: part.toolName,
        input: JSON.parse(part.input),
      });
    }
    prompt.push({ role: "assistant", content: answer });
    const asked = answer.flatMap((part) => (part.type === "tool-call" ? [part] : []));
    if (asked.length === 0) return { texts, calls };
    for (const { toolCallId, toolName, input } of asked) {
      const result = findTool(toolName)?.run(input, toolRun(ports));
      const value = await Promise.resolve(result).then((done) => done?.output ?? "", messageOf);
      prompt.push({
        role: "tool",
        content: [{ type: "tool-result", toolCallId, toolName, output: { type: "text", value } }],
      });
    }
  }
  throw new Error("the turn does not end");
}

describe("Rehearsal", () => {
  const check = (
    message: string,
    calls: readonly string[],
    last: string | RegExp,
    prepare: (ports: FakePorts) => void = () => {},
  ) =>
    it(message.replaceAll("\n", "⏎"), async () => {
      const ports = fakePorts({ files });
      prepare(ports);
      const turn = await rehearse(ports, message);
      assert.deepEqual(turn.calls, calls);
      assert.match(turn.texts[0] ?? "", /^Rehearsal, no model: \S/);
      const end = turn.texts.at(-1) ?? "";
      if (typeof last === "string") assert.equal(end, last);
      else assert.match(end, last);
    });
  const checkSame = (messages: readonly string[], calls: readonly string[], last: RegExp) => {
    for (const message of messages) check(message, calls, last);
  };

  checkSame(
    [
      "What files are here?",
      "list the files",
      "Show me this folder",
      "<context_update>date 2026-01-05</context_update>\n\nWhat files are here?",
    ],
    ["list_files {}"],
    /^4 files, by directory:\n\n```text\nREADME\.md, package\.json\nsrc\/: a\.ts, errors\.ts\n```$/,
  );
  checkSame(
    [
      "Read package.json and tell me what this project is",
      "What does package.json say?",
      "what is this project?",
      "Look at `package.json`.",
    ],
    [`read_file {"path":"package.json"}`],
    /^`package\.json` says:\n\n\*\*tides\*\* 1\.2\.0: Prints tides\n\n- Scripts: `start` \(`node main\.ts`\)\n- Dependencies: `zod` \(`4\.0\.0`\)\n- Development dependencies: none$/,
  );
  check(
    "Read src/errors.ts and README.md.",
    [`read_file {"path":"src/errors.ts"}`, `read_file {"path":"README.md"}`],
    /`src\/errors\.ts` \(1 line\):\n\n```ts\n\/\/ none\n```\n\n[^]*\n\n````md\n# Tides\n\n```sh/,
  );
  check(
    "Read src/b.ts",
    [`read_file {"path":"src/b.ts"}`],
    /No file "src\/b\.ts"\. Did you mean src\/a\.ts\?/,
  );
  check("Read ../secret.txt", [`read_file {"path":"../secret.txt"}`], /No file "\/secret\.txt"\./);
  check(
    `Search for "one"`,
    [`search {"pattern":"one"}`],
    /^What the search returned:\n\n```text\nsrc\/a\.ts\n1: const one = 1;\n/,
  );
  check(`Which files contain "a.b(" in src?`, [`search {"pattern":"a\\\\.b\\\\("}`], "No line has `a.b(`.");
  check("grep for TIDES", [`search {"pattern":"tides","ignore_case":true}`], /README\.md\n1: # Tides/);

  const create = [`write_file {"path":"notes.txt","content":"hello"}`];
  checkSame(
    [
      `Create notes.txt with "hello"`,
      `please create a file called "notes.txt" with “hello”`,
      `Write "hello" to notes.txt`,
      "Create the file `notes.txt` containing 'hello'.",
    ],
    create,
    /^Done: `notes\.txt`, \+1 −0, created lines?\.$|^Done: `notes\.txt`, \+1 −0, created\.$/,
  );
  check(
    "Create src/new.ts:\n```ts\nexport {};\n```",
    [`write_file {"path":"src/new.ts","content":"export {};\\n"}`],
    /^Done: `src\/new\.ts`/,
  );
  check(
    "Create notes.txt",
    [],
    `Rehearsal, no model: Quote what to write, as in: Create notes.txt with "hello".`,
  );
  for (const message of [
    "Make sure that src/a.ts works with the new API",
    `Make sure that src/a.ts has "one"`,
    `Add "one" to src/a.ts`,
    `Write a test for src/a.ts with "one"`,
    `Refactor src/a.ts`,
  ]) {
    check(message, [], /I answer by a few fixed rules/);
  }
  check(
    `Replace "one" with "two" in src/a.ts`,
    [`edit_file {"path":"src/a.ts","old":"one","new":"two"}`],
    /^Done: `src\/a\.ts`, \+1 −1/,
  );
  check(
    "change `one` to `src/b.ts` in `src/a.ts`",
    [`edit_file {"path":"src/a.ts","old":"one","new":"src/b.ts"}`],
    /^Done/,
  );
  check(
    `Replace "three" with "two" in src/a.ts`,
    [`edit_file {"path":"src/a.ts","old":"three","new":"two"}`],
    /^`src\/a\.ts` was not changed:\n\n```text\n"old" is not in src\/a\.ts/,
  );
  check(`Replace "three" with "two"`, [], /Say in which file/);

  const problem = diagnostic("src/a.ts", 1, "Type 'x' is wrong.", { code: "2322" });
  const seen = (ports: FakePorts) => void (ports.workspace.problems = [problem]);
  check(
    "Which problems are there?",
    ["get_diagnostics {}"],
    "The editor reports:\n\n```text\nsrc/a.ts:1:1 error TS2322 Type 'x' is wrong.\n```",
    seen,
  );
  check("Are there errors in src/a.ts?", [`get_diagnostics {"path":"src/a.ts"}`], /TS2322/, seen);
  check(
    "Fix the type error",
    ["get_diagnostics {}"],
    /^These are the problems, but fixing them takes a model, and Rehearsal is none:\n\n[^]*TS2322[^]*in `src\/a\.ts`/,
    seen,
  );
  check(
    "Which diagnostics are there?",
    [
      "get_diagnostics {}",
      "list_files {}",
      ...["package.json", "src/a.ts", "src/errors.ts"].map((path) => `get_diagnostics {"path":"${path}"}`),
    ],
    /TS2322/,
    (ports) => {
      const { codeIntel } = ports;
      codeIntel.check = async (path) => {
        if (path === problem.path) seen(ports);
        return true;
      };
    },
  );
  check(
    "Any problems?",
    ["get_diagnostics {}"],
    /There is no editor here/,
    (ports) => (ports.workspace.hasCodeIntel = false),
  );

  for (const message of ["Hello", "Write me a poem", ""])
    check(message, [], /^Rehearsal, no model: I answer by a few fixed rules/);
  check("Summarise this session by file. Call no tools.", [], /takes a model/);

  it("says which tools fail where nothing may be written", async () => {
    const ports = fakePorts({ files, isTrusted: false });
    const { texts } = await rehearse(ports, `Create notes.txt with "hello"`);
    assert.match(
      texts.at(-1) ?? "",
      /^`notes\.txt` was not changed:\n\n```text\nThis workspace is not trusted/,
    );
  });
});

describe("Rehearsal as a model", () => {
  const ask = (text: string, abortSignal = new AbortController().signal) =>
    streamText({ model: createRehearsalModel(), prompt: text, abortSignal, onError: () => {} });

  it("streams its text in small pieces", async () => {
    const pieces: string[] = [];
    for await (const piece of ask("Hello").textStream) pieces.push(piece);
    assert.ok(pieces.length > 10);
    assert.ok(pieces.every((piece) => piece.length <= 60));
    assert.match(pieces.join(""), /or choose another model\.$/);
  });

  it("gives the same answer every time, and estimates tokens", async () => {
    const one = ask("Hello");
    const two = ask("Hello");
    assert.equal(await one.text, await two.text);
    const usage = await one.usage;
    assert.deepEqual(usage, await two.usage);
    assert.ok((usage.inputTokens ?? 0) > 5 && (usage.outputTokens ?? 0) > 50);
    assert.equal(await one.rawFinishReason, "stop");
  });

  it("ends when it is stopped", async () => {
    const stop = new AbortController();
    const { stream } = await createRehearsalModel().doStream({
      prompt: [{ role: "user", content: [{ type: "text", text: "Hello" }] }],
      abortSignal: stop.signal,
    });
    const reader = stream.getReader();
    await reader.read();
    stop.abort();
    await assert.rejects(reader.read(), { name: "AbortError" });
  });

  it("numbers its calls through the session", async () => {
    const call = { type: "tool-call", toolCallId: "rehearsal-1", toolName: "list_files", input: {} } as const;
    const { content } = await createRehearsalModel().doGenerate({
      prompt: [
        { role: "user", content: [{ type: "text", text: "What files are here?" }] },
        { role: "assistant", content: [call] },
        {
          role: "tool",
          content: [
            {
              type: "tool-result",
              toolCallId: "rehearsal-1",
              toolName: "list_files",
              output: { type: "text", value: "a" },
            },
          ],
        },
        { role: "assistant", content: [{ type: "text", text: "1 file" }] },
        { role: "user", content: [{ type: "text", text: "Read a.ts" }] },
      ],
    });
    assert.deepEqual(
      content.map((part) => (part.type === "tool-call" ? part.toolCallId : part.type)),
      ["text", "rehearsal-2"],
    );
  });
});
