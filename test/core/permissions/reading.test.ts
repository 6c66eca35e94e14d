import assert from "node:assert/strict";
import { parseLine } from "#core/permissions/command-line.ts";
import type { LineContext } from "#core/permissions/parsed-line.ts";
import { dangerIn } from "#core/permissions/programs/awk.ts";
import { isHarmlessScript } from "#core/permissions/programs/sed.ts";
import { judgeIn } from "../../support/judge-rows.ts";
import { judgeRequest } from "#core/permissions/judge-request.ts";
import { disk, worldWith } from "../../support/judge-world.ts";

const read = (line: string, change: Partial<LineContext> = {}) =>
  parseLine(line, { folder: "/ws", home: "/home/me", isWindows: false, dialect: "bash", ...change });

describe("reading command lines", () => {
  const words = (line: string): readonly string[] =>
    read(line).commands.map((command) => command.words.join(" "));

  it("finds every command, wherever it stands", () => {
    assert.deepEqual(words("a; b && c | d\ne & (f); { g; }"), ["a", "b", "c", "d", "e", "f", "g"]);
    assert.deepEqual(words("a $(b `c`) <(d)"), ["c", "b `c`", "d", "a $(b `c`) /dev/fd/63"]);
    assert.deepEqual(words("if a; then b; elif c; then d; else e; fi"), ["a", "b", "c", "d", "e"]);
    assert.deepEqual(words("while a; do b; done; until c; do d; done"), ["a", "b", "c", "d"]);
    assert.deepEqual(words("case $x in a) b;; c|d) e;; esac"), ["b", "e"]);
    assert.deepEqual(words("f() { a; }; f; g() { b; }"), ["f", "a", "b"]);
    assert.deepEqual(words("cat <<E\n$(a)\nE"), ["a", "cat"]);
    assert.deepEqual(words("trap 'a; b' EXIT"), ["trap a; b EXIT", "a", "b"]);
  });

  it("unwraps what starts others", () => {
    assert.deepEqual(words("env A=1 nohup timeout -k 1 5 nice -n 3 bash -lc 'a \"b c\"'").at(-1), "a b c");
    assert.deepEqual(words("find src -name x -exec a {} b \\;").at(-1), "a {} b");
    assert.deepEqual(words("echo x y | xargs -n1 a b").at(-1), "a b …");
    assert.deepEqual(words("sudo -u root a b").at(-1), "a b");
    assert.deepEqual(words("bash <<'E'\na b\nE"), ["bash", "a b"]);
    assert.deepEqual(words("eval a 'b; c'"), ["eval a b; c", "a b", "c"]);
    assert.deepEqual(words("busybox a b"), ["busybox a b", "a b"]);
  });

  it("makes words as a shell does", () => {
    const check = (line: string, expected: readonly string[]): void =>
      assert.deepEqual(read(line).commands.at(-1)?.words, expected, line);
    check("a 'b c' \"d e\" f\\ g $'\\x68\\u0069'", ["a", "b c", "d e", "f g", "hi"]);
    check("a {b,c}d {1..3} x{,y}", ["a", "bd", "cd", "1", "2", "3", "x", "xy"]);
    check('a ~ ~/b "~" $HOME "$PWD"', ["a", "/home/me", "/home/me/b", "~", "/home/me", "/ws"]);
    check("x='b c'; a $x \"$x\" ${x}d", ["a", "b", "c", "b c", "b", "cd"]);
    check('x=; a $x "$x" b', ["a", "", "b"]);
    check('f() { a "$2" "$@"; }; f b c', ["a", "c", "b", "c"]);
    check("x=src/a.ts; a ${x%.ts}.js ${x##*/} ${x%/*} ${x%.*}", ["a", "src/a.js", "a.ts", "src", "src/a"]);
    check("a \\\n b # c", ["a", "b"]);
    check("set -- b c; shift; a $1 $#", ["a", "c", "*"]);
  });

  it("follows folders through the line", () => {
    const folders = (line: string): readonly string[] | undefined =>
      read(`${line} ls`).commands.at(-1)?.folders;
    assert.deepEqual(folders("cd src &&"), ["/ws/src"]);
    assert.deepEqual(folders("cd src;"), ["/ws/src", "/ws"]);
    assert.deepEqual(folders("cd src || exit 1;"), ["/ws/src"]);
    assert.deepEqual(folders("(cd src);"), ["/ws"]);
    assert.deepEqual(folders("cd src | true;"), ["/ws"]);
    assert.deepEqual(folders("cd src & true;"), ["/ws"]);
    assert.deepEqual(folders("cd /etc && cd - &&"), ["/ws"]);
    assert.deepEqual(folders("cd &&"), ["/home/me"]);
    assert.equal(folders("cd $X &&"), undefined);
    assert.deepEqual(folders("source x.sh;"), ["/ws"]);
    assert.equal(folders("popd;"), undefined);
    assert.equal(folders("while true; do cd ..; done;"), undefined);
  });

  it("gives up on what can not be known", () => {
    for (const line of [
      "ls 'x",
      "ls\u200b",
      "ls\r\npwd",
      "ls\0",
      "l\u00a0s",
      "x".repeat(40_000),
      "ls ；",
      "f() { f; }; f",
      `cat ${"*a".repeat(10_000)}`,
      `echo ${"${x:-".repeat(500)}${"}".repeat(500)}`,
      Array.from({ length: 2000 }, (_, index) => `a${index}=1`).join(";"),
      "for i in 1 2; do ".repeat(60) + "x=1;" + " done;".repeat(60),
      `${"a|".repeat(8000)}a`,
      `${"$(a ".repeat(20)}${")".repeat(20)}`,
    ])
      assert.notDeepEqual(read(line).problems, [], JSON.stringify(line.slice(0, 40)));
    const many = Array.from({ length: 2000 }, () => "ls").join("\n");
    assert.notDeepEqual(read(many).problems, []);
  });

  it("reads for sh only what sh reads in the same way", () => {
    for (const line of [
      "ls |& cat",
      "[[ a || b ]]",
      "((a))",
      "echo $'a'",
      "cat <<< a",
      "ls &> x",
      "cat <(ls)",
      "a=(1)",
      "echo {a,b}",
    ]) {
      assert.deepEqual(read(line).problems, [], line);
      assert.notDeepEqual(read(line, { dialect: "posix" }).problems, [], line);
    }
    assert.deepEqual(read('cd a && ls "$b" | sort > c', { dialect: "posix" }).problems, []);
  });
});

