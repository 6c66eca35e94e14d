import assert from "node:assert/strict";
import { codeOf, projectFile, SettingsWorld, userFile } from "../../support/settings-world.ts";

describe("what a project wants to allow", () => {
  const text = "permissions:\n  auto_allow:\n    - run: npm test\n    - write: /tmp/x/**\n";
  const allowed = [
    "allow execute npm test for /code/app (project)",
    "allow write /tmp/x/** for /code/app (project)",
  ];
  const hashOf = (world: SettingsWorld): string => world.settings.state.pending[0]?.hash ?? "none";

  it("counts once the user approved it, in other windows too", async () => {
    const world = await SettingsWorld.of({ [projectFile]: text });
    await world.settings.approve(hashOf(world), true);
    assert.deepEqual(world.rules(), allowed);
    assert.deepEqual(world.settings.state.pending, []);
    assert.deepEqual(world.saved(), ["boocode.yaml:3 allow npm test", "boocode.yaml:4 allow /tmp/x/**"]);
    assert.deepEqual((await SettingsWorld.of({}, world.files)).rules(), allowed);
  });
  it("is asked about again where the decision can not be read", async () => {
    const world = await SettingsWorld.of({ [projectFile]: text });
    await world.settings.approve(hashOf(world), true);
    world.files.isForgetful = true;
    await world.settings.refresh();
    assert.deepEqual(world.rules(), []);
    assert.equal(world.settings.state.pending.length, 1);
  });
  it("is remembered as left out", async () => {
    const world = await SettingsWorld.of({ [projectFile]: text });
    await world.settings.approve(hashOf(world), false);
    assert.deepEqual([world.rules(), world.settings.state.pending], [[], []]);
    assert.match(world.saved()[0] ?? "", /pending/);
    const other = await SettingsWorld.of({}, world.files);
    assert.deepEqual([other.rules(), other.settings.state.pending], [[], []]);
  });
  it("can be decided again while it is the same", async () => {
    const world = await SettingsWorld.of({ [projectFile]: text });
    const hash = hashOf(world);
    await world.settings.approve(hash, true);
    await world.settings.approve(hash, false);
    assert.deepEqual(world.rules(), []);
    await world.settings.approve(hash, true);
    assert.deepEqual(world.rules(), allowed);
  });
  it("waits again after any change, and counts again when that is undone", async () => {
    const world = await SettingsWorld.of({ [projectFile]: text });
    const hash = hashOf(world);
    await world.settings.approve(hash, true);
    for (const change of [
      text.replace("npm test", "npm test *"),
      text.replace("write", "read"),
      text.replace("    - run: npm test\n", ""),
      `${text}    - run: x\n`,
    ]) {
      await world.edit(projectFile, change);
      assert.deepEqual(world.rules(), []);
      assert.notEqual(hashOf(world), "none");
      assert.equal(await codeOf(world.settings.approve(hash, true)), "allowances-changed");
    }
    await world.edit(projectFile, text);
    assert.deepEqual(world.rules(), allowed);
  });
  it("is the same content in another order, with comments and other sections", async () => {
    const world = await SettingsWorld.of({ [projectFile]: text });
    await world.settings.approve(hashOf(world), true);
    await world.edit(
      projectFile,
      "models: x\npermissions:\n  deny: [{run: d}]\n  auto_allow: # c\n    - {write: /tmp/x/**}\n    - run: npm   test\n",
    );
    assert.deepEqual(world.rules().length, 3);
    assert.deepEqual(world.settings.state.pending, []);
  });
  it("is another content in another folder", async () => {
    const world = await SettingsWorld.of({ [projectFile]: text });
    await world.settings.approve(hashOf(world), true);
    world.files.texts.set("/code/copy/boocode.yaml", text);
    world.folders = ["/code/copy"];
    await world.settings.refresh();
    assert.deepEqual(world.rules(), []);
    assert.equal(world.settings.state.pending.length, 1);
  });
  it("is not asked about in a workspace that is not trusted", async () => {
    const world = await SettingsWorld.of({ [projectFile]: `${text}  deny: [{run: d}]\n` });
    const hash = hashOf(world);
    await world.settings.approve(hash, true);
    world.isTrusted = false;
    await world.settings.refresh();
    assert.deepEqual(world.rules(), ["deny execute d for /code/app (project)"]);
    assert.equal(await codeOf(world.settings.approve(hash, true)), "allowances-changed");
    world.isTrusted = true;
    await world.settings.refresh();
    assert.equal(world.rules().length, 3);
  });
  it("stays approved while the file is broken, and nothing new is asked about", async () => {
    const world = await SettingsWorld.of({ [projectFile]: text });
    await world.settings.approve(hashOf(world), true);
    await world.edit(projectFile, `${text}    - run: x\n  bad: 1\n`);
    assert.deepEqual(world.rules(), allowed);
    assert.deepEqual(world.settings.state.pending, []);
  });
  it("can not be approved unseen", async () => {
    const world = await SettingsWorld.of({ [projectFile]: text });
    assert.equal(await codeOf(world.settings.approve("0".repeat(64), true)), "allowances-changed");
    assert.equal(world.files.memory.size, 0);
  });
});

