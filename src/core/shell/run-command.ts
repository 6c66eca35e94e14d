/** One command line from the leave to the result: asked for, run, followed, asked again where the confinement refused something, undone when the user wants. */
import { BooError } from "../errors.ts";
import type { CommandAccess, CommandLeave } from "../permissions/guard.ts";
import type { Snapshot } from "../shell-ports.ts";
import type { ToolResult, ToolRun } from "../tools/tool.ts";
import {
  addChanges,
  changesOf,
  type CommandChanges,
  noChanges,
  toldChanges,
  unlistedNote,
} from "./changed-by-command.ts";
import type { SessionCommand } from "./commands.ts";
import { describeEnd, endNote } from "./end-text.ts";

/** What a tool call asks for. */
export interface CommandRequest extends CommandAccess {
  readonly timeoutMs: number | undefined;
  readonly isBackground: boolean;
}

/** Runs a command line; resolves when it has ended, or at once for one in the background. */
export async function runCommand(request: CommandRequest, run: ToolRun): Promise<ToolResult> {
  await saveOwnChanges(run);
  const waiting = run.guard.waitingRefusals;
  let leave =
    waiting.length > 0 ? await run.guard.refused(request, waiting) : await run.guard.command(request);
  let changes = noChanges;
  for (;;) {
    const { command, changed } = await runOnce(request, leave, run);
    changes = addChanges(changes, changed);
    const { end } = command.running;
    if (end === undefined)
      return {
        output: `started as ${command.name}; shell_output reads what it writes`,
        note: "in the background",
      };
    const wasRefused = leave.confinement !== undefined && end.refusals.length > 0 && end.exitCode !== 0;
    const more = wasRefused ? await moreLeave(request, command, run) : undefined;
    if (more === undefined) return resultOf(command, changes, run);
    if ("denial" in more) return resultOf(command, changes, run, more.denial);
    await command.running[Symbol.asyncDispose]();
    leave = more;
  }
}

async function moreLeave(
  request: CommandRequest,
  { running }: SessionCommand,
  run: ToolRun,
): Promise<CommandLeave | { readonly denial: string } | undefined> {
  if (run.signal.aborted || running.end?.cause !== "exit") return undefined;
  try {
    return await run.guard.refused(request, running.end.refusals);
  } catch (error) {
    if (error instanceof BooError && error.code === "denied") return { denial: error.message };
    throw error;
  }
}

async function runOnce(
  request: CommandRequest,
  leave: CommandLeave,
  run: ToolRun,
): Promise<{ readonly command: SessionCommand; readonly changed: CommandChanges }> {
  await using held = new AsyncDisposableStack();
  const snapshot = held.use(leave.isReadOnly ? undefined : await takeSnapshot(run));
  const command = await run.commands.start(
    { ...request, call: run.call, leave, streamBytes: run.streamBytes },
    run.signal,
  );
  const { running } = command;
  if (request.isBackground) {
    // What ends at once, mostly because it is wrong, is told at once.
    await Promise.race([running.ended, run.clock.sleep(backgroundStartMs, run.signal).catch(() => {})]);
    if (running.end === undefined) {
      if (snapshot !== undefined) run.commands.changes.watch(running, snapshot);
      held.move();
      return { command, changed: noChanges };
    }
  } else await followToEnd(command, run);
  const changed = snapshot === undefined ? noChanges : await changesOf(snapshot, run);
  return { command, changed };
}

const backgroundStartMs = 300;

async function followToEnd({ running }: SessionCommand, run: ToolRun): Promise<void> {
  const unfollow = running.onOutput((text) => run.tell(text));
  const stop = (): void => void running.stop();
  run.signal.addEventListener("abort", stop, { once: true });
  try {
    if (run.signal.aborted) stop();
    await running.ended;
  } finally {
    run.signal.removeEventListener("abort", stop);
    unfollow();
  }
}

async function takeSnapshot(run: ToolRun): Promise<Snapshot | undefined> {
  const taken = await run.snapshots.take(
    run.editor.folders().map(({ path }) => path),
    run.signal,
  );
  if (!("problem" in taken)) return taken;
  run.commands.warnOnce(taken.problem, run.log);
  return undefined;
}

async function resultOf(
  command: SessionCommand,
  changed: CommandChanges,
  run: ToolRun,
  denial?: string,
): Promise<ToolResult> {
  const { running } = command;
  const { text, isWhole } = await describeEnd(command, run.commands.isStoppedByUser(command), denial);
  await run.commandEnded?.(running);
  const blob = isWhole ? undefined : await running.keep().catch(() => undefined);
  if (isWhole) await running[Symbol.asyncDispose]();
  const isOk = running.end?.exitCode === 0;
  return {
    output: [text, unlistedNote(changed)].filter(Boolean).join("\n"),
    note: endNote(running.end),
    ...(!isOk && { hasFailed: true }),
    ...toldChanges(changed),
    ...(blob !== undefined && { full: { blob, bytes: running.bytes } }),
  };
}

// A command reads files from disk: what the agent changed in documents with the user's own unsaved changes would be missing there.
async function saveOwnChanges(run: ToolRun): Promise<void> {
  const dirty = new Set(run.editor.dirtyDocuments().map(({ path }) => path));
  const own = run.unsaved.paths().filter((path) => dirty.has(path));
  if (own.length === 0 || !(await run.unsaved.maySave(own))) return;
  for (const path of own) await run.editor.save(path);
}
