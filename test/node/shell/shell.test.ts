import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { openStore } from "#node/store/store.ts";
import { never, until, World } from "./world.ts";

const isHere = (command: { readonly text: string }, text: string) => assert.equal(command.text, text);

describe("shell: a command", () => {
  let world: World;
  before(() => (world = new World()));
  after(() => world[Symbol.asyncDispose]());

  const ends = (line: string, text: string, exitCode = 0) =>
    it(line, async () => {
      const { cause, refusals, ...ran } = await world.run(line);
      assert.deepEqual([ran.text, ran.exitCode, cause, refusals], [text, exitCode, "exit", []]);
      assert.equal(ran.bytes, Buffer.byteLength(text));
      assert.ok(ran.durationMs > 0);
    });
  ends("true", "");
  ends("echo hello; exit 7", "hello\n", 7);
  ends("echo out; echo err >&2; echo out again", "out\nerr\nout again\n");
  ends("echo a > /dev/stderr; echo b > /dev/stdout; echo c | tee /dev/stderr", "a\nb\nc\nc\n");
  ends("cat; echo nobody types", "nobody types\n");
  ends("no-such-command 2>/dev/null", "", 127);
  ends("echo ${BASH_VERSION:+bash}; shopt -q login_shell || echo no login", "bash\nno login\n");
  ends("printf 'no line end'", "no line end");
  ends("sh -c 'echo $PPID' | grep -qx $$ && echo directly", "directly\n");

  it("keeps the order of both outputs", async () => {
    const { text } = await world.run("for i in {1..500}; do echo out $i; echo err $i >&2; done");
    const expected = Array.from({ length: 500 }, (_, i) => `out ${i + 1}\nerr ${i + 1}\n`).join("");
    assert.equal(text, expected);
  });

  it("has no terminal, and leads a session of its own", async () => {
    const { text } = await world.run(
      "cat < /dev/tty; ps -o sid= -p $$ | tr -d ' ' | grep -qx $$ && echo leads",
    );
    assert.match(text, /tty: No such device.*\nleads\n$/s);
  });

  it("tells the signal that ended it", async () => {
    const { exitCode, signal, cause } = await world.run("kill -SEGV $$");
    assert.deepEqual([exitCode, signal, cause], [undefined, "SIGSEGV", "exit"]);
  });

  it("reads no start-up file", async () => {
    for (const name of [".bashrc", ".bash_profile", ".profile"]) world.file(`home/${name}`, "echo started\n");
    const environment = world.file("home/environment", "echo started\n");
    const variables = { HOME: world.home, BASH_ENV: environment, ENV: environment };
    await using other = new World({ environment: { ...process.env, ...variables } });
    isHere(await other.run("echo clean"), "clean\n");
  });

  it("sees its own variables, and not those that are hidden from it", async () => {
    await using other = new World({ environment: { ...process.env, API_KEY: "sk-1", OTHER: "kept" } });
    const more = { variables: { MINE: "yes" }, hiddenVariables: ["API_KEY"] };
    isHere(await other.run("echo $MINE $OTHER ${API_KEY-hidden}", more), "yes kept hidden\n");
  });

  it("runs in the folder it is given", async () => {
    world.file("home/project/sub folder/x");
    const folder = join(world.workspace, "sub folder");
    isHere(await world.run("pwd; ls", { folder }), `${folder}\nx\n`);
  });
});

