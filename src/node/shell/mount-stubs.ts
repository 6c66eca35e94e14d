/**
 * Empty folders where nothing is and nothing may come to be: something can only be laid over what exists, and only as long as that exists.
 * They are gone when the last command that needs them has ended, whichever window runs it, and if this process is killed: a small shell
 * waits for that. Being empty folders, they are nothing to git, and removing them can not remove anything of anybody's.
 */
import { spawn, type ChildProcess } from "node:child_process";
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { codeOf } from "../store/disk-problem.ts";
import { makeDirectory } from "../store/durable-directory.ts";

/** A lock is held for a few milliseconds; one that is older than this (ms) was left by a process that was killed. */
const staleLock = 5_000;
const lockPatience = 4;

/**
 * Reads until the host is gone, gives confined commands a moment to be ended with it, and removes what only the host's claims named.
 * Arguments: the folder of claims, the host's name in them.
 */
const keeper = `
trap '' HUP INT TERM
cd "$1" || exit 1
while read -r _; do :; done
sleep 0.3
tries=0
until mkdir ../lock 2>/dev/null; do
  tries=$((tries + 1)); [ "$tries" -gt 100 ] && break
  sleep 0.05
done
cat -- "$2".* 2>/dev/null > "../keeper-$2"
rm -f -- "$2".*
while IFS= read -r path; do
  cat -- * 2>/dev/null | grep -qxF -e "$path" || rmdir -- "$path" 2>/dev/null
done < "../keeper-$2"
rm -f "../keeper-$2"
rmdir ../lock
`;

/** The stubs of this process's commands. */
export class MountStubs {
  readonly #folder: string;
  readonly #claims: string;
  readonly #host: string;
  #keeper: ChildProcess | undefined;
  #ready: Promise<void> | undefined;

  /** `folder` is the same for all windows, `host` differs. */
  constructor(folder: string, host: string) {
    this.#folder = folder;
    this.#claims = join(folder, "claims");
    this.#host = host;
  }

  /** Makes folders, and remembers for whom; the returned function removes those that nobody else needs. */
  async claim(call: string, paths: readonly string[]): Promise<() => Promise<void>> {
    if (paths.length === 0) return () => Promise.resolve();
    await (this.#ready ??= makeDirectory(this.#claims));
    this.#keep();
    const name = `${this.#host}.${call}`;
    await this.#locked(() => {
      const others = this.claimed();
      // What exists unclaimed is somebody's own.
      const own = paths.filter((path) => others.has(path) || !isThere(path));
      writeClaim(join(this.#claims, name), own);
      for (const path of own) makeStub(path);
    });
    return () => this.#release(name);
  }

  /** Folders that stand for nothing at the moment, whoever needs them. */
  claimed(): ReadonlySet<string> {
    return new Set(namesIn(this.#claims).flatMap((name) => readClaim(join(this.#claims, name))));
  }

  /** Removes what processes that are gone have left; `isGone` tells by the host's name. */
  async sweep(isGone: (host: string) => boolean): Promise<void> {
    for (const name of namesIn(this.#claims)) {
      if (isGone(name.slice(0, name.lastIndexOf(".")))) await this.#release(name);
    }
  }

  /** Ends the shell that waits; there are no commands any more. */
  close(): void {
    this.#keeper?.stdin?.end();
  }

  async #release(name: string): Promise<void> {
    await this.#locked(() => {
      const own = readClaim(join(this.#claims, name));
      remove(() => unlinkSync(join(this.#claims, name)));
      const others = this.claimed();
      for (const path of own) if (!others.has(path)) remove(() => rmdirSync(path));
    });
  }

  async #locked(work: () => void): Promise<void> {
    const lock = join(this.#folder, "lock");
    for (;;) {
      try {
        mkdirSync(lock);
        break;
      } catch (error) {
        if (codeOf(error) !== "EEXIST") throw error;
      }
      const since = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
      if (since !== undefined && Date.now() - since > staleLock) remove(() => rmdirSync(lock));
      else await sleep(lockPatience);
    }
    try {
      work();
    } finally {
      remove(() => rmdirSync(lock));
    }
  }

  #keep(): void {
    if (this.#keeper !== undefined || process.platform === "win32") return;
    const child = spawn("/bin/sh", ["-c", keeper, "sh", this.#claims, this.#host], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      env: { PATH: "/usr/bin:/bin" },
    });
    child.on("error", () => {});
    child.on("exit", () => (this.#keeper = undefined));
    child.stdin?.on("error", () => {});
    child.unref();
    if (child.stdin instanceof Socket) child.stdin.unref();
    this.#keeper = child;
  }
}

function writeClaim(path: string, stubs: readonly string[]): void {
  // Half a claim would be half a promise.
  writeFileSync(`${path}.new`, stubs.map((stub) => `${stub}\n`).join(""), { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

function readClaim(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split("\n").filter(Boolean);
  } catch {
    return [];
  }
}

function makeStub(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if (codeOf(error) !== "EEXIST") throw error;
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => !name.endsWith(".new"));
  } catch {
    return [];
  }
}

// It is gone already, or holds something that is not ours.
function remove(work: () => void): void {
  try {
    work();
  } catch {
    // See above.
  }
}
