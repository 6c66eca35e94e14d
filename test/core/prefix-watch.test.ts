import assert from "node:assert/strict";
import { PrefixWatch, type SentBody } from "#core/trace/prefix-watch.ts";

const message = (role: string, content: string) => JSON.stringify({ role, content });
const system = message("system", 'You help. Ünïcödé 🌊 [{\\"}]');
const frame = { head: '{"model":"m","messages":[', tail: '],"tools":[{"name":"read"}],"stream":true}' };
const body = (messages: readonly string[], change: Partial<SentBody> = {}): SentBody => ({
  ...frame,
  messages: new TextEncoder().encode([system, ...messages].join(",")),
  ...change,
});
const [one, two, three] = ["one, [two]", "two {three}", "three"].map((text) => message("user", text));

describe("a request against the one before", () => {
  const check = (name: string, requests: readonly SentBody[], expected: string | undefined) =>
    it(name, () => {
      const watch = new PrefixWatch();
      const found = requests.map((request) => watch.check(request));
      assert.deepEqual(
        found.map((drift) => drift?.place),
        [...requests.slice(1).map(() => undefined), expected].slice(-requests.length),
      );
    });
  const first = body([one ?? ""]);

  check("the first has nothing to differ from", [first], undefined);
  check("the same again", [first, body([one ?? ""])], undefined);
  check("more at the end", [first, body([one ?? "", two ?? ""])], undefined);
  check(
    "more and more",
    [first, body([one ?? "", two ?? ""]), body([one ?? "", two ?? "", three ?? ""])],
    undefined,
  );
  check(
    "another system text",
    [first, { ...first, messages: new TextEncoder().encode(`${message("system", "x")},${one}`) }],
    "system",
  );
  check("another message", [body([one ?? "", two ?? ""]), body([one ?? "", three ?? ""])], "message 2");
  check("a message less", [body([one ?? "", two ?? ""]), body([one ?? ""])], "message 2");
  check(
    "another tool",
    [first, body([one ?? ""], { tail: '],"tools":[{"name":"write"}],"stream":true}' })],
    "tools",
  );
  check("another option", [first, body([one ?? ""], { head: '{"model":"n","messages":[' })], "options");

  it("shows the texts around the difference", () => {
    const watch = new PrefixWatch();
    const long = "x".repeat(1_000);
    watch.check(body([message("user", `${long}old${long}`)]));
    const drift = watch.check(body([message("user", `${long}new${long}`)]));
    assert.match(drift?.before ?? "", /^x{100}oldx+$/);
    assert.match(drift?.after ?? "", /^x{100}newx+$/);
  });

  it("compares nothing after a declared change, and again after that", () => {
    const watch = new PrefixWatch();
    watch.check(first);
    watch.forget();
    assert.equal(watch.check(body([two ?? ""])), undefined);
    assert.equal(watch.check(body([three ?? ""]))?.place, "message 1");
  });

  it("finds every single byte that changes", () => {
    const base = body([one ?? "", two ?? ""]).messages;
    for (let at = 0; at < base.length; at++) {
      const watch = new PrefixWatch();
      watch.check(body([one ?? "", two ?? ""]));
      const changed = base.slice();
      changed[at] = (changed[at] ?? 0) === 65 ? 66 : 65;
      assert.ok(watch.check({ ...frame, messages: changed }), `byte ${at}`);
    }
  });
});