describe("shell: a command that can not start", () => {
  let world: World;
  before(() => (world = new World()));
  after(() => world[Symbol.asyncDispose]());

  const fails = (name: string, problem: RegExp, run: () => ReturnType<World["run"]>) =>
    it(`says why: ${name}`, async () => {
      const end = await run();
      assert.equal(end.cause, "not-started");
      assert.match(end.problem ?? "", problem);
      assert.equal(end.exitCode, undefined);
    });
  fails("no folder", /\/gone does not exist/, () => world.run("true", { folder: join(world.root, "gone") }));
  fails("a file for a folder", /is not a folder/, () =>
    world.run("true", { folder: world.file("home/a-file") }),
  );
  fails("a line too long for the system", /E2BIG/, () => world.run(`: ${"x".repeat(200_000)}`));
  fails("no shell", /no no-such-shell here/, async () => {
    await using other = new World({ shells: ["no-such-shell"] });
    return await other.run("true");
  });
  fails("a store that can not be written", /ENOTDIR/, async () => {
    await using other = new World();
    writeFileSync(other.store, "");
    return await other.run("true");
  });

  it("leaves nothing open or behind", async () => {
    const descriptors = () => readdirSync("/proc/self/fd").length;
    await world.run("true");
    const before = descriptors();
    for (let n = 0; n < 5; n++) await world.run(`: ${"x".repeat(200_000)}`);
    assert.equal(descriptors(), before);
    const [host = ""] = readdirSync(join(world.store, "commands"));
    const left = readdirSync(join(world.store, "commands", host)).filter((name) =>
      /\.(out|call)$/.test(name),
    );
    assert.deepEqual(left, []);
  });

  it("takes sh where there is no bash", async () => {
    await using other = new World({ shells: ["no-such-shell", "sh"] });
    isHere(await other.run("echo ${BASH_VERSION:-plain}"), "plain\n");
  });

  it("rejects with the reason of a signal that was aborted before", async () => {
    const reason = new Error("thought better of it");
    await assert.rejects(world.shell.start(world.spec("true"), AbortSignal.abort(reason)), reason);
    const stop = new AbortController();
    const starting = world.shell.start(world.spec("touch ran"), stop.signal);
    stop.abort(reason);
    await assert.rejects(starting, reason);
    assert.equal(existsSync(join(world.workspace, "ran")), false);
  });
});

