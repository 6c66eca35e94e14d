import assert from "node:assert/strict";
import type { Refusal } from "#core/shell-ports.ts";
import type { Sight } from "#node/shell/confined-view.ts";
import { findRefusals, type RefusalContext } from "#node/shell/refusals.ts";

const folder = "/home/user/project";

const sights: readonly (readonly [string, Sight])[] = [
  [`${folder}/.vscode`, "closed"],
  [`${folder}/boocode.yaml`, "closed"],
  [`${folder}/.git`, "readable"],
  [folder, "writable"],
  ["/home/user/granted/config.json", "writable"],
  ["/tmp", "writable"],
  ["/etc/shadow", "hidden"],
  ["/etc", "readable"],
  ["/usr", "readable"],
  ["/bin", "readable"],
];

const outside = new Set(["/etc/shadow", "/home/user/notes.txt", "/home/user/other", "/home/user", "/home"]);

const context: RefusalContext = {
  line: "some command",
  folder,
  exitCode: 1,
  hasNetwork: false,
  sightOf: (path) => sights.find(([top]) => path === top || path.startsWith(`${top}/`))?.[1] ?? "hidden",
  isSeen: (path) => sights.some(([top, sight]) => sight === "writable" && path.startsWith(top)),
  isHeld: (path) => sights.some(([top]) => top === path || top.startsWith(`${path}/`)),
  writable: ["/home/user/granted/config.json"],
  exists: (path) => outside.has(path),
  realPath: (path) => (path === `${folder}/link` ? "/home/user/notes.txt" : path),
  home: "/home/user",
  listens: (port) => port === 4321,
};

function check(output: string, expected: readonly string[], more: Partial<RefusalContext> = {}): void {
  it(output.slice(0, 100).split("\n")[0] ?? "", () => {
    const told = findRefusals(output, { ...context, ...more }).map((one: Refusal) =>
      one.operation === "network" ? `network ${one.host ?? "?"}` : `${one.operation} ${one.path}`,
    );
    assert.deepEqual(told, expected);
  });
}

describe("shell: a write that was refused", () => {
  check("touch: cannot touch '/etc/x': Read-only file system", ["write /etc/x"]);
  check("touch: cannot touch ‘/home/user/x’: Read-only file system", ["write /home/user/x"]);
  check("mkdir: cannot create directory '/opt': Read-only file system", ["write /opt"]);
  check("mv: cannot move 'a' to '/home/user/a': Read-only file system", ["write /home/user/a"]);
  check("/bin/bash: line 1: /etc/motd: Read-only file system", ["write /etc/motd"]);
  check("/bin/bash: line 1: .vscode/settings.json: Read-only file system", [
    `write ${folder}/.vscode/settings.json`,
  ]);
  check("sh: 1: cannot create /etc/motd: Read-only file system", ["write /etc/motd"]);
  check("Error: EROFS: read-only file system, open '/home/user/out.txt'", ["write /home/user/out.txt"]);
  check("Error: EROFS: read-only file system, rename 'a' -> '/home/user/b'", ["write /home/user/b"]);
  check("OSError: [Errno 30] Read-only file system: '/usr/lib/x'", ["write /usr/lib/x"]);
  check("npm error rofs EROFS: read-only file system, mkdir '/home/user/.nvm/lib'", [
    "write /home/user/.nvm/lib",
  ]);
  check(`fatal: Unable to create '${folder}/.git/index.lock': Read-only file system`, [
    `write ${folder}/.git/index.lock`,
  ]);
  check("error: could not lock config file .git/config: Read-only file system", [
    `write ${folder}/.git/config`,
  ]);
  check("error: could not lock config file /home/user/.gitconfig: Read-only file system", [
    "write /home/user/.gitconfig",
  ]);
  check("open /home/user/go/x: read-only file system", ["write /home/user/go/x"]);
  check("java.io.FileNotFoundException: /home/user/log.txt (Read-only file system)", [
    "write /home/user/log.txt",
  ]);
  check("Read-only file system @ rb_sysopen - /home/user/x (Errno::EROFS)", ["write /home/user/x"]);
  check("sed: couldn't open temporary file /etc/sedZ8: Read-only file system", ["write /etc/sedZ8"]);
  check("tee: /etc/x: Read-only file system", ["write /etc/x"]);
  check("tar: x: Cannot open: Read-only file system", ["write /home/user/x"], { line: "cd ..; tar xf a" });
  check("touch: cannot touch 'x': Read-only file system", ["write /usr/x"], { line: "cd /usr && touch x" });
  check("touch: cannot touch 'x': Read-only file system", []);
  check("sed: couldn't open temporary file /home/user/granted/sedQ: Read-only file system", [
    "write /home/user/granted",
  ]);
  check("mkdir: cannot create directory '.vscode': File exists", [`write ${folder}/.vscode`]);
  check("bash: line 1: boocode.yaml: Is a directory", [`write ${folder}/boocode.yaml`]);
  check("rm: cannot remove '.vscode': Device or resource busy", [`write ${folder}/.vscode`]);
  check("mv: cannot move '.git' to 'x': Device or resource busy", [`write ${folder}/.git`]);
  check("mkdir: cannot create directory 'src': File exists", []);
  check("cp: cannot create regular file '/home/user/new.txt': No such file or directory", [
    "write /home/user/new.txt",
  ]);
  check("bash: line 1: /home/user/new.txt: No such file or directory", ["write /home/user/new.txt"], {
    line: "echo hello > /home/user/new.txt",
  });
});

