/** Puts commands into the system's sandbox. */
import { execFile } from "node:child_process";
import { lstatSync, readlinkSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { BooError, messageOf } from "#core/errors.ts";
import type { Log } from "#core/ports.ts";
import type { CommandSpec, Confinement, Refusal } from "#core/shell-ports.ts";
import { bubblewrapArguments, type Mount } from "./bubblewrap.ts";
import { layOutView, type ConfinedView, type ProtectedLink } from "./confined-view.ts";
import type { HostFolder } from "./host-folder.ts";
import { MountStubs } from "./mount-stubs.ts";
import { findProgram } from "../programs.ts";
import { sandboxProfile } from "./sandbox-exec.ts";
import { sessionMounts, systemMounts } from "./system-view.ts";
import { findToolFolders, realPath } from "./tool-folders.ts";

const run = promisify(execFile);

/** What lies in the system's folders, and where tools are, is believed for so long (ms). */
const systemFreshMs = 600_000;
const toolsFreshMs = 30_000;
const trialMs = 10_000;

/**
 * The first process in there. When it ends everything ends, so it waits until nobody else is left. A signal to end is not for it, but not to
 * be ignored by what it starts; what it would say about the end of that goes nowhere. Files that the host left open are closed: they are ways
 * out. (A shell that is not bash knows no numbers above nine.)
 */
const waiter = `trap : TERM INT HUP
if [ -n "$BASH_VERSION" ]; then
  for file in /proc/self/fd/*; do
    [ "\${file##*/}" -gt 2 ] && eval "exec \${file##*/}>&-"
  done
fi
exec 3>&2 2> /dev/null
(exec "$@" 2>&3 3>&-)
code=$?
while set -- /proc/[0-9]*; [ $# -gt 1 ]; do sleep 0.1; done
exit $code`;

/** What confines commands. */
export type ConfinementKind = "bubblewrap" | "sandbox-exec";

/** A command that is ready to be confined. */
export interface Confined {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly view: Pick<ConfinedView, "sightOf" | "isSeen" | "isHeld">;
  /** Takes back what was made for it, and tells what it changed though it must not have. */
  readonly release: () => Promise<readonly Refusal[]>;
}

/** What is to be run in there: the words of a command, by which shell, with variables that nobody outside has. */
export interface ConfinedCommand {
  readonly words: readonly string[];
  readonly shell: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

/** What a confiner needs. */
export interface ConfinerOptions {
  /** The store's directory. */
  readonly directory: string;
  readonly log: Log;
  readonly home: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly hostFolder: () => Promise<HostFolder>;
}

/** The sandbox of this machine. */
export class Confiner {
  readonly #options: ConfinerOptions;
  #kind: Promise<ConfinementKind | undefined> | undefined;
  #stubs: MountStubs | undefined;
  #system: { readonly at: number; readonly mounts: Promise<readonly Mount[]> } | undefined;
  #tools: { readonly at: number; readonly folders: readonly string[] } | undefined;

  constructor(options: ConfinerOptions) {
    this.#options = options;
  }

  /** What confines commands here; tried once, by running something in it. */
  kind(): Promise<ConfinementKind | undefined> {
    this.#kind ??= this.#try();
    return this.#kind;
  }

  toolFolders(): readonly string[] {
    const { home, environment } = this.#options;
    if (this.#tools === undefined || Date.now() - this.#tools.at > toolsFreshMs)
      this.#tools = { at: Date.now(), folders: findToolFolders(home, environment["PATH"] ?? "") };
    return this.#tools.folders;
  }

  /** Prepares a command; throws BooError "not-confined" where its leave can not be put in force. */
  async prepare(
    id: string,
    spec: CommandSpec,
    confinement: Confinement,
    command: ConfinedCommand,
  ): Promise<Confined> {
    switch (await this.kind()) {
      case "bubblewrap":
        return this.#prepareBubblewrap(id, spec, confinement, command);
      case "sandbox-exec":
        return this.#prepareSandboxExec(confinement, command.words);
      case undefined:
        throw new BooError("not-confined", "Nothing on this machine can confine commands.");
    }
  }

  /** Removes what processes that are gone have left in folders. */
  async sweep(isGone: (host: string) => boolean): Promise<void> {
    await (await this.#mountStubs()).sweep(isGone);
  }

  close(): void {
    this.#stubs?.close();
  }

  async #mountStubs(): Promise<MountStubs> {
    const { name } = await this.#options.hostFolder();
    this.#stubs ??= new MountStubs(join(this.#options.directory, "mount-stubs"), name);
    return this.#stubs;
  }

  async #prepareBubblewrap(
    id: string,
    spec: CommandSpec,
    confinement: Confinement,
    { words, shell, variables }: ConfinedCommand,
  ): Promise<Confined> {
    const stubs = await this.#mountStubs();
    const view = await this.#view(confinement, stubs.claimed());
    if (!["writable", "readable"].includes(view.sightOf(realPath(spec.folder) ?? spec.folder)))
      throw new BooError("not-confined", `${spec.folder} is not among what a confined command may see.`);
    const unclaim = await stubs.claim(id, view.stubs);
    const arguments_ = bubblewrapArguments({
      mounts: view.mounts,
      folder: spec.folder,
      hasNetwork: confinement.hasNetwork,
      variables: { ...variables, TMPDIR: "/tmp" },
      command: [...shell, "-c", waiter, "sh", ...words],
    });
    return {
      program: this.#program("bwrap") ?? "bwrap",
      arguments: arguments_,
      view,
      release: async () => {
        await unclaim();
        return view.links.flatMap(putBack);
      },
    };
  }

  async #view(confinement: Confinement, stubs: ReadonlySet<string>): Promise<ConfinedView> {
    const { home, directory } = this.#options;
    const masks = await this.#options.hostFolder();
    const common = [
      ...(await this.#systemMounts()),
      ...sessionMounts(confinement.temporary, home, this.toolFolders()),
    ];
    return layOutView({ confinement, common, masks, home, stubs, ownFolder: directory });
  }

  async #systemMounts(): Promise<readonly Mount[]> {
    const masks = await this.#options.hostFolder();
    if (this.#system === undefined || Date.now() - this.#system.at > systemFreshMs)
      this.#system = { at: Date.now(), mounts: systemMounts(masks) };
    return this.#system.mounts;
  }

  #prepareSandboxExec(confinement: Confinement, command: readonly string[]): Confined {
    const { home } = this.#options;
    const profile = sandboxProfile({ confinement, home, toolFolders: this.toolFolders() });
    return {
      program: "/usr/bin/sandbox-exec",
      arguments: ["-p", profile, ...command],
      // There everything can be seen and little touched: what was refused is told by its words alone.
      view: { sightOf: () => "readable", isSeen: () => true, isHeld: () => false },
      release: () => Promise.resolve([]),
    };
  }

  #program(name: string): string | undefined {
    return findProgram(name, this.#options.environment["PATH"]);
  }

  async #try(): Promise<ConfinementKind | undefined> {
    if (process.platform === "darwin")
      return this.#program("sandbox-exec") === undefined ? undefined : "sandbox-exec";
    const program = process.platform === "linux" ? this.#program("bwrap") : undefined;
    if (program === undefined) return undefined;
    try {
      const arguments_ = bubblewrapArguments({
        mounts: await this.#systemMounts(),
        folder: "/",
        hasNetwork: false,
        variables: {},
        command: ["/bin/sh", "-c", "[ -r /proc/self/status ]"],
      });
      await run(program, arguments_, { timeout: trialMs, killSignal: "SIGKILL" });
      return "bubblewrap";
    } catch (error) {
      this.#options.log.warn(
        `Commands can not be confined by ${program}, so that more of them are asked about: ${firstLine(error)}`,
      );
      return undefined;
    }
  }
}

function firstLine(error: unknown): string {
  const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
  return (said === "" ? messageOf(error) : said).split("\n")[0] ?? "";
}

// Nothing can be laid over a link, or over nothing: what came in its place gets another name.
function putBack({ path, to }: ProtectedLink): readonly Refusal[] {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined && to === undefined) return [];
  if (found?.isSymbolicLink() === true && readlinkSync(path) === to) return [];
  try {
    if (found !== undefined) renameSync(path, `${path}.replaced-${Date.now()}`);
    if (to !== undefined) symlinkSync(to, path);
  } catch {
    // Its folder is gone: the refusal says where to look.
  }
  return [{ operation: "write", path }];
}