describe("shell: output", () => {
  let world: World;
  before(() => (world = new World()));
  after(() => world[Symbol.asyncDispose]());

  it("is told while it comes, and its end is", async () => {
    const heard: string[] = [];
    await using command = await world.start("echo first; until [ -e go ]; do sleep 0.01; done; printf last");
    const stopHearing = command.onOutput((text) => heard.push(text));
    await until(() => heard.join("") === "first\n");
    assert.deepEqual([command.end, command.bytes, await command.read(0, 100)], [undefined, 6, "first\n"]);
    writeFileSync(join(world.workspace, "go"), "");
    assert.equal((await command.ended).exitCode, 0);
    assert.equal(heard.join(""), "first\nlast");
    stopHearing();
  });

  it("is told ten times a second at most, in 8 KB at most", async () => {
    const heard: { readonly at: number; readonly text: string }[] = [];
    await using command = await world.start(
      "for i in {1..60}; do printf '%05000d→' $i; sleep 0.01; done; echo END",
    );
    command.onOutput((text) => heard.push({ at: performance.now(), text }));
    await command.ended;
    assert.ok(heard.length < 30 && heard.length > 3, `${heard.length} times`);
    assert.ok(heard.every(({ text }) => Buffer.byteLength(text) <= 8 * 1024 && !text.includes("\uFFFD")));
    assert.match(heard.map(({ text }) => text).join(""), /60→END\n$/);
    // All but the last, which tells the end; a timer may be a millisecond early, and who is told late is told sooner after it.
    const times = heard.slice(0, -1).map(({ at }) => at);
    const lasted = (times.at(-1) ?? 0) - (times[0] ?? 0);
    assert.ok(times.length <= lasted / 99 + 2, `${times.length} times in ${lasted} ms`);
  });

  it("is read in parts that break no character", async () => {
    await using command = await world.start("for i in {1..300}; do printf 'grüße → 😀\\n'; done");
    const { bytes } = await command.ended;
    const whole = "grüße → 😀\n".repeat(300);
    for (const length of [1, 7, 1_000]) {
      let text = "";
      for (let offset = 0; offset < bytes; offset += length) text += await command.read(offset, length);
      assert.equal(text, whole);
    }
    assert.deepEqual([await command.read(bytes, 10), await command.read(bytes + 9, 10)], ["", ""]);
  });

  it("never holds a secret, however it is written", async () => {
    const secret = "sk-0123456789-grüße";
    const line =
      "printf 'a sk-0123'; sleep 0.2; printf '456789-gr\\xc3'; sleep 0.2; printf '\\xbc\\xc3\\x9fe b'";
    await using command = await world.start(line, { secrets: [secret, "unused"] });
    let heard = "";
    command.onOutput((text) => (heard += text));
    await command.ended;
    assert.equal(await command.read(0, 100), "a [secret] b");
    assert.equal(heard, "a [secret] b");
  });

  it("is kept apart by its two ends, too, where that is wanted", async () => {
    const secret = "sk-0123456789";
    const line =
      "printf 'a sk-012'; sleep 0.1; printf 'oh \\xc3' >&2; sleep 0.1; printf '3456789 b'; printf '\\xbc' >&2; sh -c 'echo c; echo no >&2'";
    await using command = await world.start(line, { secrets: [secret], streamBytes: 14 });
    await command.ended;
    assert.deepEqual(command.takeStreams?.(), { stdout: "a [secret] bc\n", stderr: "oh üno\n" });
    const all = await command.read(0, 100);
    assert.equal(all.length, "a [secret] bc\noh üno\n".length);
    assert.ok(!all.includes("sk-"));
    await using much = await world.start("seq 100000; seq 7 >&2", { streamBytes: 14 });
    const { bytes } = await much.ended;
    assert.deepEqual(much.takeStreams?.(), {
      stdout: "1\n2\n3\n4\n5\n6\n7\n",
      stderr: "1\n2\n3\n4\n5\n6\n7\n",
    });
    assert.equal(bytes, 588_895 + 14);
    assert.equal((await world.run("echo a; echo b >&2")).text, "a\nb\n");
  });

  it("is kept among the blobs, where it reads as it was hashed", async () => {
    const store = openStore({ directory: world.store, log: { info() {}, warn() {}, error() {} } });
    await using command = await world.start("printf 'ok \\xff\\xfe gr\\xc3\\xbc\\xc3'; echo; seq 1 100000");
    const { bytes } = await command.ended;
    const hash = await command.keep();
    assert.ok(hash);
    const text = (await store.readBlob(hash)) ?? "";
    assert.equal(text.slice(0, 12), "ok \uFFFD\uFFFD grü\uFFFD\n1");
    assert.equal(createHash("sha256").update(text).digest("hex"), hash);
    assert.deepEqual([Buffer.byteLength(text), await command.read(0, bytes)], [bytes, text]);
    assert.equal(await store.readBlobRange(hash, bytes - 7, 7), "100000\n");
    assert.equal(await command.keep(), hash);
    await command[Symbol.asyncDispose]();
    assert.equal(await store.readBlob(hash), text);
    await store.close();
  });

  it("is hashed anew where the process that does it was killed over it", async () => {
    const numbers = "seq 1 900000";
    await using command = await world.start(`${numbers}; until [ -e go ]; do sleep 0.01; done`);
    const hashing = (): readonly number[] =>
      spawnSync("pgrep", ["-P", String(process.pid), "-f", "hash-process"], { encoding: "utf8" })
        .stdout.split("\n")
        .filter((id) => id !== "")
        .map(Number);
    await until(() => hashing().length === 1);
    const [first = 0] = hashing();
    process.kill(first, "SIGSTOP");
    world.file("home/project/go");
    await command.ended;
    const kept = command.keep();
    process.kill(first, "SIGKILL");
    const expected = createHash("sha256").update(spawnSync("sh", ["-c", numbers], { maxBuffer: 1e8 }).stdout);
    assert.equal(await kept, expected.digest("hex"));
    await until(() => hashing().length === 0);
  });

  it("is hashed by the host where no process can be started for it", async () => {
    const numbers = "seq 1 900000";
    const { execPath } = process;
    process.execPath = "/nowhere/node";
    try {
      await using command = await world.start(numbers);
      const { cause } = await command.ended;
      const expected = createHash("sha256").update(
        spawnSync("sh", ["-c", numbers], { maxBuffer: 1e8 }).stdout,
      );
      assert.deepEqual([cause, await command.keep()], ["exit", expected.digest("hex")]);
    } finally {
      process.execPath = execPath;
    }
  });

  it("is for the user's eyes only, and gone if nobody keeps it", async () => {
    const command = await world.start("echo private");
    await command.ended;
    const [host = ""] = readdirSync(join(world.store, "commands"));
    const file = join(world.store, "commands", host, `${command.id}.out`);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    await command[Symbol.asyncDispose]();
    assert.equal(existsSync(file), false);
  });

  it("gives no hash where there was none", async () => {
    await using command = await world.start("true");
    assert.equal(await command.keep(), undefined);
  });

  it("ends a command that says too much", async () => {
    await using other = new World({ outputLimit: 100_001 });
    const end = await other.run("while :; do printf '→→→→'; done");
    assert.deepEqual([end.cause, end.bytes, end.text.length], ["output-limit", 99_999, 33_333]);
    assert.match(end.problem ?? "", /more than/);
  });

  it("tells a question that nobody answers, while it waits and when it has ended", async () => {
    const line = "printf 'Really go on? [y/N] '; until [ -e answered ]; do sleep 0.01; done";
    await using command = await world.start(line);
    await until(() => command.prompt !== undefined);
    assert.equal(command.prompt, "Really go on? [y/N]");
    writeFileSync(join(world.workspace, "answered"), "");
    assert.equal((await command.ended).prompt, "Really go on? [y/N]");
    assert.equal((await world.run("echo fine")).prompt, undefined);
  });
});

