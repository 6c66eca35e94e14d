import assert from "node:assert/strict";
import { agentWorld, lastTurn } from "../support/agent-world.ts";
import { FakeConfigFiles } from "../support/fake-config-files.ts";
import { diagnostic } from "../support/fake-ports.ts";
import { reply, type Reply } from "../support/model-server/reply.ts";

const files: Record<string, string> = {
  "src/a.ts": "needle in a\n",
  "secret/key.txt": "needle in a secret\n",
  "secret/deep/b.ts": "needle, deeper\n",
  ".env": "NEEDLE=needle\n",
};

const denied = "permissions:\n  deny:\n    - read: secret/**\n";

/** What the model is told of calls, in a project that denies to read a folder. */
async function told(calls: readonly Reply[], rules = denied): Promise<readonly string[]> {
  const configFiles = new FakeConfigFiles({ "/project/boocode.yaml": rules });
  await using world = await agentWorld([...calls, reply.text("ok")], { files, configFiles });
  world.ports.workspace.dirty.set("/project/secret/deep/b.ts", "needle unsaved\n");
  await world.say("look");
  return lastTurn(world.agent).items.flatMap((item) =>
    item.kind === "tool" && item.call.status === "ended" && "text" in item.call.output
      ? [item.call.output.text]
      : [],
  );
}

describe("files that a rule denies to read", () => {
  const check = (name: string, call: Reply, expected: string | RegExp, rules?: string) =>
    it(name, async () => {
      const [output = ""] = await told([call], rules);
      if (typeof expected === "string") assert.equal(output, expected);
      else assert.match(output, expected);
    });
  const search = (input: object): Reply => reply.toolCall("search", input);
  const list = (input: object): Reply => reply.toolCall("list_files", input);
  const note = "[2 files left out: a rule denies to read them, or keys are in them]";

  check(
    "are not found",
    search({ pattern: "needle" }),
    `.env\n1: NEEDLE=needle\nsrc/a.ts\n1: needle in a\n${note}`,
  );
  check("are counted whatever is in them", search({ pattern: "absent" }), `no matches to show\n${note}`);
  check(
    "are not found from a folder in between",
    search({ pattern: "needle", path: "secret/deep" }),
    /^Not allowed: A rule denies/,
  );
  check(
    "are not found by their names",
    search({ pattern: "needle", glob: "key.*" }),
    /^no matches to show\n\[1 file left out: a rule denies to read it, or keys are in it\]$/,
  );
  check("are not listed", list({}), `.env\nsrc/: a.ts\n${note}`);
  check(
    "are not listed by their names",
    list({ glob: "*.txt" }),
    /^no files match \*\.txt[^]*\n\[1 file left out/,
  );
  check(
    "are not named where one is missing",
    reply.toolCall("read_file", { path: "key.txt" }),
    /^No file "key\.txt"\. Find it with/,
  );
  check(
    "are all there where no rule speaks of reading",
    search({ pattern: "needle in", path: "." }),
    /secret\/key\.txt\n1: needle in a secret/,
    "permissions:\n  deny:\n    - write: secret/**\n",
  );

  it("have no diagnostics to tell, nor are opened for them", async () => {
    const configFiles = new FakeConfigFiles({ "/project/boocode.yaml": denied });
    const calls = [reply.toolCall("get_diagnostics", {}), reply.toolCall("get_diagnostics", { path: "src" })];
    await using world = await agentWorld([...calls, reply.text("ok")], { files, configFiles });
    world.ports.workspace.problems = [
      diagnostic("src/a.ts", 1, "plain"),
      diagnostic("secret/deep/b.ts", 1, "quotes a secret"),
    ];
    await world.say("look");
    const text = world.server.requests.at(-1)?.text ?? "";
    assert.match(text, /src\/a\.ts:1:1 error ts plain/);
    assert.doesNotMatch(text, /quotes a secret|b\.ts/);
    assert.ok(!world.ports.workspace.checked.includes("/project/secret/deep/b.ts"));
  });
});
