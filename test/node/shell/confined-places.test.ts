import assert from "node:assert/strict";
import { existsSync, readdirSync, symlinkSync, chmodSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { World } from "./world.ts";

describe("shell: the network of a confined command", () => {
  let world: World;
  let server: Server;
  let connections = 0;
  let port = 0;
  before(async () => {
    world = new World();
    server = createServer((socket) => {
      connections += 1;
      socket.end("hello\n");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    port = typeof address === "object" && address !== null ? address.port : 0;
  });
  after(async () => {
    server.close();
    await world[Symbol.asyncDispose]();
  });

  it("is none, which is told, and is there after the grant", async () => {
    const line = `cat < /dev/tcp/127.0.0.1/${port}`;
    const first = await world.run(line, await world.confined());
    assert.deepEqual(
      [first.exitCode, first.refusals, connections],
      [1, [{ operation: "network", host: "127.0.0.1" }], 0],
      first.text,
    );
    const second = await world.run(line, await world.confined({ hasNetwork: true }));
    assert.deepEqual([second.text, second.refusals, connections], ["hello\n", [], 1]);
  });

  it("is its own, so that tests can talk to servers of theirs", async () => {
    const line = `/usr/bin/python3 -c "
import socket
server = socket.create_server(('127.0.0.1', ${port}))
client = socket.create_connection(('127.0.0.1', ${port}))
server.accept()[0].sendall(b'own')
print(client.recv(9).decode())"`;
    const { text, refusals } = await world.run(line, await world.confined());
    assert.deepEqual([text, refusals], ["own\n", []]);
  });

  it("tells which host was wanted", async () => {
    const { refusals, text } = await world.run("curl -sS http://host.invalid/", await world.confined());
    assert.deepEqual(refusals, [{ operation: "network", host: "host.invalid" }], text);
  });
});

describe("shell: odd places of a workspace", () => {
  it("reached through a link", async () => {
    await using world = new World();
    world.file("real/project/file", "text\n");
    const link = join(world.root, "link");
    symlinkSync(join(world.root, "real"), link);
    const leave = { writable: [join(link, "project")] };
    const folder = join(world.root, "real/project");
    const line = `cat file ${link}/project/file && echo new > ${link}/project/new`;
    const { text, exitCode } = await world.run(line, { ...(await world.confined(leave)), folder });
    assert.deepEqual([text, exitCode], ["text\ntext\n", 0]);
    assert.ok(existsSync(join(folder, "new")));
  });

  it("the whole disk", async () => {
    await using world = new World();
    const leave = await world.confined({ writable: ["/"], readOnly: [join(world.workspace, ".vscode")] });
    const line = `echo new > ${world.root}/new && ls /home > /dev/null; mkdir .vscode; touch /usr/x; cat /etc/shadow; ls /run/* && echo SEEN; ls /proc | grep -c '^[0-9]'`;
    const { text, refusals } = await world.run(`${line}; exit 1`, leave);
    assert.ok(existsSync(join(world.root, "new")), text);
    assert.deepEqual(
      refusals.map((one) => one.operation !== "network" && one.path),
      [join(world.workspace, ".vscode"), "/usr/x", "/etc/shadow"],
      text,
    );
    assert.doesNotMatch(text, /SEEN/);
    assert.match(text, /\n\d\n$/);
    assert.equal(existsSync(join(world.workspace, ".vscode")), false);
  });

  it("one in another", async () => {
    await using world = new World();
    const inner = join(world.workspace, "inner");
    world.file("home/project/inner/.git/config", "original\n");
    const leave = { writable: [world.workspace, inner], readOnly: [join(inner, ".git")] };
    const { text } = await world.run(
      "echo x > inner/y; echo x > z; mv inner/.git inner/g; cat inner/y z",
      await world.confined(leave),
    );
    assert.match(text, /busy.*\nx\nx\n/s);
  });

  it("in a home that may be read, and stays as it is", async () => {
    await using world = new World();
    world.file("home/notes", "text\n");
    world.file("home/.ssh/id", "SECRET\n");
    const leave = await world.confined({ readable: [world.home] });
    const { text, exitCode } = await world.run("cat ../notes && echo x > y && ! cat ../.ssh/id", leave);
    assert.equal(exitCode, 0, text);
    assert.doesNotMatch(text, /SECRET/);
    assert.deepEqual(readdirSync(world.home).toSorted(), [".ssh", "notes", "project"]);
  });

  it("a folder that a command may not see", async () => {
    await using world = new World();
    world.file("outside/x");
    const folder = join(world.root, "outside");
    const end = await world.run("true", { ...(await world.confined()), folder });
    assert.equal(end.cause, "not-started");
    assert.match(end.problem ?? "", /not among what a confined command may see/);
  });

  it("one that the user can not write", async () => {
    await using world = new World();
    const locked = join(world.workspace, "locked");
    world.file("home/project/locked/file", "text\n");
    chmodSync(locked, 0o555);
    const leave = await world.confined({ readOnly: [join(locked, ".vscode")] });
    const { exitCode, text } = await world.run("cat locked/file", leave);
    chmodSync(locked, 0o755);
    assert.deepEqual([exitCode, text], [0, "text\n"]);
    assert.deepEqual(readdirSync(locked), ["file"]);
  });
});
