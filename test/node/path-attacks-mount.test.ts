import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { boundBelow, parseMounts, sourceOf } from "#node/mounts.ts";
import type { MountAttack, MountOutcome } from "../support/mount-attack.ts";

const denied = "denied: The user said no.";
const rows: (MountAttack & MountOutcome)[] = [
  {
    ...{ from: "out", to: "ws/mounted", tool: "read_file", input: { path: "mounted/secret.txt" } },
    ...{ told: denied, asked: ["read file out/secret.txt"] },
  },
  {
    ...{ from: "out/secret.txt", to: "ws/mounted.txt", tool: "read_file", input: { path: "mounted.txt" } },
    ...{ told: denied, asked: ["read file out/secret.txt"] },
  },
  {
    ...{ from: "out", to: "ws/mounted", tool: "write_file" },
    ...{ input: { path: "mounted/new.txt", content: "x" } },
    ...{ told: denied, asked: ["write missing out/new.txt"] },
  },
  {
    ...{ from: "out", to: "ws/mounted", tool: "edit_file" },
    ...{ input: { path: "mounted/a.txt", old: "SECRET", new: "x" } },
    ...{ told: denied, asked: ["write file out/a.txt"] },
  },
  {
    ...{ from: "out", to: "ws/mounted", tool: "list_files", input: {} },
    ...{ told: "a.txt, mounted.txt\nsrc/: b.txt\nsrc/deep/: c.txt", asked: [] },
  },
  {
    ...{ from: "out", to: "ws/mounted", tool: "list_files", input: { path: "mounted" } },
    ...{ told: denied, asked: ["read directory out"] },
  },
  {
    ...{ from: "out", to: "ws/mounted", tool: "search", input: { pattern: "SECRET|inside$" } },
    ...{ told: "a.txt\n1: inside", asked: [] },
  },
  {
    ...{ from: "ws/src", to: "ws/mounted", tool: "read_file", input: { path: "mounted/b.txt" } },
    ...{ told: "inside too\n", asked: [] },
  },
  {
    ...{ from: "ws", to: "ws", tool: "read_file", input: { path: "src/b.txt" } },
    ...{ told: "inside too\n", asked: [] },
  },
];

// Mounting is for the system's owner; where a process may be its own, it may mount in its own world.
const owner = ["--map-root-user", "--mount"];
const mayMount = process.platform === "linux" && spawnSync("unshare", [...owner, "true"]).status === 0;

if (mayMount)
  describe("path attacks: what is mounted", () => {
    const outcomes: MountOutcome[] = [];
    before(function () {
      this.timeout(60_000);
      const script = fileURLToPath(new URL("../support/mount-attack.ts", import.meta.url));
      const { stdout, stderr } = spawnSync("unshare", [...owner, process.execPath, script], {
        input: JSON.stringify(rows),
        encoding: "utf8",
      });
      assert.ok(stdout, stderr);
      outcomes.push(...(JSON.parse(stdout) as MountOutcome[]));
    });
    for (const [index, { tool, input, from, to, told, asked }] of rows.entries())
      it(`${tool} ${JSON.stringify(input)} where ${to} is ${from}`, () =>
        assert.deepEqual(outcomes[index], { told, asked }));
  });

describe("mounts", () => {
  const mounts = parseMounts(
    [
      "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw",
      "30 27 254:0 /srv/data /work/ws/data rw - ext4 /dev/vda rw",
      "31 27 254:0 /work/ws/src /work/ws/copy rw shared:1 - ext4 /dev/vda rw",
      "32 27 0:40 / /work/ws/scratch rw - tmpfs tmpfs rw",
      "33 27 254:0 /srv/a\\040b /work/ws/c\\040d rw - ext4 /dev/vda rw",
      "34 27 8:1 /volumes/modules /work/ws/node_modules rw - ext4 /dev/sda rw",
      "35 27 254:0 /home /mnt/home rw - ext4 /dev/vda rw",
      "36 27 0:41 / /srv/hidden rw - tmpfs tmpfs rw",
      "37 27 254:0 /srv/hidden /work/ws/hidden rw - ext4 /dev/vda rw",
      "",
    ].join("\n"),
  );
  const check = (path: string, expected: string | undefined, folder = "/work/ws") =>
    it(`${path} in ${folder} comes from ${expected}`, () =>
      assert.equal(sourceOf(mounts, folder, path), expected));
  check("/work/ws/a.txt", undefined);
  check("/work/ws/data", "/srv/data");
  check("/work/ws/data/x/y.txt", "/srv/data/x/y.txt");
  check("/work/ws/database/y.txt", undefined);
  check("/work/ws/copy/y.txt", "/work/ws/src/y.txt");
  check("/work/ws/scratch/y.txt", undefined);
  check("/work/ws/c d/y.txt", "/srv/a b/y.txt");
  check("/work/ws/node_modules/x", undefined);
  // What another mount lies over can be seen in one place only.
  check("/work/ws/hidden/x", undefined);
  check("/mnt/home/me/ws/a.txt", undefined, "/mnt/home/me/ws");
  it("are not entered where they show what lies outside", () =>
    assert.deepEqual(boundBelow(mounts, "/work/ws"), ["data", "c d"]));
});
