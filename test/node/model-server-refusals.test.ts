import assert from "node:assert/strict";
import { calling, postChat, result, user, type Wire } from "../support/model-server/post-chat.ts";
import { reply } from "../support/model-server/reply.ts";
import { type ModelServerOptions, startModelServer } from "../support/model-server.ts";

const small: ModelServerOptions = { tokens: "approximate" };
const hello = [user("hi")];

describe("model server: what it refuses", () => {
  const check = (
    name: string,
    messages: readonly Wire[],
    expected: RegExp | undefined,
    options: ModelServerOptions = {},
    extra: Wire = {},
  ) =>
    it(name, async () => {
      await using server = await startModelServer({ ...small, ...options, script: [reply.text("fine")] });
      const response = await postChat(server, messages, extra);
      assert.deepEqual([response.status, server.problems.length], expected ? [400, 1] : [200, 0]);
      assert.match(await response.text(), expected ?? /fine/);
    });
  check("accepts a turn with a tool", [...hello, calling(), result("a")], undefined);
  check("no messages", [], /Empty input/);
  check("an unknown role", [{ role: "boss", content: "x" }], /Failed to deserialize.*messages\.0\.role/);
  check(
    "arguments that are no string",
    [...hello, calling({} as string), result("a")],
    /Failed to deserialize/,
  );
  check("a call without a result", [...hello, calling()], /insufficient tool messages/);
  check(
    "a call with something between it and its result",
    [...hello, calling(), user("wait"), result("a")],
    /insufficient tool messages/,
  );
  check("a result of nothing", [...hello, result("a")], /must be a response to a preceding/);
  check(
    "a result of another call",
    [...hello, calling(), result("a", "c2")],
    /must be a response to a preceding/,
  );
  check(
    "a second result",
    [...hello, calling(), result("a"), result("a")],
    /must be a response to a preceding/,
  );
  check(
    "an assistant message of nothing",
    [...hello, { role: "assistant", content: null }, user("x")],
    /content or tool_calls must be set/,
  );
  check(
    "an end that is not the user's",
    [...hello, { role: "assistant", content: "x" }],
    /last message must be/,
  );
  const bare = [...hello, calling('{"path": "a"}', {}), result("a")];
  check("a turn with tools without its thinking", bare, /must be passed back/);
  check("not without thinking", bare, undefined, {}, { thinking: { type: "disabled" } });
  check("not when told so", bare, undefined, { strictReasoning: false });
  check("not from other models", bare, undefined, {}, { model: "other" });
  check("nothing when not strict", [...hello, calling()], undefined, { strict: false });
  check("a prompt that is too long", [user("x".repeat(400))], /maximum context length is 100 tokens/, {
    contextTokens: 100,
  });
  check(
    "tools of the same name",
    hello,
    /must be unique/,
    {},
    { tools: [1, 2].map(() => ({ type: "function", function: { name: "a" } })) },
  );
  check("a user id with odd characters", hello, /user_id/, {}, { user_id: "a b" });
});