describe("shell: folders", () => {
  let world: World;
  before(() => (world = new World()));
  after(() => world[Symbol.asyncDispose]());

  it("of a session: its own, also for a name that is no name", async () => {
    const own = await world.shell.temporaryFolder("session-1");
    assert.deepEqual([own, statSync(own).mode & 0o777], [join(world.store, "temporary/session-1"), 0o700]);
    const odd = await world.shell.temporaryFolder("../../../etc");
    assert.match(odd, /\/store\/temporary\/[0-9a-f]{64}$/);
  });

  it("of tools: those of the search path and of known tool chains, nothing that holds keys", async () => {
    for (const file of [
      ".nvm/x",
      ".cargo/bin/x",
      ".ssh/id",
      ".docker/bin/x",
      "node-1/bin/node",
      "node-1/lib/x",
      "bin/x",
    ])
      world.file(`home/${file}`);
    symlinkSync(join(world.root, "home/.nvm"), join(world.home, ".volta"));
    world.file("elsewhere/volta/bin/x");
    const path = ["node-1/bin", ".docker/bin", "../elsewhere/volta/bin", "."].map((name) =>
      join(world.home, name),
    );
    await using other = new World({
      home: world.home,
      environment: { PATH: ["/usr/bin", "", "relative", ...path, world.home, "/"].join(":") },
    });
    const found = await other.shell.toolFolders();
    assert.deepEqual(
      found,
      [".cargo/bin", ".nvm", "bin", "node-1"]
        .map((name) => join(world.home, name))
        .concat(join(world.root, "elsewhere/volta/bin"))
        .toSorted(),
    );
  });

  it("are not made before something is asked", async () => {
    await using other = new World();
    assert.equal(existsSync(other.store), false);
    assert.equal(never.aborted, false);
  });
});
