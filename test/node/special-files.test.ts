import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createFiles } from "#node/files.ts";
import { createPlainEditor } from "#node/plain-editor.ts";
import { fakePorts, tellModel } from "../support/fake-ports.ts";

// Windows has no pipes in folders.
if (process.platform !== "win32")
  describe("what is neither file nor folder", () => {
    const root = mkdtempSync(join(tmpdir(), "boocode-special-"));
    mkdirSync(join(root, "folder"));
    execFileSync("mkfifo", [join(root, "pipe")]);
    after(() => rmSync(root, { recursive: true }));

    const folders = [{ name: "project", path: root }];
    const ports = {
      ...fakePorts({ folders }),
      editor: createPlainEditor(folders),
      files: createFiles({ ripgrep: undefined }),
    };
    const check = (tool: string, input: object, expected: RegExp) =>
      it(`${tool} ${JSON.stringify(input)}`, async () => {
        assert.match(await tellModel(ports, tool, input), expected);
      });

    const isPipe =
      /^not-a-file: "pipe" is a device, a pipe or a socket, not a file: there is no text in it\.$/;
    check("read_file", { path: "pipe" }, isPipe);
    check("edit_file", { path: "pipe", old: "a", new: "b" }, isPipe);
    check("write_file", { path: "pipe", content: "a" }, isPipe);
    check("read_file", { path: "folder" }, /^not-a-file: "folder" is a directory\./);
    check("search", { pattern: "x", path: "pipe" }, /^not-a-file/);
    check("search", { pattern: "x" }, /^no matches/);
    check("list_files", { path: "pipe" }, /^pipe$/);
  });
