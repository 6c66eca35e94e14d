import assert from "node:assert/strict";
import { parseCommandPattern, writeCommandPattern } from "#core/config/command-pattern.ts";
import { checkPattern, warningOf } from "#core/config/patterns.ts";
import { allowedPattern, deniedPatterns } from "#core/config/real-patterns.ts";
import type { Operation } from "#protocol/permissions.ts";

const user = { home: "/home/me" };
const project = { home: "/home/me", folder: "/code/app" };

/** What becomes of a pattern: its form, or "! complaint". */
function form(operation: Operation, written: string, place: typeof user = user): string {
  const checked = checkPattern(operation, written, place);
  return "pattern" in checked ? checked.pattern : `! ${checked.complaint}`;
}

describe("patterns of commands", () => {
  const check = (written: string, expected: string) =>
    it(JSON.stringify(written), () => assert.equal(form("execute", written), expected));

  check("npm test", "npm test");
  check("  npm   test ", "npm test");
  check("git log *", "git log *");
  check("*", "*");
  check("./run.sh --fast=1", "./run.sh --fast=1");
  check("git commit -m 'a b'", "git commit -m 'a b'");
  check('git commit -m "a b"', "git commit -m 'a b'");
  check('echo "it\'s"', 'echo "it\'s"');
  check("echo '$HOME'", "echo '$HOME'");
  check("echo '*'", "echo '*'");
  check("echo ''", "echo ''");
  check("'npm' \"test\"", "npm test");
  check("größe prüfen", "größe prüfen");
  check("", "! This rule names nothing.");
  check("   ", "! This rule names nothing.");
  check("a".repeat(1_001), "! This rule is too long.");
  check("npm\u200B test", "! This rule holds a character that can not be seen.");
  check("npm test\nrm x", "! This rule holds a character that can not be seen.");
  check("npm\u202E test", "! This rule holds a character that can not be seen.");
  for (const mark of [";", "|", "&", "$", "<", ">", "`", "(", "{", "\\", "?", "[", "#", "!"])
    check(
      `npm te${mark}st`,
      `! A rule names one simple command, without "${mark}". Put quotes around a word that holds it.`,
    );
  check(
    "npm test; rm -rf x",
    '! A rule names one simple command, without ";". Put quotes around a word that holds it.',
  );
  check("npm 'test", "! A quote (') is not closed.");
  check('npm "te st', '! A quote (") is not closed.');
  check("npm te'st'", "! Quotes go around whole words, and hold no $, ` or \\.");
  check('npm "$HOME"', "! Quotes go around whole words, and hold no $, ` or \\.");
  check("cat ~/x", '! "~" is not expanded in commands: write the whole path.');
  check("* test", '! In a command "*" can only be the last word, for any further arguments.');
  check("git * push", '! In a command "*" can only be the last word, for any further arguments.');
  check(
    "rm *.txt",
    '! A rule names one simple command, without "*". Put quotes around a word that holds it.',
  );
  check("A=1 npm test", "! A rule names a command, without variables before it.");
  check("if true", '! "if" is no command but a word of the shell.');
  check("'' x", "! A rule begins with the name of a command.");
});

describe("words of command patterns", () => {
  const check = (words: readonly string[], isOpen: boolean, expected: string | undefined) =>
    it(JSON.stringify([words, isOpen]), () => {
      const written = writeCommandPattern(words, isOpen);
      assert.equal(written, expected);
      if (written !== undefined) assert.deepEqual(parseCommandPattern(written), { words, isOpen });
    });

  check(["npm", "test"], false, "npm test");
  check(["git", "log"], true, "git log *");
  check([], true, "*");
  check(["echo", "a b", "", "*"], false, "echo 'a b' '' '*'");
  check(["echo", "it's"], false, 'echo "it\'s"');
  check(["echo", "it's $5"], false, undefined);
  check(["if"], false, "'if'");
  check(["A=1"], false, "'A=1'");
  check(["/opt/a b/run"], true, "'/opt/a b/run' *");
});

