/** Which files of a folder are not ignored: by git where there is one, since that takes a twentieth of the time, else by the same rules here. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { excludeFile, IgnoreRules } from "../ignore-rules.ts";

/** Repositories in repositories that are looked into. */
const nestingLimit = 200;

/** Lists files; what is not worth a look any more is told by the signal. */
export class Listing {
  readonly #directory: string;
  readonly #git: string | undefined;
  readonly #rules = new IgnoreRules(0);
  #isMade = false;

  /** `directory` is for an empty repository, `git` the program. */
  constructor(directory: string, git: string | undefined) {
    this.#directory = join(directory, "empty.git");
    this.#git = git;
  }

  /** Files below a folder, relative to it, also those of repositories in it; links are not followed. */
  async *files(folder: string, signal: AbortSignal): AsyncGenerator<string> {
    if (this.#git === undefined) {
      yield* this.#rules.walk(folder, { folder, withIgnored: false, withGit: false, leftOut: [] });
      return;
    }
    const found = await this.#ask(this.#git, folder, signal);
    let nested = 0;
    for (const path of found) {
      // So git tells a repository of its own, whose files it does not list.
      if (!path.endsWith("/")) yield path;
      else if ((nested += 1) <= nestingLimit)
        for await (const inner of this.files(join(folder, path), signal)) yield path + inner;
    }
  }

  /**
   * Asks git about the work tree with a repository of our own, which is empty: nothing that a project has set up for git is read,
   * so nothing in there can make it run a program, and the project's own repository is not touched.
   */
  async #ask(git: string, folder: string, signal: AbortSignal): Promise<readonly string[]> {
    this.#make();
    const top = topOf(folder);
    const mark = statSync(join(top, ".git"), { throwIfNoEntry: false });
    const exclude = mark && (await excludeFile(join(top, ".git"), mark.isDirectory()));
    const text = await run(
      git,
      [
        ...["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false"],
        ...[
          "-c",
          `core.excludesFile=${exclude !== undefined && existsSync(exclude) ? exclude : "/dev/null"}`,
        ],
        ...["ls-files", "-z", "--others", "--exclude-standard", "--", relative(top, folder) || "."],
      ],
      { folder: top, repository: this.#directory, signal },
    );
    const prefix = relative(top, folder);
    const skipped = prefix === "" ? 0 : prefix.length + 1;
    return text
      .split("\0")
      .filter((path) => path !== "")
      .map((path) => path.slice(skipped));
  }

  #make(): void {
    if (this.#isMade) return;
    for (const name of ["objects", "refs"]) mkdirSync(join(this.#directory, name), { recursive: true });
    writeFileSync(join(this.#directory, "HEAD"), "ref: refs/heads/none\n");
    writeFileSync(join(this.#directory, "config"), "[core]\n\trepositoryformatversion = 0\n\tbare = false\n");
    this.#isMade = true;
  }
}

// Rules of all folders up to the repository's top hold.
function topOf(folder: string): string {
  for (let top = folder; ; top = dirname(top)) {
    if (existsSync(join(top, ".git"))) return top;
    if (dirname(top) === top) return folder;
  }
}

function run(
  program: string,
  arguments_: readonly string[],
  options: { readonly folder: string; readonly repository: string; readonly signal: AbortSignal },
): Promise<string> {
  const { folder, repository, signal } = options;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const child = spawn(program, arguments_, {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      LC_ALL: "C",
      HOME: repository,
      XDG_CONFIG_HOME: repository,
      GIT_DIR: repository,
      GIT_WORK_TREE: folder,
      GIT_CONFIG_NOSYSTEM: "1",
      GIT_CONFIG_GLOBAL: "/dev/null",
      GIT_ATTR_NOSYSTEM: "1",
      GIT_LITERAL_PATHSPECS: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
    windowsHide: true,
    signal,
    killSignal: "SIGKILL",
  });
  const pieces: Buffer[] = [];
  let complaint = "";
  child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
  child.stderr
    .setEncoding("utf8")
    .on("data", (text: string) => (complaint = (complaint + text).slice(-2_000)));
  child.once("error", reject);
  child.once("close", (code) => {
    if (code === 0) resolve(Buffer.concat(pieces).toString());
    else reject(new Error(`git ended with ${code}: ${complaint.trim()}`));
  });
  return promise;
}
