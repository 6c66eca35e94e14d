import assert from "node:assert/strict";
import type { SentMark } from "#protocol/session.ts";
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
  check(
    "an option behind the tools",
    [first, body([one ?? ""], { tail: '],"tools":[{"name":"read"}],"stream":false}' })],
    "options",
  );
  const withEffort = (effort: string) =>
    body([one ?? ""], { tail: `],"tools":[{"name":"read"}],"reasoning_effort":"${effort}"}` });
  check("another effort, which is no part of the prompt", [withEffort("high"), withEffort("low")], undefined);
  check("the highest effort, which is", [withEffort("high"), withEffort("max")], "options");
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

describe("a request against those of an earlier window", () => {
  const four = message("user", "four");
  const texts = [one ?? "", two ?? "", three ?? ""];
  const bodies = [1, 2, 3].map((count) => body(texts.slice(0, count)));
  const marks = (): readonly SentMark[] => {
    const watch = new PrefixWatch();
    return bodies.map((request) => {
      watch.check(request);
      return watch.mark ?? assert.fail();
    });
  };
  const check = (
    name: string,
    rebuilt: SentBody | undefined,
    request: SentBody,
    expected: { readonly place: string; readonly hasBefore: boolean } | undefined,
  ) =>
    it(name, () => {
      const watch = new PrefixWatch();
      watch.learn(marks(), rebuilt?.messages ?? new Uint8Array());
      const drift = watch.check(request);
      const found = drift && { place: drift.place, hasBefore: drift.before !== undefined };
      assert.deepEqual(found, expected);
      // From here on the request itself is at hand.
      assert.equal(watch.check({ ...request, messages: join(request.messages, four) }), undefined);
    });
  const last = bodies[2] ?? body([]);
  const known = { hasBefore: true };
  const unknown = { hasBefore: false };

  check("the same and more", last, body([...texts, four]), undefined);
  check("the same, of a log that is not at hand", undefined, body([...texts, four]), undefined);
  check("a message that is another than the log's", last, body([texts[0] ?? "", four, four]), {
    ...known,
    place: "message 2",
  });
  check(
    "a message that is another, of a log that is not at hand",
    undefined,
    body([texts[0] ?? "", four, four]),
    {
      ...unknown,
      place: "message 2 to message 3",
    },
  );
  check(
    "the last message, of a log that says what is sent now",
    body([...texts.slice(0, 2), four]),
    body([...texts.slice(0, 2), four]),
    {
      ...unknown,
      place: "message 3",
    },
  );
  check("less than was sent", undefined, body(texts.slice(0, 2)), { ...unknown, place: "message 3" });
  check("another first message", undefined, body([four, ...texts.slice(1)]), {
    ...unknown,
    place: "system to message 2",
  });
  check(
    "other tools",
    last,
    { ...last, tail: '],"tools":[],"stream":true}' },
    { ...unknown, place: "tools" },
  );
  check(
    "another option",
    last,
    { ...last, head: '{"model":"n","messages":[' },
    { ...unknown, place: "options" },
  );

  it("is compared with nothing after a declared change", () => {
    const watch = new PrefixWatch();
    watch.learn(marks(), last.messages);
    watch.forget();
    assert.equal(watch.check(body([four])), undefined);
  });
});

function join(messages: Uint8Array, more: string): Uint8Array {
  return new TextEncoder().encode(`${new TextDecoder().decode(messages)},${more}`);
}