describe("patterns of paths", () => {
  const check = (written: string, expected: string, place: typeof user = user) =>
    it(`${JSON.stringify(written)}${place === project ? " in a project" : ""}`, () =>
      assert.equal(form("read", written, place), expected));

  check("/etc/hosts", "/etc/hosts");
  check("/etc/", "/etc");
  check("//etc//./x/../hosts", "/etc/hosts");
  check("/../../etc", "/etc");
  check("/", "/");
  check("~", "/home/me");
  check("~/notes/**", "/home/me/notes/**");
  check("/home/*/x", "/home/*/x");
  check("/a/*.md", "/a/*.md");
  check("**", "/**");
  check("/**", "/**");
  check("/a/**/b", '! "**" can only be the last name of a path, for everything below.');
  check("/a/b**", '! "**" can only be the last name of a path, for everything below.');
  check("/a/***", '! "**" can only be the last name of a path, for everything below.');
  check("~root/x", '! "~root/x" names another user\'s home: write the whole path.');
  check("$HOME/x", "! Variables are not expanded: begin with / or ~.");
  check("notes", '! "notes" must begin with / or ~.');
  check("./notes", '! "./notes" must begin with / or ~.');
  check("/a\u0000b", "! This rule holds a character that can not be seen.");
  check(`/${"a".repeat(4_096)}`, "! This rule is too long.");
  check("/a b/ c", "/a b/ c");
  check("C:\\Users\\me\\..\\x", "C:/Users/x");
  check("\\\\server\\share\\..\\x", "//server/share/x");

  check("src/**", "/code/app/src/**", project);
  check("../other", "/code/other", project);
  check("**", "/code/app/**", project);
  check("~/x", "/home/me/x", project);
  check("/etc", "/etc", project);
});

describe("patterns of hosts", () => {
  const check = (written: string, expected: string | undefined) =>
    it(JSON.stringify(written), () => {
      const found = form("network", written);
      if (expected === undefined) assert.match(found, /^! ".*" is no host: /);
      else assert.equal(found, expected);
    });

  check("example.com", "example.com");
  check("Example.COM.", "example.com");
  check("*.example.com", "*.example.com");
  check("*", "*");
  check("bücher.example", "xn--bcher-kva.example");
  check("127.0.0.1", "127.0.0.1");
  check("0x7f.1", "127.0.0.1");
  check("::1", "[::1]");
  check("[::1]", "[::1]");
  check("my_host", "my_host");
  for (const bad of ["https://example.com", "example.com:443", "example.com/x", "*.*.com", "a*", "**", "a b"])
    check(bad, undefined);
  for (const bad of ["user@example.com", "a..b", "*.127.0.0.1", ".", "example.com?x", "%2e"])
    check(bad, undefined);
});

describe("allowances that are wide", () => {
  const check = (operation: Operation, pattern: string, expected: string | undefined) =>
    it(`${operation} ${pattern}`, () => assert.equal(warningOf(operation, pattern, "/home/me"), expected));

  check("read", "/**", '"/**" allows the whole disk.');
  check("write", "/*", '"/*" allows the whole disk.');
  check("write", "C:/**", '"C:/**" allows the whole disk.');
  check(
    "write",
    "/home/me/**",
    '"/home/me/**" allows everything in the home folder, with keys and start-up files.',
  );
  check("read", "/home/**", '"/home/**" allows everything in the home folder, with keys and start-up files.');
  check("read", "/home/me/notes/**", undefined);
  check("read", "/home/me", undefined);
  check("read", "/etc/**", undefined);
  check("execute", "*", '"*" allows every command.');
  check("execute", "bash *", '"bash *" allows every command.');
  check("execute", "/bin/sh *", '"/bin/sh *" allows every command.');
  check("execute", "sudo *", '"sudo *" allows every command.');
  check("execute", "bash build.sh", undefined);
  check("execute", "git *", undefined);
  check("network", "*", '"*" allows every host.');
  check("network", "*.example.com", undefined);
});

describe("links in the paths of rules", () => {
  const links: Readonly<Record<string, string>> = { "/tmp": "/private/tmp", "/home/me/link": "/data/real" };
  const realPath = async (path: string): Promise<string> => {
    for (const [link, target] of Object.entries(links))
      if (path === link || path.startsWith(`${link}/`)) return target + path.slice(link.length);
    return path;
  };
  const denied = (pattern: string, expected: readonly string[]) =>
    it(`denies ${pattern}`, async () => assert.deepEqual(await deniedPatterns(pattern, realPath), expected));
  const allowed = (pattern: string, expected: string) =>
    it(`allows ${pattern}`, async () => assert.equal(await allowedPattern(pattern, realPath), expected));

  denied("/etc/**", ["/etc/**"]);
  denied("/etc/hosts", ["/etc/hosts", "/etc/hosts/**"]);
  denied("/", ["/", "/**"]);
  denied("/home/me/link/**", ["/home/me/link/**", "/data/real/**"]);
  denied("/home/me/link", ["/home/me/link", "/home/me/link/**", "/data/real", "/data/real/**"]);
  denied("/home/*/link", ["/home/*/link", "/home/*/link/**"]);
  denied("/tmp/*.txt", ["/tmp/*.txt", "/tmp/*.txt/**", "/private/tmp/*.txt", "/private/tmp/*.txt/**"]);
  allowed("/tmp/**", "/private/tmp/**");
  allowed("/tmp", "/private/tmp");
  allowed("/**", "/**");
  allowed("/*/x", "/*/x");
  // Whoever can write into a folder could make the link that moves the allowance.
  allowed("/home/me/link/**", "/home/me/link/**");
  allowed("C:/x", "C:/x");
});
