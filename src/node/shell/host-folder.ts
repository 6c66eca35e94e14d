/** The folder of this process's commands, and what is left of processes that were killed. */
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { readdir, rm, rmdir, stat, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { makeDirectory } from "../store/durable-directory.ts";
import { isWriterRunning } from "../store/process-life.ts";
import { birthOf, findProcesses, signalAll } from "./processes.ts";

/** A session's temporary folder that nobody has touched for so long (ms) is removed. */
const temporaryAge = 14 * 86_400_000;

/** A folder that has been without an identity for so long (ms) was cut when it was made. */
const makingAge = 3_600_000;
/** Killed processes are looked for this often, since they may fork meanwhile. */
const killRounds = 100;

const identitySchema = z.object({
  pid: z.number(),
  host: z.string(),
  startedAt: z.number(),
  /** Tells the process from a later one with its number, where the system tells. */
  birth: z.string().optional(),
});

const identityFile = "host.json";
const markSuffix = ".call";
const hidden = { file: "hidden-file", folder: "hidden-folder", empty: "empty-folder" };

/** Paths in a host's folder. */
export interface HostFolder {
  readonly path: string;
  /** The folder's own name, which no other has. */
  readonly name: string;
  /** What stands for what a confined command must not see (a file, a folder), and for what must not come to be. */
  readonly hiddenFile: string;
  readonly hiddenFolder: string;
  readonly emptyFolder: string;
}

/** Makes the folder of this process below `commands`. */
export async function makeHostFolder(commands: string): Promise<HostFolder> {
  const name = `${process.pid}-${randomBytes(4).toString("hex")}`;
  const path = join(commands, name);
  await makeDirectory(path);
  const identity: z.infer<typeof identitySchema> = {
    pid: process.pid,
    host: hostname(),
    startedAt: Date.now(),
    birth: birthOf(process.pid),
  };
  writeFileSync(join(path, identityFile), JSON.stringify(identity), { mode: 0o600 });
  const paths = {
    hiddenFile: join(path, hidden.file),
    hiddenFolder: join(path, hidden.folder),
    emptyFolder: join(path, hidden.empty),
  };
  writeFileSync(paths.hiddenFile, "", { mode: 0 });
  mkdirSync(paths.hiddenFolder, { mode: 0 });
  mkdirSync(paths.emptyFolder, { mode: 0o555 });
  return { path, name, ...paths };
}

/** Writes down that a command runs, so that its processes are found if this one is killed; the returned function takes it back. */
export async function recordCall(folder: HostFolder, mark: string): Promise<() => Promise<void>> {
  const path = join(folder.path, `${mark}${markSuffix}`);
  await writeFile(path, "", { mode: 0o600 });
  return () => unlink(path).catch(() => {});
}

/** Ends the commands of processes that are gone, and removes their outputs and folders. */
export async function sweepHosts(commands: string): Promise<void> {
  for (const name of await readdir(commands).catch(() => [])) {
    const path = join(commands, name);
    if (isAlive(path)) continue;
    await Promise.all(
      readdirSync(path)
        .filter((file) => file.endsWith(markSuffix))
        .map((file) => killMarked(file.slice(0, -markSuffix.length))),
    );
    await removeHostFolder(path);
  }
}

/** Removes a host's folder; nothing of it is needed any more. */
export async function removeHostFolder(path: string): Promise<void> {
  // Nobody can look into it, which removing begins with.
  await rmdir(join(path, hidden.folder)).catch(() => {});
  await rm(path, { recursive: true, force: true });
}

function isAlive(path: string): boolean {
  try {
    const identity = identitySchema.parse(JSON.parse(readFileSync(join(path, identityFile), "utf8")));
    const { pid, host, birth } = identity;
    if (host === hostname() && birth !== undefined && birthOf(pid) !== birth) return false;
    // Of another machine's processes nothing can be known.
    return isWriterRunning(identity) !== false;
  } catch {
    const made = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return Date.now() - made < makingAge;
  }
}

async function killMarked(mark: string): Promise<void> {
  for (let round = 0; round < killRounds; round++) {
    const found = await findProcesses({ mark }, true);
    if (found.length === 0) return;
    signalAll(found, "SIGKILL");
  }
}

/** Removes what is in the temporary folders of sessions that have not been used for two weeks. */
export async function sweepTemporary(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > temporaryAge)
      await rm(path, { recursive: true, force: true });
  }
}
