/** Gets everything ready for a command: its shell, its variables, its pipe, its confinement. */
import { statSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { BooError, messageOf } from "#core/errors.ts";
import type { Log } from "#core/ports.ts";
import type { CommandSpec } from "#core/shell-ports.ts";
import type { Blobs } from "../store/blobs.ts";
import type { Launch } from "./command.ts";
import type { Confined, Confiner } from "./confiner.ts";
import { commandEnvironment, markVariable } from "./environment.ts";
import { recordCall, type HostFolder } from "./host-folder.ts";
import { listeningPorts } from "./listeners.ts";
import { Output } from "./output.ts";
import { closeNow } from "./output-source.ts";
import type { Pipe, Pipes } from "./pipes.ts";
import { findShell } from "../programs.ts";
import { findRefusals } from "./refusals.ts";
import { exists, realPath } from "./tool-folders.ts";

/** What all launches share. */
export interface LaunchContext {
  readonly folder: HostFolder;
  readonly pipes: Pipes;
  readonly environment: NodeJS.ProcessEnv;
  readonly confiner: Confiner;
  readonly blobs: Blobs;
  readonly outputLimit: number;
  readonly shells: readonly string[];
  readonly home: string;
  readonly log: Log;
}

/** What a command runs as. */
interface Invocation {
  readonly program: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly confined: Confined | undefined;
}

/** Takes something back. */
export type Undo = () => Promise<unknown> | void;

/** Prepares a command; what has to be undone if it does not start is told in `undo`. Throws BooError with a reason for a person. */
export async function prepareLaunch(
  id: string,
  spec: CommandSpec,
  undo: Undo[],
  context: LaunchContext,
): Promise<Launch> {
  await checkFolder(spec.folder);
  const pipe = await takePipe(context, undo);
  const { secrets, secretMarker, streamBytes: limit } = spec;
  const errors = limit === undefined || pipe === undefined ? undefined : await takePipe(context, undo);
  const { confined, ...invocation } = await invoke(id, spec, pipe, context);
  undo.push(() => confined?.release());
  const forget = await recordCall(context.folder, id);
  undo.push(forget);
  return {
    ...invocation,
    folder: spec.folder,
    timeoutMs: spec.timeoutMs,
    isConfined: confined !== undefined,
    pipe,
    ...(errors && limit !== undefined && { errors: { pipe: errors, limit, secrets, secretMarker } }),
    output: outputOf(join(context.folder.path, `${id}.out`), spec, context),
    giveBack: (isFree) => {
      if (!isFree) return;
      for (const one of [pipe, errors]) if (one !== undefined) context.pipes.giveBack(one.path);
    },
    settle: async (said, exitCode) => {
      await forget();
      if (confined === undefined) return [];
      const changed = await confined.release();
      return [...changed, ...readRefusals(said, exitCode, spec, { ...confined, home: context.home })];
    },
    adopt: (path, hash) => context.blobs.adopt(path, hash),
    log: context.log,
  };
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined) throw new BooError("no-folder", `The folder ${folder} does not exist.`);
  if (!found.isDirectory()) throw new BooError("no-folder", `${folder} is not a folder.`);
}

async function takePipe({ pipes }: LaunchContext, undo: Undo[]): Promise<Pipe | undefined> {
  // Where named pipes can not be made, Node's own have to do.
  const pipe = await pipes.take().catch(() => undefined);
  if (pipe === undefined) return undefined;
  undo.push(() => {
    closeNow(pipe.readEnd);
    closeNow(pipe.writeEnd);
    pipes.giveBack(pipe.path);
  });
  return pipe;
}

async function invoke(
  id: string,
  spec: CommandSpec,
  pipe: Pipe | undefined,
  context: LaunchContext,
): Promise<Invocation> {
  const { confinement } = spec;
  const environment = commandEnvironment({
    host: context.environment,
    hidden: spec.hiddenVariables,
    own: spec.variables,
    isConfined: confinement !== undefined,
    hasNetwork: confinement?.hasNetwork ?? true,
  });
  const shell = findShell(context.shells, environment["PATH"]);
  if (shell === undefined)
    throw new BooError("no-shell", `There is no ${context.shells.join(" or ")} here. Install one.`);
  const plain = [...shell, "-c", spec.line];
  // Both outputs have to come by one way to keep their order.
  const command = pipe === undefined ? [...shell, "-c", 'exec "$@" 2>&1', "sh", ...plain] : plain;
  // One that runs in another's command belongs to that, too.
  const marks = [context.environment[markVariable], id].filter(Boolean).join(",");
  const marked = { [markVariable]: marks };
  if (confinement === undefined) {
    const [program = "", ...rest] = command;
    const all = { ...environment, ...marked };
    return { program, arguments: rest, environment: all, confined: undefined };
  }
  const confined = await context.confiner.prepare(id, spec, confinement, {
    words: command,
    shell,
    variables: marked,
  });
  return { program: confined.program, arguments: confined.arguments, environment, confined };
}

function outputOf(path: string, spec: CommandSpec, { outputLimit }: LaunchContext): Launch["output"] {
  const gigabytes = (outputLimit / 1024 ** 3).toFixed(1);
  return {
    path,
    open: (command) =>
      Output.create({
        path,
        secrets: spec.secrets,
        secretMarker: spec.secretMarker,
        limit: outputLimit,
        onRoom: () => command.resume(),
        onFull: (cause) => {
          const problem =
            cause === undefined
              ? `It wrote more than ${gigabytes} GB and was ended.`
              : `Its output could not be written, so it was ended: ${messageOf(cause)}.`;
          void command.stopFor("output-limit", problem);
        },
      }),
  };
}

function readRefusals(
  said: string,
  exitCode: number | undefined,
  spec: CommandSpec,
  { view, home }: Pick<Confined, "view"> & Pick<LaunchContext, "home">,
): ReturnType<typeof findRefusals> {
  let ports: ReadonlySet<number> | undefined;
  return findRefusals(said, {
    line: spec.line,
    folder: spec.folder,
    exitCode,
    hasNetwork: spec.confinement?.hasNetwork ?? true,
    ...{ ...view, home },
    writable: (spec.confinement?.writable ?? []).filter(
      (path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true,
    ),
    exists,
    realPath: (path) => realPath(path) ?? path,
    listens: (port) => (ports ??= listeningPorts()).has(port),
  });
}
