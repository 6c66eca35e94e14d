/** Git on a repository of BooCode's own over a folder: the project's repository and settings are neither read nor touched. */
import { spawn } from "node:child_process";
import { cp, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

// Of the project's attributes none may run a filter or change a byte; git's own file has the last word about them.
const attributes = "* -text -ident -filter -working-tree-encoding -diff -merge\n";
const settings = `[core]
	repositoryformatversion = 0
	bare = false
	autocrlf = false
	fsmonitor = false
	hooksPath = /dev/null
	quotePath = false
	looseCompression = 0
	fsync = none
[gc]
	auto = 0
[advice]
	addEmbeddedRepo = false
`;

const staleIndexMs = 24 * 60 * 60 * 1000;
const lifeMs = 3 * 24 * 60 * 60 * 1000;

/** What git said, and how it ended. */
export interface GitResult {
  readonly status: number | undefined;
  readonly output: Buffer;
}

/** A repository of which only BooCode knows. */
export interface ShadowRepository {
  /** Runs git on it; `input` is what it reads. Rejects with the signal's reason. */
  run(args: readonly string[], signal: AbortSignal, input?: string): Promise<GitResult>;
}

/** Makes the repository of a folder in a directory of its own, if it is not there yet. */
export async function openShadow(directory: string, folder: string): Promise<ShadowRepository> {
  // What was kept grows with every change: the repository begins anew once in a while.
  const head = await stat(join(directory, "HEAD")).catch(() => undefined);
  if (head === undefined || Date.now() - head.mtimeMs > lifeMs) await make(directory);
  // Patterns alone: what a person keeps out of their own repository is kept out here, too.
  await cp(join(folder, ".git/info/exclude"), join(directory, "info/exclude"), { force: true }).catch(
    () => {},
  );
  const index = join(directory, `index-${process.pid}`);
  // A process that had this number may have been killed in the middle.
  await unlock(index);
  await seedIndex(directory, index);
  const env = {
    PATH: process.env["PATH"],
    HOME: directory,
    GIT_DIR: directory,
    GIT_WORK_TREE: folder,
    GIT_INDEX_FILE: index,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_OPTIONAL_LOCKS: "0",
    LC_ALL: "C",
  };
  return {
    async run(args, signal, input) {
      try {
        return await runGit(args, { cwd: folder, env }, signal, input);
      } catch (error) {
        // Git that was killed leaves its lock, which would keep every later one out.
        await unlock(index);
        throw error;
      }
    },
  };
}

function unlock(index: string): Promise<void> {
  return rm(`${index}.lock`, { force: true });
}

// What an earlier window looked at need not be read again; its list of that goes with it.
async function seedIndex(directory: string, index: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => /^index-\d+$/.test(name));
  const dated = await Promise.all(
    names.map(async (name) => ({
      path: join(directory, name),
      at: (await stat(join(directory, name))).mtimeMs,
    })),
  );
  const [newest, ...older] = dated.toSorted((a, b) => b.at - a.at);
  if (newest !== undefined && newest.path !== index) await cp(newest.path, index).catch(() => {});
  for (const { path, at } of older)
    if (Date.now() - at > staleIndexMs && path !== index) await rm(path, { force: true });
}

async function make(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true });
  for (const name of ["objects", "refs", "info"])
    await mkdir(join(directory, name), { recursive: true, mode: 0o700 });
  await writeFile(join(directory, "config"), settings, { mode: 0o600 });
  await writeFile(join(directory, "info/attributes"), attributes);
  await writeFile(join(directory, "HEAD"), "ref: refs/heads/none\n");
}

function runGit(
  args: readonly string[],
  where: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
  signal: AbortSignal,
  input: string | undefined,
): Promise<GitResult> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<GitResult>();
  const child = spawn("git", args, { ...where, stdio: ["pipe", "pipe", "ignore"] });
  const chunks: Buffer[] = [];
  const abort = (): void => void child.kill("SIGKILL");
  signal.addEventListener("abort", abort, { once: true });
  child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  child.stdin.on("error", () => {});
  child.stdin.end(input ?? "");
  child.once("error", reject);
  child.once("close", (status) => {
    signal.removeEventListener("abort", abort);
    if (signal.aborted) reject(signal.reason as Error);
    else resolve({ status: status ?? undefined, output: Buffer.concat(chunks) });
  });
  return promise;
}
