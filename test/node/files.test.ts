import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { BooError } from "#core/errors.ts";
import type { Files } from "#core/ports.ts";
import { createFiles } from "#node/files.ts";
import { findRipgrep } from "#node/search-ripgrep.ts";
import { vscodeFolder } from "../support/setup.mjs";

const never = new AbortController().signal;

const tree: Readonly<Record<string, string>> = {
  ".gitignore": "dist/\n*.log\n!keep.log\n/only-root.txt\n",
  ".git/HEAD": "ref: hello\n",
  ".git/info/exclude": "private.txt\n",
  ".github/workflow.yml": "hello: 1\n",
  "a-b/c.ts": "const hello = 1;\n",
  "a/z.ts": "nothing\nHello again\n",
  "dist/out.js": "hello\n",
  "keep.log": "hello\n",
  "other.log": "hello\n",
  "only-root.txt": "hello\n",
  "private.txt": "hello\n",
  "sub/.gitignore": "generated/\n!other.log\n",
  "sub/generated/x.ts": "hello\n",
  "sub/only-root.txt": "hello\n",
  "sub/other.log": "hello\n",
  "windows.txt": "one hello\r\ntwo\r\n",
  "wörld.txt": "grüße hello\n",
};

async function makeTree(files: Readonly<Record<string, string>>): Promise<string> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "boocode-files-")));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

const ripgrep = findRipgrep(vscodeFolder);
assert.ok(ripgrep, "the editor's own ripgrep is found below its application root");

for (const [engine, files] of [
  ["ripgrep", createFiles({ ripgrep })],
  ["without ripgrep", createFiles({ ripgrep: undefined })],
  ["a ripgrep that does not start", createFiles({ ripgrep: join(tmpdir(), "no-such-program") })],
] as const) {
  describe(`files: ${engine}`, () => {
    let root = "";
    before(async () => {
      root = await makeTree(tree);
      await writeFile(join(root, "binary.bin"), Buffer.from("hello\0hello\n"));
      await writeFile(join(root, "wide.txt"), Buffer.from("\uFEFFhello wide\n", "utf16le"));
      await symlink("a/z.ts", join(root, "link.ts"));
    });
    after(() => rm(root, { recursive: true }));
    checkListing(files, () => root);
    checkSearch(files, () => root);
  });
}

function checkListing(files: Files, root: () => string): void {
  const check = (
    name: string,
    query: { glob?: string; withIgnored?: boolean; limit?: number; root?: string },
    expected: readonly string[],
    isCut = false,
  ) =>
    it(`lists ${name}`, async () => {
      const where = join(root(), query.root ?? "");
      const found = await files.list({ withIgnored: false, limit: 100, ...query, root: where }, never);
      assert.deepEqual(
        { ...found, paths: found.paths.map((path) => relative(root(), path)) },
        { paths: expected, isCut, withheld: 0 },
      );
    });
  const all = [
    ".github/workflow.yml",
    ".gitignore",
    "a/z.ts",
    "a-b/c.ts",
    "binary.bin",
    "keep.log",
    "sub/.gitignore",
    "sub/only-root.txt",
    "sub/other.log",
    "wide.txt",
    "windows.txt",
    "wörld.txt",
  ];
  check("what is not ignored, folder by folder", {}, all);
  check("at most as many as asked", { limit: 3 }, all.slice(0, 3), true);
  check("exactly as many as asked without calling it cut", { limit: 12 }, all);
  check("by name at any depth", { glob: "*.ts" }, ["a/z.ts", "a-b/c.ts"]);
  check("by braces", { glob: "{a,a-b}/**/*.{ts,js}" }, ["a/z.ts", "a-b/c.ts"]);
  check("by an anchored glob", { glob: "a/*.ts" }, ["a/z.ts"]);
  check("a folder named as a glob", { glob: "./a/" }, ["a/z.ts"]);
  check(
    "all but a glob",
    { glob: "!*.t*" },
    all.filter((path) => !/\.t[^/]*$/.test(path)),
  );
  check("ignored files when asked", { glob: "dist/**", withIgnored: true }, ["dist/out.js"]);
  check("the repository's own files only by name", { glob: ".git/**", withIgnored: true }, [
    ".git/HEAD",
    ".git/info/exclude",
  ]);
  check("no ignored files for a glob that matches them", { glob: "dist/**" }, []);
  check("a folder below the rules' folder", { root: "sub" }, [
    "sub/.gitignore",
    "sub/only-root.txt",
    "sub/other.log",
  ]);

  it("lists by the rules of the folders above, also where there is no repository", async () => {
    const outer = await makeTree({ ".gitignore": "*.log\n", "in/a.log": "", "in/b.txt": "" });
    const found = await files.list({ root: join(outer, "in"), withIgnored: false, limit: 9 }, never);
    await rm(outer, { recursive: true });
    assert.deepEqual(found.paths, [join(outer, "in/b.txt")]);
  });

  it("lists nothing that is withheld, and counts it", async () => {
    const isWithheld = (path: string): boolean => path.startsWith(join(root(), "sub/"));
    const found = await files.list({ root: root(), withIgnored: false, limit: 100, isWithheld }, never);
    assert.deepEqual(
      [found.paths.map((path) => relative(root(), path)), found.withheld],
      [all.filter((path) => !path.startsWith("sub/")), 3],
    );
  });

  it("refuses a root that is no folder", () =>
    assert.rejects(files.list({ root: join(root(), "nowhere"), withIgnored: false, limit: 1 }, never), {
      code: "not-a-folder",
    }));
}

