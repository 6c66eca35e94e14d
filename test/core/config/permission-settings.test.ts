import assert from "node:assert/strict";
import { olderFile, projectFile, SettingsWorld, userFile } from "../../support/settings-world.ts";

describe("rules that are written down", () => {
  it("none where there is no file", async () => {
    const world = await SettingsWorld.of();
    assert.deepEqual(world.settings.state, { rules: [], problems: [], pending: [] });
    assert.deepEqual(world.rules(), []);
    assert.deepEqual(world.files.watched, [userFile, projectFile, olderFile]);
  });
  it("the user's count everywhere, or in their project; those of other projects are only shown", async () => {
    const world = await SettingsWorld.of({
      [userFile]: `permissions:
  allow: [{run: npm test}]
  deny: [{read: ~/.ssh/**}]
  projects:
    /code/app: {allow: [{run: make}], deny: [{network: example.com}]}
    /code/other: {allow: [{run: x}]}
`,
    });
    assert.deepEqual(world.rules(), [
      "allow execute npm test (user)",
      "deny read /home/me/.ssh/** (user)",
      "allow execute make for /code/app (user)",
      "deny network example.com for /code/app (user)",
    ]);
    assert.deepEqual(world.saved(), [
      "config.yaml:2 allow npm test revocable",
      "config.yaml:3 deny /home/me/.ssh/** revocable",
      "config.yaml:5 allow make revocable",
      "config.yaml:5 deny example.com revocable",
      "config.yaml:6 allow x revocable",
    ]);
  });
  it("a project's denials count in the project, its allowances wait", async () => {
    const world = await SettingsWorld.of({
      [projectFile]:
        "permissions:\n  deny:\n    - write: dist/**\n  auto_allow:\n    - run: npm test\n    - read: /etc/hosts\n",
    });
    assert.deepEqual(world.rules(), ["deny write /code/app/dist/** for /code/app (project)"]);
    assert.deepEqual(world.saved(), [
      "boocode.yaml:3 deny /code/app/dist/**",
      "boocode.yaml:5 allow npm test pending",
      "boocode.yaml:6 allow /etc/hosts pending",
    ]);
    const [pending] = world.settings.state.pending;
    assert.equal(pending?.file, projectFile);
    assert.deepEqual(pending.rules, ["run: npm test", "read: /etc/hosts"]);
    assert.match(pending.hash, /^[0-9a-f]{64}$/);
  });
  it("each folder has its own", async () => {
    const world = await SettingsWorld.of({
      "/a/boocode.yaml": "permissions: {deny: [{run: x}]}",
      "/b/boocode.yaml": "permissions: {deny: [{write: x}]}",
    });
    world.folders = ["/a", "/b", "/a"];
    await world.settings.refresh();
    assert.deepEqual(world.rules(), [
      "deny execute x for /a (project)",
      "deny write /b/x for /b (project)",
      "deny write /b/x/** for /b (project)",
    ]);
    world.folders = ["/b"];
    await world.settings.refresh();
    assert.equal(world.rules().length, 2);
    assert.deepEqual(world.files.watched, [userFile, "/b/boocode.yaml", "/b/dispatch.yaml"]);
  });
  it("folders and projects are the same where their links lead to the same", async () => {
    const world = await SettingsWorld.of({
      [userFile]:
        "permissions:\n  projects:\n    ~/link: {allow: [{run: a}]}\n    /data/app: {allow: [{run: b}]}\n",
      "/data/app/boocode.yaml": "permissions: {deny: [{read: x/**}]}",
    });
    world.links.set("/home/me/link", "/data/app").set("/code/app", "/data/app");
    await world.settings.refresh();
    assert.deepEqual(world.rules(), [
      "allow execute a for /data/app (user)",
      "allow execute b for /data/app (user)",
      "deny read /data/app/x/** for /data/app (project)",
    ]);
  });
  it("denials hold at both ends of a link, allowances stay where they are", async () => {
    const world = await SettingsWorld.of({
      [userFile]: "permissions:\n  deny: [{read: ~/keys/**}]\n  allow: [{write: ~/notes/**}]\n",
    });
    world.links.set("/home/me/keys", "/vault").set("/home/me/notes", "/etc");
    await world.settings.refresh();
    assert.deepEqual(world.rules(), [
      "deny read /home/me/keys/** (user)",
      "deny read /vault/** (user)",
      "allow write /home/me/notes/** (user)",
    ]);
  });
  it("dispatch.yaml is read where there is no boocode.yaml", async () => {
    const world = await SettingsWorld.of({ [olderFile]: "permissions: {deny: [{run: a}]}" });
    assert.deepEqual(world.saved(), ["dispatch.yaml:1 deny a"]);
    assert.deepEqual(world.problems(), []);
    await world.edit(projectFile, "permissions: {deny: [{run: b}]}");
    assert.deepEqual(world.saved(), ["boocode.yaml:1 deny b"]);
    assert.deepEqual(world.problems(), [`${olderFile}:1: This file is not read: ${projectFile} counts.`]);
    await world.edit(projectFile, "");
    assert.deepEqual(world.saved(), []);
    assert.equal(world.problems().length, 1);
    await world.edit(projectFile, undefined);
    assert.deepEqual(world.saved(), ["dispatch.yaml:1 deny a"]);
    assert.deepEqual(world.problems(), []);
  });
});

