import assert from "node:assert/strict";
import type { ToolCall } from "../../src/protocol/session.ts";
import { commandOf, exitCodeOf, hasFailed } from "../../webview/terminal/shell-call.ts";

const call = (input: string, change: Partial<Extract<ToolCall, { status: "ended" }>> = {}): ToolCall => ({
  ...{ id: "c", name: "run_shell", arguments: input, title: { verb: "Run", object: "the title" } },
  ...{ startedAt: 0, status: "ended", endedAt: 1, outcome: "ok", output: { text: "" }, files: [] },
  ...change,
});

describe("a call of the shell", () => {
  it("is its command and what was asked for beside", () =>
    assert.deepEqual(
      commandOf(call('{"command":"npm test","folder":"a/b","timeout":60,"background":true}')),
      {
        line: "npm test",
        folder: "a/b",
        isInBackground: true,
        others: ["timeout: 60"],
      },
    ));
  const stands = (name: string, input: string, expected: string) =>
    it(name, () =>
      assert.deepEqual(commandOf(call(input)), { line: expected, isInBackground: false, others: [] }),
    );
  stands("is its title where its arguments are broken", '{"command":"np', "the title");
  stands("or no object", "[1]", "the title");
  stands("or without a command", '{"command":1}', "the title");
  it("is its arguments where there is no title either", () =>
    assert.equal(commandOf(call("{", { title: { verb: "Run", object: "" } })).line, "{"));

  const code = (note: string | undefined, expected: number | undefined) =>
    it(`${note} is ${expected}`, () =>
      assert.equal(exitCodeOf(note === undefined ? {} : { note }), expected));
  code("exit 0", 0);
  code("exit 1", 1);
  code("exit code 127, 3 files", 127);
  code("timeout after 60 s", undefined);
  code(undefined, undefined);

  const failed = (name: string, one: ToolCall, expected: boolean) =>
    it(name, () => assert.equal(hasFailed(one), expected));
  failed("has failed by its outcome", call("{}", { outcome: "error" }), true);
  failed("has failed by its exit code", call("{}", { note: "exit 2" }), true);
  failed("has not failed with code 0", call("{}", { note: "exit 0" }), false);
  failed("has not failed when it was denied", call("{}", { outcome: "denied", note: "exit 1" }), false);
  failed(
    "of another tool is told by its outcome alone",
    call("{}", { name: "search", note: "exit 1" }),
    false,
  );
});