function checkSearch(files: Files, root: () => string): void {
  const search = async (pattern: string, options: Partial<Parameters<Files["search"]>[0]> = {}) => {
    const query = {
      root: root(),
      pattern,
      ignoreCase: false,
      withIgnored: false,
      limit: 100,
      overlays: [],
      ...options,
    };
    const { matches, isCut } = await files.search(query, never);
    return {
      lines: matches.map(({ path, line, text }) => `${relative(root(), path)}:${line}:${text}`),
      isCut,
    };
  };
  const check = (
    name: string,
    pattern: string,
    options: Parameters<typeof search>[1],
    expected: readonly string[],
    isCut = false,
  ) =>
    it(`finds ${name}`, async () =>
      assert.deepEqual(await search(pattern, options), { lines: expected, isCut }));

  const hits = [
    ".github/workflow.yml:1:hello: 1",
    "a-b/c.ts:1:const hello = 1;",
    "keep.log:1:hello",
    "sub/only-root.txt:1:hello",
    "sub/other.log:1:hello",
    "wide.txt:1:hello wide",
    "windows.txt:1:one hello",
    "wörld.txt:1:grüße hello",
  ];
  check("lines in path order, in UTF-16 too, not in binaries", "hello", {}, hits);
  check("at most as many as asked", "hello", { limit: 2 }, hits.slice(0, 2), true);
  check("without regard to case", "hello AGAIN", { ignoreCase: true }, ["a/z.ts:2:Hello again"]);
  check("line ends before a carriage return", "hello$", { glob: "windows.txt" }, ["windows.txt:1:one hello"]);
  check("what a look-behind asks for", "(?<=const )hello", {}, ["a-b/c.ts:1:const hello = 1;"]);
  check("a pattern that looks like an option", "--files|hello:", {}, [".github/workflow.yml:1:hello: 1"]);
  check("nothing", "absent", {}, []);

  it("finds in one file, whatever rules say of it", async () => {
    const inFile = (name: string, options = {}) => search("hello", { root: join(root(), name), ...options });
    assert.deepEqual(await inFile("wide.txt"), { lines: ["wide.txt:1:hello wide"], isCut: false });
    assert.deepEqual(await inFile("dist/out.js"), { lines: ["dist/out.js:1:hello"], isCut: false });
    assert.deepEqual(await inFile("binary.bin"), { lines: [], isCut: false });
    const overlays = [{ path: join(root(), "a/z.ts"), text: "hello\nhello unsaved\n" }];
    assert.deepEqual(await inFile("a/z.ts", { overlays, limit: 1 }), {
      lines: ["a/z.ts:1:hello"],
      isCut: true,
    });
    await assert.rejects(inFile("nothing.ts"), { code: "file-missing" });
    await assert.rejects(inFile("link.ts"), { code: "path-changed" });
  });

  it("finds nothing in what is withheld, and counts it whether it matches or not", async () => {
    const isWithheld = (path: string): boolean => path === join(root(), "keep.log") || path.endsWith("z.ts");
    const overlays = [{ path: join(root(), "a/z.ts"), text: "hello unsaved\n" }];
    const query = { root: root(), ignoreCase: false, withIgnored: false, overlays, isWithheld };
    const found = await files.search({ ...query, pattern: "hello", limit: 2 }, never);
    assert.deepEqual(
      [found.matches.map(({ path }) => relative(root(), path)), found.isCut, found.withheld],
      [[".github/workflow.yml", "a-b/c.ts"], true, 2],
    );
    const nothing = await files.search({ ...query, pattern: "absent", limit: 9 }, never);
    assert.deepEqual(nothing, { matches: [], isCut: false, leftOut: 0, withheld: 2 });
  });

  it("finds in unsaved documents instead of what is on disk", async () => {
    const overlays = [
      { path: join(root(), "a/z.ts"), text: "x\nhello unsaved\n" },
      { path: join(root(), "a-b/c.ts"), text: "gone\n" },
      { path: join(root(), "dist/out.js"), text: "hello ignored\n" },
      { path: join(root(), "new.md"), text: "hello, wrong glob\n" },
      { path: join(dirname(root()), "outside.ts"), text: "hello outside\n" },
    ];
    const expected = ["a/z.ts:2:hello unsaved"];
    assert.deepEqual(await search("hello", { overlays, glob: "*.ts" }), { lines: expected, isCut: false });
  });

  for (const pattern of ["(", "[z-a]", "*"]) {
    it(`refuses the pattern ${pattern}`, () =>
      assert.rejects(search(pattern), { name: "BooError", code: "bad-pattern" }));
  }

  it("cuts long lines and bounds what it keeps", async () => {
    await writeFile(join(root(), "long.min.txt"), `${"x".repeat(100_000)}hello\n`.repeat(100));
    const { lines, isCut } = await search("hello", { glob: "long.min.txt", limit: 10 });
    await rm(join(root(), "long.min.txt"));
    assert.deepEqual(
      [lines.length, isCut, Math.max(...lines.map((line) => line.length)) < 550],
      [10, true, true],
    );
  });

  it("ends at once when aborted, also before it began", async () => {
    const stop = new AbortController();
    const query = {
      root: root(),
      pattern: "(x+x+)+y",
      ignoreCase: false,
      withIgnored: true,
      limit: 5,
      overlays: [{ path: join(root(), "a/z.ts"), text: "x".repeat(50_000) }],
    };
    const running = files.search(query, stop.signal);
    stop.abort();
    // The pattern would be given up with another error, much later.
    await assert.rejects(running, { name: "AbortError" });
    await assert.rejects(files.list({ root: root(), withIgnored: false, limit: 1 }, stop.signal), {
      name: "AbortError",
    });
  });
}