describe("scripts of other languages", () => {
  it("knows harmless sed scripts", () => {
    for (const script of [
      "p",
      "1,20p",
      "s/a/b/g",
      "/x/,/y/d",
      "$!N;s/\\n/ /",
      ":a;N;$!ba;s/\\n/,/g",
      "s|/a/b|c|2",
      "/a\\/b/!d",
      "y/abc/xyz/",
      "1i\\\ntext",
      "$a end",
      "{p;p}",
      "2q",
      "0,/x/s//y/",
      "s/a/b/I;/^$/d",
      "\\,x,p",
    ])
      assert.ok(isHarmlessScript(script), script);
    for (const script of [
      "e",
      "1e id",
      "s/a/b/e",
      "s/a/b/ge",
      "s/a/b/w x",
      "w x",
      "r /etc/passwd",
      "R x",
      "W x",
      "/x/e",
      "p;e",
      "{e\n}",
      "s/a/b/;w x",
      "1!e id",
      "s/[/]/e",
      "v",
      "s",
      "s/a",
      "/a",
      "y/a/b/e",
      "a\\",
      "1,e",
      "s;a;b;e",
      "s\na\nb\ne",
    ])
      assert.ok(!isHarmlessScript(script), script);
  });

  it("knows harmless awk programs", () => {
    for (const program of [
      "{print $1}",
      "$3 > 5",
      "/a|b/ {n++} END {print n}",
      "{a[$1]+=$2} END {for (k in a) print k, a[k]/2}",
      "{print ($1 > 2)}",
      "!seen[$0]++",
      'BEGIN{FS="|"} {print $2}',
      '{gsub(/\\//, "-"); print}',
      "NR>1 && NR<5",
      '{printf "%s\\n", $1}',
      "$1 ~ /x\\|y/",
      "{print $1 / 2 / 3}",
    ])
      assert.equal(dangerIn(program), undefined, program);
    for (const program of [
      'BEGIN{system("id")}',
      '{print > "x"}',
      "{print $1 >> f}",
      '{print | "sh"}',
      'BEGIN{"id" | getline}',
      '{getline < "/etc/passwd"}',
      "{print a, b > c}",
      'BEGIN{ARGV[1]="x"}',
      '@include "x"',
      'BEGIN{f="system"; @f("id")}',
      '{printf("a") > "x"}',
      '{print "a"> "x"}',
      'BEGIN { print 1 / 2; system("id") / 3 }',
      "{x |& getline}",
      '{ printer / 2; system("id") / 1 }',
      '{print "unterminated}',
    ])
      assert.notEqual(dangerIn(program), undefined, program);
  });
});

describe("Windows forms (read, not run)", () => {
  const check = (line: string, expected: string) =>
    it(line, async () => {
      const world = worldWith({
        folders: ["C:/ws"],
        home: "C:/Users/me",
        isWindows: true,
        ignoresCase: true,
        isConfined: false,
      });
      const resolve = (path: string) => Promise.resolve({ path, kind: "file" as const, links: 1 });
      const request = { operation: "execute", line, folder: "C:/ws" } as const;
      assert.equal((await judgeRequest(request, world, resolve)).verdict, expected);
    });
  check("cat src/a.ts", "allow");
  check("cat 'C:\\ws\\src\\a.ts'", "allow");
  check("cat /c/ws/src/a.ts", "allow");
  check("cat c:/WS/a", "allow");
  check("cat 'C:\\Users\\me\\x'", "ask");
  check("cat '\\\\server\\share\\x'", "ask");
  check("cat //server/share/x", "ask");
  check("cat C:x", "ask");
  check("cat a:stream", "ask");
  check("cat /etc/hosts", "ask");
  check("echo x > 'GIT~1/config'", "ask");
  check("ls.exe src", "allow");
  check("cmd.exe /c dir", "ask");

  it("are asked elsewhere", async () => {
    for (const line of ["cat 'C:\\x'", "cat C:/x", "cat /mnt/c/x", "cat '\\\\a\\b'"])
      assert.equal((await judgeIn(line, { isConfined: true })).verdict, "ask", line);
    assert.equal(disk.find("/ws/src").kind, "directory");
  });
});
