/** Git worktrees for agents that must not get in each other's way: begun from the current HEAD, removed where nothing changed. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { BooError } from "#core/errors.ts";
import { findProgram } from "../programs.ts";
import type { KeptWorktree, Worktree, Worktrees } from "#core/workflow/ports.ts";

/** Most output (bytes) that is read of a git command. */
const maxBuffer = 64 * 1024 * 1024;
/** In a repository that an agent made or set up git would run whatever its settings name, and nothing confines it here. */
const notInside = "--ignore-submodules=dirty";
/** Most changed files that are told. */
const maxStat = 50;

const run = promisify(execFile);

/** Makes the port; `repository` is a folder in the repository, `place` where worktrees are made. */
export function createWorktrees(repository: string, place: string): Worktrees {
  return new GitWorktrees(repository, place);
}

class GitWorktrees implements Worktrees {
  readonly #repository: string;
  readonly #place: string;
  /** Git takes a lock for each that is made: one after the other none of them fails. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(repository: string, place: string) {
    this.#repository = repository;
    this.#place = place;
  }

  async base(signal: AbortSignal): Promise<string> {
    try {
      return await this.#git(["rev-parse", "--verify", "HEAD"], this.#repository, signal);
    } catch (cause) {
      signal.throwIfAborted();
      const message = 'isolation: "worktree" needs a git repository with a commit, and there is none here.';
      throw new BooError("no-repository", message, { cause });
    }
  }

  async create(name: string, base: string, signal: AbortSignal): Promise<Worktree> {
    const path = join(this.#place, name);
    const branch = `boocode/${name}`;
    await mkdir(dirname(path), { recursive: true });
    const made = this.#last.then(() => this.#add(path, branch, base, signal));
    this.#last = made.catch(() => {});
    await made;
    // The project may be a part of what is in its repository.
    const folder = join(path, await this.#git(["rev-parse", "--show-prefix"], this.#repository, signal));
    await mkdir(folder, { recursive: true });
    return { path: folder.replace(/[\\/]$/, ""), finish: () => this.#finish(path, branch, base) };
  }

  async #add(path: string, branch: string, base: string, signal: AbortSignal): Promise<void> {
    // What an earlier try left, killed in the middle, would be in the way.
    await this.#drop(path, branch);
    try {
      await this.#git(["worktree", "add", "--quiet", "-b", branch, path, base], this.#repository, signal);
    } catch (cause) {
      await this.#drop(path, branch);
      signal.throwIfAborted();
      throw new BooError("no-worktree", `No worktree could be made at ${path}.`, { cause });
    }
  }

  async #finish(path: string, branch: string, base: string): Promise<KeptWorktree | undefined> {
    const changed = await this.#git(["status", "--porcelain", notInside], path);
    const head = await this.#git(["rev-parse", "HEAD"], path);
    const inner = await this.#repositoriesIn(path);
    // What was changed in one is not looked at, so that there may be something.
    const isEmpty = inner.every((name) => !existsSync(join(path, name, ".git")));
    if (changed === "" && head === base && isEmpty) {
      await this.#drop(path, branch);
      return undefined;
    }
    // Files that are new count, too: intending to add them changes nothing but the index of this worktree.
    const others = inner.map((name) => `:(exclude,literal)${name}`);
    // A repository without a commit can not be added.
    await this.#git(["add", "--intent-to-add", "--all", "--", ".", ...others], path).catch(() => {});
    const stat = await this.#git(["diff", notInside, `--stat-count=${maxStat}`, "--stat", base], path);
    return { path, branch, changes: stat };
  }

  /** Where repositories of their own are to be in a worktree. */
  async #repositoriesIn(path: string): Promise<readonly string[]> {
    const entries = (await this.#git(["ls-files", "--stage", "-z"], path)).split("\0");
    return entries
      .filter((entry) => entry.startsWith("160000 "))
      .map((entry) => entry.slice(entry.indexOf("\t") + 1));
  }

  async #drop(path: string, branch: string): Promise<void> {
    for (const args of [
      ["worktree", "remove", "-f", "-f", path],
      ["worktree", "prune"],
      ["branch", "-D", branch],
    ])
      await this.#git(args, this.#repository).catch(() => {});
  }

  async #git(args: readonly string[], cwd: string, signal?: AbortSignal): Promise<string> {
    const options = ["-c", "core.hooksPath=/dev/null", "-c", "core.quotePath=false"];
    // By its own place: a program of that name in the project is none to be run here.
    const program = findProgram("git", process.env["PATH"]);
    if (program === undefined) throw new BooError("no-git", "There is no git here. Install one.");
    const { stdout } = await run(program, [...options, ...args], {
      ...{ cwd, maxBuffer, encoding: "utf8" },
      ...(signal && { signal }),
    });
    return stdout.trim();
  }
}