describe("files: paths", () => {
  const files = createFiles({ ripgrep });
  let root = "";
  before(async () => {
    root = await makeTree({ "a/b.txt": "text" });
    await symlink("a", join(root, "folder-link"));
    await symlink("../elsewhere/new.txt", join(root, "dangling"));
    await symlink("loop", join(root, "loop"));
  });
  after(() => rm(root, { recursive: true }));

  it("says what a path is", async () => {
    assert.deepEqual(await files.stat(join(root, "folder-link/b.txt")), {
      kind: "file",
      realPath: join(root, "a/b.txt"),
      size: 4,
      links: 1,
    });
    assert.equal((await files.stat(root))?.kind, "directory");
    assert.equal(await files.stat(join(root, "a/b.txt/c")), undefined);
    assert.equal(await files.stat(join(root, "none")), undefined);
    assert.equal(await files.stat(join(root, "loop")), undefined);
  });
  const check = (path: string, expected: string) =>
    it(`the real path of ${path} is ${expected}`, async () =>
      assert.equal(await files.realPath(join(root, path)), join(root, expected)));
  check("folder-link/b.txt", "a/b.txt");
  check("folder-link/new/deep.txt", "a/new/deep.txt");
  check("dangling", "../elsewhere/new.txt");
});

describe("files: ignore rules", () => {
  const files = createFiles({ ripgrep, freshMs: 0 });
  let root = "";
  const paths = [
    ...Object.keys(tree),
    "dist",
    "sub/generated",
    "sub/deep/other.log",
    "new.log",
    "a/new.ts",
    "nested/x.log",
    "nested/dist/y",
  ];
  before(async () => {
    root = await makeTree({ ...tree, "nested/.git/HEAD": "", "nested/x.log": "" });
  });
  after(() => rm(root, { recursive: true }));

  it("agrees with git on every path", async () => {
    await rm(join(root, ".git"), { recursive: true });
    execFileSync("git", ["init", "--quiet", root]);
    await writeFile(join(root, ".git/info/exclude"), "private.txt\n");
    const asked = paths.filter((path) => !path.includes(".git/") && !path.startsWith("nested/"));
    const byGit = new Set(
      execFileSync("git", ["-c", "core.excludesFile=", "check-ignore", "--no-index", "--stdin"], {
        cwd: root,
        input: asked.join("\n"),
      })
        .toString()
        .trim()
        .split("\n"),
    );
    for (const path of asked)
      assert.equal(await files.isIgnored(root, join(root, path)), byGit.has(path), path);
  });
  it("leaves a repository inside another to its own rules", async () => {
    assert.equal(await files.isIgnored(root, join(root, "nested/x.log")), false);
    assert.equal(await files.isIgnored(join(root, "sub"), join(root, "sub/new.log")), true);
    assert.equal(await files.isIgnored(root, join(root, ".git/HEAD")), true);
    assert.equal(await files.isIgnored(root, root), false);
    assert.equal(await files.isIgnored(root, dirname(root)), false);
  });
  it("sees changed rules", async () => {
    await writeFile(
      join(root, "sub/.gitignore"),
      `${await readFile(join(root, "sub/.gitignore"), "utf8")}fresh.txt\n`,
    );
    assert.equal(await files.isIgnored(root, join(root, "sub/fresh.txt")), true);
  });
});

describe("files: a hostile pattern", () => {
  it("is given up without blocking, and says what to do", async function () {
    this.timeout(20_000);
    const root = await makeTree({ "a.txt": `${"a".repeat(40)}!\n` });
    const files = createFiles({ ripgrep: undefined });
    const query = { root, pattern: "^(a+)+$", ignoreCase: false, withIgnored: false, limit: 5, overlays: [] };
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 10);
    await assert.rejects(
      files.search(query, never),
      (error) => error instanceof BooError && error.code === "bad-pattern",
    );
    clearInterval(timer);
    await rm(root, { recursive: true });
    assert.ok(ticks > 50);
  });
});
