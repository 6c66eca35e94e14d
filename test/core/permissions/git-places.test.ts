import assert from "node:assert/strict";
import type { World } from "#core/permissions/judgement.ts";
import { judgeIn } from "../../support/judge-rows.ts";

/** What a line needs to write beyond the workspace, and asks for. */
function check(line: string, writes: readonly string[], change: Partial<World> = {}): void {
  it(line, async () => {
    const { verdict, needs, commands } = await judgeIn(line, { isConfined: true, ...change });
    assert.deepEqual([verdict, needs.writes], ["ask", writes], commands[0]?.reason);
    if (/^git (?:worktree|init|archive|bundle|format-patch) [^]* \.\.\//.test(line))
      assert.match(commands[0]?.reason ?? "", /^It writes outside/);
  });
}

describe("git asks to write where it makes something", () => {
  const own = "/ws/.git/worktrees";
  check("git worktree add ../x", ["/x", own]);
  check("git worktree add -b new ../x main", ["/x", own]);
  check("git worktree add -B new --lock --reason 'for now' /home/me/x", ["/home/me/x", own]);
  check("git worktree add x", [own]);
  check("git worktree move ../x ../y", ["/x", "/y", own]);
  check("git worktree remove ../x", ["/x", own]);
  check("git worktree prune", []);
  check("git clone https://example.com/x ../x", ["/x"]);
  check("git clone -b main --depth=1 https://example.com/x ../x", ["/x"]);
  check("git clone https://example.com/x", []);
  check("git -C /home/me clone https://example.com/x", ["/home/me"]);
  check("cd /home/me && git clone https://example.com/x", ["/home/me"]);
  check("git init ../x", ["/x"]);
  check("git -C /home/me/other init", ["/home/me/other"]);
  check("git archive -o ../x.tar HEAD", ["/x.tar"]);
  check("git archive -o../x.tar HEAD", ["/x.tar"]);
  check("git bundle create ../x HEAD", ["/x"]);
  check("git bundle create --version=3 ../x --all", ["/x"]);
  check("git format-patch -o ../x HEAD~1", ["/x"]);
  check("git format-patch --output-directory ../x HEAD~1", ["/x"]);
  check("git -C /home/me/other commit -m x", ["/home/me/other"]);
  check("git shortlog --output=../x HEAD", ["/x"]);
  check("git rev-list --output ../x HEAD", ["/x"]);
});

describe("git in the workspace", () => {
  const allow = (line: string, gitWrite: boolean, isReadOnly: boolean) =>
    it(line, async () => {
      const judged = await judgeIn(line, { isConfined: true });
      assert.deepEqual(
        [judged.verdict, judged.needs, judged.isReadOnly],
        ["allow", { reads: [], writes: [], removes: [], hasNetwork: false, gitWrite }, isReadOnly],
      );
    });
  allow("git worktree list", false, true);
  allow("git stash list", false, true);
  allow("git bundle verify x", false, true);
  allow("git format-patch -o patches HEAD~1", true, false);
  allow("git -C packages/one add .", true, false);
  allow("git archive -o x.tar HEAD", false, false);
  allow("git shortlog --output=x HEAD", false, false);

  it("fetches into the repository, without its hooks", async () => {
    const { needs } = await judgeIn("git fetch origin", { isConfined: true });
    assert.deepEqual([needs.gitWrite, needs.hasNetwork], [true, true]);
  });
});
