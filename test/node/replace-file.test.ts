import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFile, removeFile, replaceFile } from "#node/replace-file.ts";

const never = new AbortController().signal;

describe("replacing a file", () => {
  let base = "";
  const at = (path: string) => join(base, path);
  const text = (path: string) => readFileSync(at(path), "utf8");
  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), "boocode-replace-")));
    for (const folder of ["ws/dir", "out"]) mkdirSync(at(folder), { recursive: true });
    writeFileSync(at("ws/dir/a.txt"), "before");
    writeFileSync(at("out/a.txt"), "outside");
  });
  afterEach(() => rm(base, { recursive: true }));

  const replaceDirectory = () => {
    renameSync(at("ws/dir"), at("ws/aside"));
    symlinkSync(at("out"), at("ws/dir"));
  };
  const target = () => ({ real: at("ws/dir/a.txt"), links: 1 });

  it("leaves nothing beside it", async () => {
    await replaceFile(target(), (current) => Buffer.from(`${current.toString()} and after`), never);
    assert.equal(text("ws/dir/a.txt"), "before and after");
    await createFile(at("ws/dir/new/b.txt"), Buffer.from("new"), never);
    const names = new Set(readdirSync(at("ws"), { recursive: true, encoding: "utf8" }));
    assert.deepEqual(names, new Set(["dir", "dir/a.txt", "dir/new", "dir/new/b.txt"]));
  });

  it("takes back what it wrote where its directory was moved away meanwhile", async () => {
    const replacing = replaceFile(
      target(),
      () => {
        replaceDirectory();
        return Buffer.from("after");
      },
      never,
    );
    await assert.rejects(replacing, {
      code: "path-changed",
      message: /so what was written was taken back\.$/,
    });
    assert.deepEqual([text("ws/aside/a.txt"), text("out/a.txt")], ["before", "outside"]);
    assert.deepEqual(readdirSync(at("ws/aside")), ["a.txt"]);
  });

  it("writes, makes and removes nothing through a link", async () => {
    replaceDirectory();
    const changed = { code: "path-changed" };
    await assert.rejects(
      replaceFile(target(), () => Buffer.from("after"), never),
      changed,
    );
    await assert.rejects(createFile(at("ws/dir/new.txt"), Buffer.from("new"), never), changed);
    await assert.rejects(createFile(at("ws/dir/deep/new.txt"), Buffer.from("new"), never), changed);
    await assert.rejects(removeFile(target().real), changed);
    assert.deepEqual(readdirSync(at("out")), ["a.txt"]);
    assert.equal(text("out/a.txt"), "outside");
  });

  it("removes the name, not what it leads to", async () => {
    symlinkSync(at("out/a.txt"), at("ws/dir/link"));
    await removeFile(at("ws/dir/link"));
    await removeFile(at("ws/dir/nothing"));
    await removeFile(at("ws/nothing/at/all"));
    assert.deepEqual([existsSync(at("ws/dir/link")), existsSync(at("out/a.txt"))], [false, true]);
  });

  it("tells a path through a file from one that changed", () =>
    assert.rejects(createFile(at("ws/dir/a.txt/b.txt"), Buffer.from(""), never), { code: "not-a-folder" }));
});
