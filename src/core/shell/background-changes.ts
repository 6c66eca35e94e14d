/**
 * What commands in the background change after their call has ended. It is known in the turn that began them and no longer: later nothing tells it
 * from what the user and other turns changed meanwhile, and to revert that as a command's work would cost them theirs.
 */
import type { RunningCommand, Snapshot } from "../shell-ports.ts";
import type { ToolRun } from "../tools/tool.ts";
import { changesOf, type CommandChanges, noChanges } from "./changed-by-command.ts";

interface Watched {
  /** How the folders were when it began. */
  readonly snapshot: Snapshot;
  /** Files that other calls changed since, as the model names them. */
  readonly others: Set<string>;
}

/** Watches the background commands of one session. */
export class BackgroundChanges {
  readonly #watched = new Map<RunningCommand, Watched>();

  /** Takes over the snapshot that was made before a command began. */
  watch(command: RunningCommand, snapshot: Snapshot): void {
    this.#watched.set(command, { snapshot, others: new Set() });
  }

  /** Another call changed files: they are its work. */
  noteOthers(paths: readonly string[]): void {
    for (const { others } of this.#watched.values()) for (const path of paths) others.add(path);
  }

  /** What a command changed that has ended; told once. */
  async take(command: RunningCommand, run: ToolRun): Promise<CommandChanges> {
    const watched = this.#watched.get(command);
    if (watched === undefined || command.end === undefined) return noChanges;
    await using snapshot = watched.snapshot;
    this.#watched.delete(command);
    const { changes, more } = await changesOf(snapshot, run);
    const own = changes.filter(({ path }) => !watched.others.has(path));
    this.noteOthers(own.map(({ path }) => path));
    return { changes: own, more };
  }

  /** Their turn is over. */
  async forget(): Promise<void> {
    const all = [...this.#watched.values()];
    this.#watched.clear();
    await Promise.all(all.map(({ snapshot }) => snapshot[Symbol.asyncDispose]()));
  }
}