describe("Always", () => {
  const make = { operation: "execute", pattern: "make all" } as const;

  it("is written for the project, where its links lead, and counts at once", async () => {
    const world = await SettingsWorld.of({ [userFile]: "# mine\n" });
    world.links.set("/code/app", "/data/app");
    const saved = await world.settings.allowAlways(make, "/code/app");
    assert.equal(
      world.files.texts.get(userFile),
      "# mine\npermissions:\n  projects:\n    /data/app:\n      allow:\n        - run: make all\n",
    );
    assert.deepEqual(
      { ...saved, id: saved.id.length },
      {
        id: 64,
        effect: "allow",
        operation: "execute",
        pattern: "make all",
        file: userFile,
        line: 6,
        project: "/data/app",
        canRevoke: true,
      },
    );
    assert.deepEqual(world.rules(), ["allow execute make all for /data/app (user)"]);
    assert.equal(world.settings.rules()[0]?.id, saved.id);
    assert.deepEqual((await SettingsWorld.of({}, world.files)).saved(), [
      "config.yaml:6 allow make all revocable",
    ]);
  });
  it("the same twice is one", async () => {
    const world = await SettingsWorld.of();
    const first = await world.settings.allowAlways(make, "/code/app");
    const text = world.files.texts.get(userFile);
    assert.deepEqual(
      await world.settings.allowAlways({ ...make, pattern: " make  all" }, "/code/app"),
      first,
    );
    assert.equal(world.files.texts.get(userFile), text);
  });
  it("many at once are all there", async () => {
    const world = await SettingsWorld.of();
    const patterns = Array.from({ length: 20 }, (_, at) => `run ${at}`);
    await Promise.all(
      patterns.map((pattern) => world.settings.allowAlways({ operation: "execute", pattern }, "/code/app")),
    );
    assert.deepEqual(
      world.rules(),
      patterns.map((pattern) => `allow execute ${pattern} for /code/app (user)`),
    );
  });
  it("what another window writes in between stays", async () => {
    const world = await SettingsWorld.of();
    let others = 3;
    world.files.beforeWrite = () => {
      if (others-- > 0) world.files.texts.set(userFile, `permissions:\n  deny: [{run: other ${others}}]\n`);
    };
    await world.settings.allowAlways(make, "/code/app");
    assert.deepEqual(world.rules(), [
      "deny execute other 0 (user)",
      "allow execute make all for /code/app (user)",
    ]);
  });
  it("gives up where others never stop", async () => {
    const world = await SettingsWorld.of();
    let count = 0;
    world.files.beforeWrite = () => void world.files.texts.set(userFile, `# ${count++}\n`);
    assert.equal(await codeOf(world.settings.allowAlways(make, "/code/app")), "config-busy");
  });
  it("is refused where the file has an error, which is told with its line", async () => {
    const world = await SettingsWorld.of({ [userFile]: "a: 1\npermissions: [\n" });
    await assert.rejects(world.settings.allowAlways(make, "/code/app"), {
      code: "config-broken",
      message:
        /config\.yaml has an error in line 3: .* Mend it, then \{run: make all\} can be written down\./,
    });
    assert.equal(world.files.texts.get(userFile), "a: 1\npermissions: [\n");
  });
  it("is refused where nothing can be written, and may be tried again", async () => {
    const world = await SettingsWorld.of();
    world.files.isReadOnly = true;
    assert.equal(await codeOf(world.settings.allowAlways(make, "/code/app")), "config-unwritable");
    world.files.isReadOnly = false;
    assert.equal(await codeOf(world.settings.allowAlways(make, "/code/app")), "done");
  });
  it("is refused for what can not be a rule", async () => {
    const world = await SettingsWorld.of();
    assert.equal(
      await codeOf(world.settings.allowAlways({ ...make, pattern: "a; b" }, "/code/app")),
      "bad-rule",
    );
    assert.equal(world.files.texts.size, 0);
  });
});

describe("taking back what was written down", () => {
  it("takes exactly that", async () => {
    const world = await SettingsWorld.of({ [userFile]: "permissions:\n  deny: [{run: d}]\n" });
    const first = await world.settings.allowAlways({ operation: "execute", pattern: "a" }, "/code/app");
    const text = world.files.texts.get(userFile);
    const second = await world.settings.allowAlways({ operation: "read", pattern: "/etc/**" }, "/code/app");
    await world.settings.revoke(second.id);
    assert.equal(world.files.texts.get(userFile), text);
    await world.settings.revoke(first.id);
    assert.equal(world.files.texts.get(userFile), "permissions:\n  deny: [{run: d}]\n");
    assert.deepEqual(world.rules(), ["deny execute d (user)"]);
    assert.equal(await codeOf(world.settings.revoke(first.id)), "no-rule");
  });
  it("takes it although the file has a mistake elsewhere", async () => {
    const text = "permissions:\n  allow: [{run: a}, {run: b}]\n";
    const world = await SettingsWorld.of({ [userFile]: text });
    const id = world.settings.state.rules[0]?.id ?? "";
    await world.edit(userFile, `${text}  other: 1\n`);
    await world.settings.revoke(id);
    assert.deepEqual(world.rules(), ["allow execute b (user)"]);
    assert.equal(world.files.texts.get(userFile), "permissions:\n  allow: [{run: b}]\n  other: 1\n");
  });
  it("is refused for a project's own rules", async () => {
    const world = await SettingsWorld.of({ [projectFile]: "permissions: {deny: [{run: a}]}" });
    assert.equal(await codeOf(world.settings.revoke(world.settings.state.rules[0]?.id ?? "")), "no-rule");
  });
  it("is refused where the file is no valid YAML", async () => {
    const world = await SettingsWorld.of({ [userFile]: "permissions:\n  allow: [{run: a}]\n" });
    await world.edit(userFile, "permissions:\n  allow: [{run: a}]\n  x: [\n");
    assert.equal(
      await codeOf(world.settings.revoke(world.settings.state.rules[0]?.id ?? "")),
      "config-broken",
    );
    assert.deepEqual(world.rules(), ["allow execute a (user)"]);
  });
});