describe("shell: a read that was refused", () => {
  check("cat: /home/user/notes.txt: No such file or directory", ["read /home/user/notes.txt"]);
  check("cat: ../notes.txt: No such file or directory", ["read /home/user/notes.txt"]);
  check("ls: cannot access '/home/user/other': No such file or directory", ["read /home/user/other"]);
  check("cat: /etc/shadow: Permission denied", ["read /etc/shadow"]);
  check("Error: EACCES: permission denied, open '/etc/shadow'", ["read /etc/shadow"]);
  check("FileNotFoundError: [Errno 2] No such file or directory: '/home/user/notes.txt'", [
    "read /home/user/notes.txt",
  ]);
  check("Error: ENOENT: no such file or directory, open '/home/user/notes.txt'", [
    "read /home/user/notes.txt",
  ]);
  check("bash: line 1: cd: /home/user/other: No such file or directory", ["read /home/user/other"]);
  check("cat: link: No such file or directory", ["read /home/user/notes.txt"]);
  check("cat: missing.txt: No such file or directory", []);
  check("cat: /home/user/never-there: No such file or directory", []);
  check("cat: /etc/passwords: No such file or directory", []);
  check("bash: line 1: foo: command not found", []);
});

describe("shell: a connection that was refused", () => {
  check("curl: (6) Could not resolve host: example.com", ["network example.com"]);
  check("fatal: unable to access 'https://example.com/x/': Could not resolve host: example.com", [
    "network example.com",
  ]);
  check("ssh: Could not resolve hostname example.com: Temporary failure in name resolution", [
    "network example.com",
  ]);
  check("wget: unable to resolve host address ‘example.com’", ["network example.com"]);
  check("Temporary failure resolving 'deb.example.org'", ["network deb.example.org"]);
  check("Error: getaddrinfo EAI_AGAIN example.com", ["network example.com"]);
  check(
    "npm error request to https://npm.example.com/x failed, reason: getaddrinfo EAI_AGAIN npm.example.com",
    ["network npm.example.com"],
  );
  check("Error: connect ENETUNREACH 192.0.2.1:443 - Local (0.0.0.0:0)", ["network 192.0.2.1"]);
  check(
    "HTTPSConnectionPool(host='example.com', port=443): Max retries exceeded with url: / (Caused by NameResolutionError(\"…: Failed to resolve 'example.com' ([Errno -3] Temporary failure in name resolution)\"))",
    ["network example.com"],
  );
  check(
    'Get "https://example.com/": dial tcp: lookup example.com on 127.0.0.53:53: dial udp 127.0.0.53:53: connect: network is unreachable',
    ["network example.com"],
  );
  check("dial tcp 192.0.2.1:443: connect: network is unreachable", ["network 192.0.2.1"]);
  check("java.net.UnknownHostException: example.com", ["network example.com"]);
  check("ping: example.com: Temporary failure in name resolution", ["network example.com"]);
  check("ping: connect: Network is unreachable", ["network ?"]);
  check("bash: connect: Network is unreachable\ncurl: (6) Could not resolve host: example.com", [
    "network example.com",
  ]);
  check("Error: connect ECONNREFUSED 127.0.0.1:4321", ["network 127.0.0.1"]);
  check("curl: (7) Failed to connect to localhost port 4321 after 0 ms: Couldn't connect to server", [
    "network localhost",
  ]);
  check("Error: connect ECONNREFUSED 127.0.0.1:9999", []);
  check("curl: (6) Could not resolve host: example.com", [], { hasNetwork: true });
});

describe("shell: what else was said", () => {
  check("\u001b[31mtouch: cannot touch '/etc/x': Read-only file system\u001b[0m", ["write /etc/x"]);
  check("a: '/etc/x': Read-only file system\nb: '/etc/x': Read-only file system", ["write /etc/x"]);
  const long = "fine\n".repeat(100);
  check(`tee: /etc/x: Read-only file system\n${long}`, ["write /etc/x"]);
  check(`tee: /etc/x: Read-only file system\n${long}`, [], { exitCode: 0 });
  check(`${long}npm error getaddrinfo EAI_AGAIN example.com\n`, ["network example.com"], { exitCode: 0 });
  it("at most twenty refusals", () => {
    const output = Array.from({ length: 99 }, (_, n) => `tee: /etc/${n}: Read-only file system`).join("\n");
    assert.equal(findRefusals(output, context).length, 20);
  });
  it("lines of any length", () => {
    findRefusals(
      `${"No such file or directory: 'a".repeat(100)} ${"x ".repeat(100_000)}\n`.repeat(3),
      context,
    );
    findRefusals(`${"network is unreachable ".repeat(150)}\n`.repeat(50), context);
  });
});
