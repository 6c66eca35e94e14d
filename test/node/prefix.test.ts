import assert from "node:assert/strict";
import { calling, user, type Wire } from "../support/model-server/post-chat.ts";
import { assertPrefix, assertPrefixes, prefixDifference } from "../support/prefix.ts";
import { countTokens, headerTokens } from "../support/tokens.ts";

const hello = [user("hi")];

describe("prefix", () => {
  const body = (messages: readonly Wire[], extra: Wire = {}) =>
    JSON.stringify({ model: "m", messages, tools: [{ a: 1 }, { b: 2 }], stream: true, ...extra });
  const first = body([{ role: "system", content: "s" }, ...hello]);
  const check = (name: string, next: string, path: string | undefined) =>
    it(name, () => assert.equal(prefixDifference(first, next)?.path, path));
  const more = [{ role: "system", content: "s" }, ...hello, calling()];
  check("a message more is fine", body(more), undefined);
  check("another system text", body([{ role: "system", content: "s!" }, ...hello]), "system, character 29");
  check("another order of tools", body(more, { tools: [{ b: 2 }, { a: 1 }] }), "tools, character 3");
  check(
    "a changed message",
    body([{ role: "system", content: "s" }, user("hi!")]),
    "messages[0], character 28",
  );
  check("the same message in other bytes", first.replace('"hi"', '"\\u0068i"'), "messages[0], character 26");
  check("a missing message", body([{ role: "system", content: "s" }]), "messages[0], character 0");
  check("another field", body(more, { temperature: 0 }), "temperature, character 0");
  it("returns what was added, as it was sent", () =>
    assert.deepEqual(assertPrefix(first, body(more)), [JSON.stringify(calling())]));
  it("shows the place", () =>
    assert.throws(
      () => assertPrefix(first, body(more, { model: "n" })),
      /at model, character 1:\n {2}previous: "⟦m"⟧\n {2}next: {5}"⟦n"⟧/,
    ));
  it("allows declared re-pins", () => {
    assertPrefixes([first, body(hello), body([...hello, ...hello])], [1]);
    assert.throws(() => assertPrefixes([first, body(hello)]), /Request 1 does not begin with request 0/);
  });
  it("counts the header by DeepSeek's tokenizer", () => {
    assert.equal(countTokens("Hello, my dog is cute"), 6);
    assert.deepEqual(headerTokens(first), {
      system: 1,
      tools: countTokens('[{"a":1},{"b":2}]'),
      total: 1 + countTokens('[{"a":1},{"b":2}]'),
    });
  });
});
