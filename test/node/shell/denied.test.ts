import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { World } from "./world.ts";

describe("shell: what rules deny to a confined command", () => {
  let world: World;
  const at = (path: string): string => join(world.workspace, path);
  before(() => (world = new World()));
  after(() => world[Symbol.asyncDispose]());
  beforeEach(() => {
    for (const path of ["secret/deep/key", "config/token", "config/plain"])
      world.file(`home/project/${path}`, "SECRET\n");
    writeFileSync(at("config/plain"), "plain\n");
  });
  const leave = () => world.confined({ hidden: [at("secret"), at("config/token"), at("absent")] });

  it("is not read, however it is reached", async () => {
    const line = `cat secret/deep/key; cat config/token; cat secret/*/*; ln -s secret s; cat s/deep/key; ln config/token t; cat t
ls secret; cp -r secret c; tar cf - secret config/token | strings; cat config/plain; exit 1`;
    const { text, refusals } = await world.run(line, await leave());
    assert.doesNotMatch(text, /SECRET|deep\n/);
    assert.match(text, /plain/);
    assert.deepEqual(refusals.slice(0, 2), [
      { operation: "read", path: at("secret/deep/key") },
      { operation: "read", path: at("config/token") },
    ]);
  });

  it("is not read where every command may look", async () => {
    const { text } = await world.run(
      "cat /etc/hosts; ls /usr/share",
      await world.confined({ hidden: ["/etc/hosts", "/usr/share"] }),
    );
    assert.match(text, /hosts: Permission denied[^]*share'?: Permission denied/);
  });

  it("is not moved, nor is what it lies in", async () => {
    const line = "mv secret s2; mv config c2; mv config/token t2; rm -rf secret config/token; true";
    await world.run(line, await leave());
    assert.equal(readFileSync(at("secret/deep/key"), "utf8"), "SECRET\n");
    assert.equal(readFileSync(at("config/token"), "utf8"), "SECRET\n");
    for (const name of ["s2", "c2", "t2"]) assert.equal(existsSync(at(name)), false, name);
  });

  it("is not read where something in it was given", async () => {
    const more = { ...(await leave()).confinement, readable: [at("secret/deep")] };
    const { text } = await world.run("cat secret/deep/key", { confinement: more });
    assert.doesNotMatch(text, /SECRET/);
  });

  it("does not keep from the rest", async () => {
    const { exitCode, text } = await world.run(
      "echo x > config/new && cat config/new config/plain",
      await leave(),
    );
    assert.deepEqual([exitCode, text], [0, "x\nplain\n"]);
  });
});
