import assert from "node:assert/strict";
import { chmod, link, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createPlainEditor, noCodeIntel } from "#node/plain-editor.ts";
import { createSystemClock } from "#node/system-clock.ts";

const never = new AbortController().signal;
const wide = (text: string) => Buffer.from(`\uFEFF${text}`, "utf16le");

describe("plain editor", () => {
  let root = "";
  const editor = createPlainEditor([]);
  const at = (name: string) => join(root, name);
  before(async () => (root = await mkdtemp(join(tmpdir(), "boocode-plain-"))));
  after(() => rm(root, { recursive: true }));

  const check = (name: string, before: Buffer, read: string, written: string, after: Buffer) =>
    it(`keeps ${name}`, async () => {
      const path = at(`${name}.txt`);
      await writeFile(path, before);
      assert.deepEqual(await editor.read(path, never), { text: read, isDirty: false });
      assert.deepEqual(await editor.write(path, written, read, never), { text: written, isDirty: false });
      assert.deepEqual(await readFile(path), after);
    });
  check("plain text", Buffer.from("a\nb"), "a\nb", "a\nc", Buffer.from("a\nc"));
  check("carriage returns", Buffer.from("a\r\nb\r\n"), "a\nb\n", "x\na\nb\n", Buffer.from("x\r\na\r\nb\r\n"));
  check("mixed line ends", Buffer.from("a\r\nb\n"), "a\r\nb\n", "a\r\nc\n", Buffer.from("a\r\nc\n"));
  check("a byte order mark", Buffer.from("\uFEFFa\n"), "a\n", "b\n", Buffer.from("\uFEFFb\n"));
  check("UTF-16, little end first", wide("ä\r\nb"), "ä\nb", "ä\nc", wide("ä\r\nc"));
  check("UTF-16, big end first", wide("ä").swap16(), "ä", "ö", wide("ö").swap16());
  check("an empty file", Buffer.from(""), "", "text", Buffer.from("text"));

  const refuse = (name: string, make: (path: string) => Promise<unknown>, code: string) =>
    it(`refuses to read ${name}`, async () => {
      const path = at(`refused-${name}`);
      await make(path);
      await assert.rejects(editor.read(path, never), { name: "BooError", code });
    });
  refuse("nothing", async () => {}, "file-missing");
  refuse("a binary", (path) => writeFile(path, Buffer.from("a\0b")), "file-binary");
  refuse(
    "an unknown encoding",
    (path) => writeFile(path, Buffer.from([0x67, 0xfc, 0x6e])),
    "file-unreadable",
  );
  refuse("a huge file", (path) => writeFile(path, Buffer.alloc(21 * 1024 * 1024, 97)), "file-huge");
  refuse("a folder", (path) => import("node:fs/promises").then(({ mkdir }) => mkdir(path)), "not-a-file");

  it("creates files with their folders, once", async () => {
    await editor.write(at("new/deep/file.txt"), "text", undefined, never);
    assert.equal(await readFile(at("new/deep/file.txt"), "utf8"), "text");
    await assert.rejects(editor.write(at("new/deep/file.txt"), "other", undefined, never), {
      code: "file-changed",
    });
    await editor.remove(at("new/deep/file.txt"));
    assert.deepEqual(await readdir(at("new/deep")), []);
  });

  it("refuses to write over what the caller did not see", async () => {
    await writeFile(at("seen.txt"), "theirs");
    await assert.rejects(editor.write(at("seen.txt"), "mine", "old", never), { code: "file-changed" });
    await assert.rejects(editor.write(at("gone.txt"), "mine", "old", never), { code: "file-missing" });
    assert.equal(await readFile(at("seen.txt"), "utf8"), "theirs");
  });

  it("keeps mode and links, and leaves nothing beside", async () => {
    await writeFile(at("script.sh"), "one");
    await chmod(at("script.sh"), 0o755);
    await symlink("script.sh", at("link.sh"));
    const before = await readdir(root);
    const target = { real: at("script.sh"), links: 1 };
    await editor.write(at("link.sh"), "two", "one", never, target);
    await assert.rejects(editor.write(at("link.sh"), "three", "two", never), { code: "path-changed" });
    assert.equal((await stat(at("script.sh"))).mode & 0o777, 0o755);
    assert.equal(await readFile(at("script.sh"), "utf8"), "two");
    assert.deepEqual(await readdir(root), before);
  });

  it("reads files that have no size", async () => {
    assert.match((await editor.read(`/proc/${process.pid}/status`, never)).text, /^Name:/);
  });

  it("leaves files with several names alone, unless that is allowed", async () => {
    await writeFile(at("many.txt"), "one");
    await link(at("many.txt"), at("other.txt"));
    await assert.rejects(editor.read(at("many.txt"), never), { code: "hard-links" });
    await assert.rejects(editor.write(at("many.txt"), "two", "one", never), { code: "path-changed" });
    await editor.write(at("many.txt"), "two", "one", never, { real: at("many.txt"), links: 2 });
    assert.equal(await readFile(at("other.txt"), "utf8"), "one");
  });

  it("does nothing once aborted", async () => {
    await writeFile(at("kept.txt"), "kept");
    await assert.rejects(editor.write(at("kept.txt"), "lost", "kept", AbortSignal.abort()), {
      name: "AbortError",
    });
    assert.equal(await readFile(at("kept.txt"), "utf8"), "kept");
  });

  it("has no diagnostics and says so", () =>
    assert.deepEqual([noCodeIntel.isAvailable, noCodeIntel.diagnostics()], [false, []]));
});

describe("system clock", () => {
  const clock = createSystemClock();
  it("tells the time in milliseconds with fractions", () =>
    assert.ok(Math.abs(clock.now() - Date.now()) < 60));
  it("rejects a sleep that is aborted", () =>
    assert.rejects(clock.sleep(60_000, AbortSignal.abort()), { name: "AbortError" }));
});
