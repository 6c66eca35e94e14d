import assert from "node:assert/strict";
import type { Question } from "#protocol/session.ts";
import type { Agent } from "#core/agent/agent.ts";
import type { Confinement, Refusal } from "#core/shell-ports.ts";
import { agentWorld, lastTurn, outline } from "../support/agent-world.ts";
import { reply } from "../support/model-server/reply.ts";

const files: Record<string, string> = {
  ".git": "gitdir: /srv/main/.git/worktrees/project\n",
  "a.ts": "",
  "/srv/main/.git/HEAD": "ref: refs/heads/main\n",
  "/srv/main/.git/objects/aa/bb": "",
  "/srv/main/.git/refs/heads/main": "",
};

const repository = "/srv/main/.git";

/** What a shell refuses that keeps commands from the repository. */
function refusalOf(confinement: Confinement | undefined, writes: boolean): readonly Refusal[] {
  const { readable = [], writable = [] } = confinement ?? {};
  if (writable.includes(repository) || (readable.includes(repository) && !writes)) return [];
  return [{ operation: readable.includes(repository) ? "write" : "read", path: repository }];
}

async function open(lines: readonly string[]) {
  const calls = lines.map((command) => reply.toolCall("run_shell", { command }));
  const world = await agentWorld([...calls, reply.text("ok")], { files });
  world.ports.shell.script = ({ line, confinement }) => {
    const refusals = refusalOf(confinement, /commit|add/.test(line));
    return refusals.length === 0 ? {} : { end: { exitCode: 128, refusals } };
  };
  return world;
}

/** Answers every question the same way until the turn has ended; tells what was asked. */
async function answerAll(agent: Agent, value: string): Promise<readonly string[]> {
  const asked: string[] = [];
  const answer = ({ id, permission }: Question): Promise<void> => {
    asked.push(`${permission?.operation} ${permission?.target}`);
    return agent.answer(id, { value });
  };
  const stop = agent.session.channel.listen((event) => {
    if (event.type === "question-asked") setImmediate(() => void answer(event.question));
  });
  await agent.prompt("go");
  await agent.idle();
  stop();
  return asked;
}

describe("a project whose repository lies elsewhere", () => {
  const check = (name: string, lines: readonly string[], expected: readonly string[]) =>
    it(name, async () => {
      await using world = await open(lines);
      assert.deepEqual(await answerAll(world.agent, "session"), expected);
      assert.deepEqual(outline(lastTurn(world.agent)).slice(1), [
        ...lines.map(() => "run_shell ok"),
        "text: ok",
        "end done",
      ]);
    });
  check("is looked at after one leave to read it", ["git status", "git log -3"], [`read ${repository}`]);
  check(
    "is committed in, and looked at, after one leave to write it",
    ["git commit -m x", "git status", "git add .", "git log -3"],
    [`write ${repository}`],
  );
  check(
    "is asked for again where more is wanted",
    ["git status", "git commit -m x"],
    [`read ${repository}`, `write ${repository}`],
  );

  it("stays out of sight where that is denied", async () => {
    await using world = await open(["git status"]);
    assert.deepEqual(await answerAll(world.agent, "deny"), [`read ${repository}`]);
    assert.deepEqual(outline(lastTurn(world.agent)).slice(1, 2), ["run_shell error"]);
  });
});
