import assert from "node:assert/strict";
import { calling, postChat, result, user, type Wire } from "../support/model-server/post-chat.ts";
import { approximateTokens, type CacheOptions, PromptCache } from "../support/model-server/prompt-cache.ts";
import { reply } from "../support/model-server/reply.ts";
import { type ModelServer, type ModelServerOptions, startModelServer } from "../support/model-server.ts";
import { countTokens } from "../support/tokens.ts";

const small: ModelServerOptions = { tokens: "approximate" };
const hello = [user("hi")];

describe("model server: the cache", () => {
  /** The hit tokens of each prompt in turn, four characters to a token, with a clock that moves 10 ms per prompt. */
  const check = (
    name: string,
    options: CacheOptions,
    prompts: readonly (readonly string[])[],
    expected: readonly string[],
  ) =>
    it(name, () => {
      let now = 0;
      const cache = new PromptCache(options, approximateTokens, () => now);
      const readings = prompts.map((prompt) => {
        now += 10;
        const reading = cache.read("p", prompt);
        cache.write("p", prompt);
        return `${reading.hitTokens}/${reading.promptTokens} ${reading.loss}`;
      });
      assert.deepEqual(readings, expected);
    });
  const a = "aaaaAAAA".repeat(4);
  const grown = [
    ["head", a],
    ["head", a, "more"],
  ];
  check("a longer prompt hits the shorter one", {}, grown, ["0/9 none", "9/10 none"]);
  check(
    "a prefix counts to the token",
    {},
    [
      ["head", a],
      ["head", `${a.slice(0, 24)}zzzzzzzz`],
    ],
    ["0/9 none", "7/9 none"],
  );
  check("hits are whole units", { unitTokens: 4 }, grown, ["0/9 none", "8/10 unit"]);
  check(
    "what is being built is missed",
    { buildDelayMs: 11 },
    [...grown, ["head", a, "more"]],
    ["0/9 none", "0/10 building", "9/10 building"],
  );
  check("what is old is missed", { timeToLiveMs: 5 }, grown, ["0/9 none", "0/10 expired"]);
  check(
    "use keeps alive",
    { timeToLiveMs: 10 },
    [...grown, ...grown.slice(1), ...grown.slice(1)],
    ["0/9 none", "9/10 none", "10/10 none", "10/10 none"],
  );
  const units = { matching: "units" } as const;
  check("a whole unit hits", units, grown, ["0/9 none", "9/10 none"]);
  check(
    "a part of a unit misses, until two had it in common",
    units,
    [
      ["head", "x"],
      ["head", "y"],
      ["head", "z"],
    ],
    ["0/2 none", "0/2 unit", "1/2 none"],
  );
  check(
    "units in common may end inside a message",
    units,
    [[`${a}x`], [`${a}y`], [`${a}z`]],
    ["0/9 none", "0/9 unit", "8/9 none"],
  );
  check(
    "units are cut at intervals",
    { ...units, unitTokens: 4 },
    [
      ["head", a],
      ["head", `${a.slice(0, 24)}zzzzzzzz`],
    ],
    ["0/9 none", "4/9 unit"],
  );

  it("works out only what was appended", () => {
    let encoded = 0;
    const count = (text: string) => {
      encoded++;
      return approximateTokens(text);
    };
    const cache = new PromptCache({}, count, Date.now);
    const prompt: string[] = [];
    for (let index = 0; index < 200; index++) {
      prompt.push(`message ${index}`);
      cache.read("p", prompt);
      cache.write("p", prompt);
    }
    assert.equal(encoded, 200);
  });

  const turn = [...hello, calling(), result("text of a")];
  const answer = reply.thinking("Think.").toolCall("read_file", '{"path": "a"}', "c1");
  const sentBack = calling('{"path": "a"}', { reasoning_content: "Think." });
  const missed = async (
    second: readonly Wire[],
    extra: Wire = {},
    between?: (server: ModelServer) => void,
  ) => {
    await using server = await startModelServer({
      script: [answer, reply.text("Done.")],
      cache: { timeToLiveMs: 3_600_000 },
    });
    await postChat(server, hello, { user_id: "u" });
    between?.(server);
    await postChat(server, second, { user_id: "u", ...extra });
    assert.deepEqual(server.problems, []);
    return server.requests[1]?.cache;
  };
  const checkMiss = (
    name: string,
    second: readonly Wire[],
    isWhole: boolean,
    extra?: Wire,
    between?: (server: ModelServer) => void,
  ) =>
    it(name, async () => {
      const cache = await missed(second, extra, between);
      const own = countTokens("<｜tool▁output▁begin｜>text of a<｜tool▁output▁end｜>") + 1;
      assert.equal(
        (cache?.promptTokens ?? 0) - (cache?.hitTokens ?? 0) === own,
        isWhole,
        JSON.stringify(cache),
      );
    });
  checkMiss("an answer sent back as it was is hit", [...hello, sentBack, result("text of a")], true);
  checkMiss(
    "arguments written anew are a miss",
    [
      ...hello,
      { ...sentBack, ...calling('{"path":"a"}', { reasoning_content: "Think." }) },
      result("text of a"),
    ],
    false,
  );
  checkMiss("left-out thinking is a miss", turn, false);
  checkMiss("another user's prompt is not hit", [...hello, sentBack, result("text of a")], false, {
    user_id: "v",
  });
  checkMiss("another model's prompt is not hit", [...hello, sentBack, result("text of a")], false, {
    model: "deepseek-v4-pro",
  });
  checkMiss("effort max changes the beginning", [...hello, sentBack, result("text of a")], false, {
    reasoning_effort: "max",
  });
  checkMiss("effort low does not", [...hello, sentBack, result("text of a")], true, {
    reasoning_effort: "low",
  });
  checkMiss("a day later it is gone", [...hello, sentBack, result("text of a")], false, {}, (server) =>
    server.advanceClock(24 * 3_600_000),
  );

  it("adds up tokens and dollars", async () => {
    await using server = await startModelServer({
      ...small,
      script: [reply.text("abcd"), reply.text("abcd"), reply.serverError()],
    });
    for (let times = 0; times < 3; times++) await postChat(server, hello);
    const { requests, promptTokens, hitTokens, missTokens, outputTokens, dollars } = server.accounts();
    assert.deepEqual([requests, hitTokens + missTokens], [2, promptTokens]);
    const expected = (hitTokens * 0.003 + missTokens * 0.15 + outputTokens * 0.6) / 1e6;
    assert.ok(dollars > 0 && Math.abs(dollars - expected) < 1e-12);
  });
});
