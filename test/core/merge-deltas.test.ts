import assert from "node:assert/strict";
import { DeltaMerger } from "#core/models/merge-deltas.ts";

type Delta = Readonly<Record<string, unknown>>;

const event = (delta: Delta, more: object = {}): string =>
  `data: ${JSON.stringify({ id: "1", choices: [{ index: 0, delta, finish_reason: null, ...more }] })}\n\n`;
const text = (content: string): string => event({ content });
const done = "data: [DONE]\n\n";

function run(chunks: readonly Uint8Array[]): readonly string[] {
  const merger = new DeltaMerger();
  const out = chunks.map((chunk) => Buffer.from(merger.push(chunk)).toString());
  return [...out, Buffer.from(merger.flush()).toString()];
}

const bytes = (said: string): Uint8Array => new TextEncoder().encode(said);

describe("joining an answer's pieces", () => {
  const check = (name: string, given: readonly string[], expected: readonly string[]) =>
    it(name, () => assert.deepEqual(run(given.map(bytes)), expected));

  check("makes one of neighbours that came together", [text("a") + text("b") + text("c")], [text("abc"), ""]);
  check("leaves alone what came one by one", [text("a"), text("b")], [text("a"), text("b"), ""]);
  check(
    "keeps thinking and text apart",
    [event({ reasoning_content: "x" }) + event({ reasoning_content: "y" }) + text("a") + text("b")],
    [event({ reasoning_content: "xy" }) + text("ab"), ""],
  );
  check(
    "joins over empty fields",
    [event({ content: "a", reasoning_content: null }) + event({ content: "b", reasoning_content: null })],
    [event({ content: "ab", reasoning_content: null }), ""],
  );
  check(
    "joins nothing over a call, an end or an error",
    [
      text("a") +
        event({ tool_calls: [] }) +
        text("b") +
        event({ content: "c" }, { finish_reason: "stop" }) +
        done,
    ],
    [
      text("a") +
        event({ tool_calls: [] }) +
        text("b") +
        event({ content: "c" }, { finish_reason: "stop" }) +
        done,
      "",
    ],
  );
  check(
    "waits for the end of an event",
    [text("a") + text("b").slice(0, 20), text("b").slice(20)],
    [text("a"), text("b"), ""],
  );
  check("gives the rest at the end", ["data: [DO", "NE]"], ["", "", "data: [DONE]"]);
  check("passes on comments at once", [": keep-alive\n", "\n"], [": keep-alive\n", "\n", ""]);
  check(
    "passes on what is no JSON",
    ["data: {oops}\n\n" + text("a") + text("b")],
    ["data: {oops}\n\n" + text("ab"), ""],
  );
  check(
    "passes on other line ends",
    [text("a").replaceAll("\n", "\r\n")],
    [text("a").replaceAll("\n", "\r\n"), ""],
  );

  it("gives the same text wherever the bytes are cut", () => {
    const words = ["Grüße ", "日本", "🜁", '"\\n', "", " end"];
    const whole = bytes(words.map(text).join("") + event({}, { finish_reason: "stop" }) + done);
    for (let cut = 1; cut < whole.length; cut++) {
      const out = run([whole.slice(0, cut), whole.slice(cut)]).join("");
      const said = out
        .split("\n\n")
        .filter((line) => line.startsWith("data: {"))
        .map((line) => JSON.parse(line.slice(6)).choices[0].delta.content ?? "")
        .join("");
      assert.equal(said, words.join(""), `cut at ${cut}`);
      assert.ok(out.endsWith(done));
    }
  });
});