describe("configuration that is changed", () => {
  const good = "permissions:\n  allow: [{run: a}]\n  deny: [{run: b}]\n";

  it("counts at once, and is told once", async () => {
    const world = await SettingsWorld.of({ [userFile]: good });
    const before = world.changes;
    await world.edit(userFile, good.replace("run: a", "run: c"));
    assert.deepEqual(world.rules(), ["allow execute c (user)", "deny execute b (user)"]);
    assert.equal(world.changes, before + 1);
    await world.edit(userFile, good.replace("run: a", "run: c"));
    await world.edit("/elsewhere", "x");
    assert.equal(world.changes, before + 1);
  });
  it("is told with its new lines, too", async () => {
    const world = await SettingsWorld.of({ [userFile]: good });
    const ids = world.settings.state.rules.map((rule) => rule.id);
    const before = world.changes;
    await world.edit(userFile, `# c\n${good}`);
    assert.deepEqual(world.saved(), ["config.yaml:3 allow a revocable", "config.yaml:4 deny b revocable"]);
    assert.deepEqual(
      world.settings.state.rules.map((rule) => rule.id),
      ids,
    );
    assert.equal(world.changes, before + 1);
  });
  const broken = (name: string, text: string, line: number, message: RegExp, rules: readonly string[]) =>
    it(`keeps its last good version where ${name}`, async () => {
      const world = await SettingsWorld.of({ [userFile]: good });
      await world.edit(userFile, text);
      assert.deepEqual(world.rules(), rules);
      const [problem] = world.settings.state.problems;
      assert.equal(problem?.line, line);
      assert.match(problem.message, message);
      await world.edit(userFile, "permissions: {allow: [{run: z}]}");
      assert.deepEqual(world.rules(), ["allow execute z (user)"]);
      assert.deepEqual(world.problems(), []);
    });
  const kept = ["allow execute a (user)", "deny execute b (user)"];
  broken("it is no YAML any more", "permissions:\n  allow: [\n", 3, /no valid YAML/, kept);
  broken("a key is misspelt", "permissions:\n  alow: [{run: n}]\n", 2, /Did you mean "allow"\?/, kept);
  broken("a rule is none", "permissions:\n  allow: [{run: n}, {run: }]\n", 2, /must be a text/, kept);
  broken("it is too long", "#".repeat(1_100_000), 1, /more than 1 MB/, kept);
  broken(
    "it has mistakes, but new denials count",
    "permissions:\n  allow: [{run: n}]\n  deny: [{run: new}, {run: x; y}]\n",
    3,
    /one simple command/,
    ["deny execute new (user)", ...kept],
  );
  it("keeps its last good version where it can not be read", async () => {
    const world = await SettingsWorld.of({ [userFile]: good });
    world.files.unreadable.set(userFile, "the system does not permit it");
    await world.edit(userFile, "");
    assert.deepEqual(world.rules(), kept);
    assert.deepEqual(world.problems(), [
      `${userFile}:1: ${userFile} can not be read: the system does not permit it.`,
    ]);
    world.files.unreadable.clear();
    await world.edit(userFile, good);
    assert.deepEqual([world.rules(), world.problems()], [kept, []]);
  });
  it("has no rules when it is gone, and none to go back to", async () => {
    const world = await SettingsWorld.of({ [userFile]: good });
    await world.edit(userFile, undefined);
    assert.deepEqual(world.rules(), []);
    await world.edit(userFile, "permissions: [");
    assert.deepEqual(world.rules(), []);
  });
  it("that is broken at first sight has only the denials that can be read", async () => {
    const text =
      "permissions:\n  deny:\n    - run: d\n  allow:\n    - run: a\n  auto_allow:\n    - run: a\n bad\n";
    const world = await SettingsWorld.of({ [userFile]: text, [projectFile]: text });
    assert.deepEqual(world.rules(), ["deny execute d (user)", "deny execute d for /code/app (project)"]);
    assert.deepEqual(world.settings.state.pending, []);
    assert.deepEqual(
      [...new Set(world.settings.state.problems.map(({ file, line }) => `${file}:${line}`))],
      [`${userFile}:8`, `${projectFile}:8`],
    );
  });
  it("counts no more after the end, which is quiet", async () => {
    const world = await SettingsWorld.of({ [userFile]: good });
    world.settings.dispose();
    assert.deepEqual(world.files.watched, []);
    const before = world.changes;
    await world.edit(userFile, "");
    assert.equal(world.changes, before);
  });
});
