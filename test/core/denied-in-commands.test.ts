import assert from "node:assert/strict";
import type { Confinement } from "#core/shell-ports.ts";
import { agentWorld } from "../support/agent-world.ts";
import { FakeConfigFiles } from "../support/fake-config-files.ts";
import { reply } from "../support/model-server/reply.ts";

const files: Record<string, string> = {
  "package.json": "{}",
  "secret/key": "",
  "packages/one/.env": "",
  "packages/two/.env": "",
  "packages/two/src/a.ts": "",
};

/** What "npm test" may touch under rules that deny. */
async function confinementUnder(rules: readonly string[]): Promise<Confinement | undefined> {
  const text = `permissions:\n  deny:\n${rules.map((rule) => `    - ${rule}\n`).join("")}`;
  const configFiles = new FakeConfigFiles({ "/project/boocode.yaml": text });
  const call = reply.toolCall("run_shell", { command: "npm test" });
  await using world = await agentWorld([call, reply.text("ok")], { files, configFiles });
  await world.say("go");
  return world.ports.shell.started[0]?.confinement;
}

describe("what rules deny, in a sandbox", () => {
  const hides = (rules: readonly string[], expected: readonly string[]) =>
    it(`is out of sight: ${rules.join(", ")}`, async () =>
      assert.deepEqual((await confinementUnder(rules))?.hidden, expected));
  hides(["read: secret/**"], ["/project/secret"]);
  hides(["read: secret/key", "read: absent"], ["/project/secret/key", "/project/absent"]);
  hides(["read: packages/*/.env"], ["/project/packages/one/.env", "/project/packages/two/.env"]);
  hides(["read: packages/*/src/**"], ["/project/packages/one/src", "/project/packages/two/src"].slice(1));
  hides(["read: /srv/**", "write: secret/**", "run: npm publish"], ["/srv"]);

  it("can not be written", async () => {
    const { readOnly = [], writable } =
      (await confinementUnder(["write: secret/**", "write: packages/*/.env"])) ?? {};
    assert.deepEqual(writable, ["/project"]);
    for (const path of ["secret", "packages/one/.env", "packages/two/.env"])
      assert.ok(readOnly.includes(`/project/${path}`), path);
  });

  it("can not be written where that is the whole project, which can be read", async () => {
    const { readable = [], writable } = (await confinementUnder(["write: ./**"])) ?? {};
    assert.deepEqual(writable, []);
    assert.ok(readable.includes("/project"));
  });
});
