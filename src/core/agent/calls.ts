/** Runs the tool calls of one answer and gives each its result. */
import type {
  FileChange,
  FullOutput,
  SessionEvent,
  ToolOutcome,
  ToolRequest,
  ToolTitle,
} from "#protocol/session.ts";
import { BooError, messageOf } from "../errors.ts";
import { changedLines } from "../tools/changed-lines.ts";
import { findTool, toolHeaders } from "../tools/registry.ts";
import type { TextChange, Tool, ToolResult, ToolRun } from "../tools/tool.ts";
import type { CallHistory } from "./call-history.ts";
import { suspended } from "./questions.ts";
import type { TurnRun } from "./turn.ts";

interface Prepared {
  readonly request: ToolRequest;
  readonly title: ToolTitle;
  readonly tool: Tool | undefined;
  readonly input: unknown;
  /** What is wrong with the call itself, for the model. */
  readonly problem?: string;
}

interface Ended {
  readonly outcome: ToolOutcome;
  readonly output: string;
  readonly note?: string;
  readonly changes?: readonly TextChange[];
  readonly moreFiles?: number;
  readonly full?: FullOutput;
}

/** Runs calls: read-only neighbours at the same time, others one after another; all have a result when this resolves, stopped or not. */
export async function runCalls(
  run: TurnRun,
  step: string,
  requests: readonly ToolRequest[],
  history: CallHistory,
): Promise<void> {
  const calls = requests.map(prepare);
  // Those of an earlier window were announced there.
  const isNew = run.open?.calls !== requests;
  const announced = Promise.all(isNew ? calls.map((call) => start(run, call)) : []);
  let next = 0;
  while (next < calls.length) {
    let end = next + 1;
    // What changes something is announced on disk first; what only looks need not wait, since no request is sent before that is there.
    if (!isReadOnly(calls[next])) await announced;
    while (isReadOnly(calls[next]) && end < calls.length && isReadOnly(calls[end])) end += 1;
    await Promise.all(calls.slice(next, end).map((call) => runCall(run, step, call, history)));
    next = end;
  }
}

function isReadOnly(call: Prepared | undefined): boolean {
  return call?.tool?.isReadOnly ?? false;
}

function prepare(request: ToolRequest): Prepared {
  const unknownTitle = { verb: request.name.slice(0, 60), object: "" };
  const tool = findTool(request.name);
  if (tool === undefined) {
    return {
      request,
      tool,
      input: undefined,
      title: unknownTitle,
      problem: `There is no tool "${request.name.slice(0, 60)}". There are: ${toolHeaders()
        .map((entry) => entry.name)
        .join(", ")}.`,
    };
  }
  let input: unknown;
  try {
    input = JSON.parse(request.arguments);
  } catch (error) {
    return {
      request,
      tool,
      input,
      title: unknownTitle,
      problem: `The arguments are not valid JSON (${messageOf(error)}). Make the call again.`,
    };
  }
  const parsed = tool.input.safeParse(input);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join(".") || "input"}: ${issue.message}`);
    return {
      request,
      tool,
      input,
      title: unknownTitle,
      problem: `The arguments do not fit. ${issues.slice(0, 5).join("; ")}.`,
    };
  }
  return { request, tool, input, title: tool.title(input) };
}

function start(run: TurnRun, call: Prepared): Promise<boolean> {
  return emit(run, {
    type: "tool-start",
    at: run.ports.clock.now(),
    turn: run.turn,
    call: call.request.id,
    title: call.title,
    ...(isReadOnly(call) && { isReadOnly: true }),
  });
}

async function runCall(run: TurnRun, step: string, call: Prepared, history: CallHistory): Promise<void> {
  const { clock } = run.ports;
  const startedAt = clock.now();
  const { request, title } = call;
  const span = {
    id: request.id,
    parent: step,
    turn: run.number,
    kind: "tool" as const,
    name: `execute_tool ${request.name.slice(0, 60)}`,
    title: [title.verb, title.object, title.detail].filter(Boolean).join(" ").slice(0, 200),
    startedAt,
  };
  run.recorder.start(span);
  const warning = history.warn(request.name, request.arguments);
  const ended = await endOf(run, call);
  // Its question waits for the next window, and so does the call.
  if (run.signal.reason === suspended) return;
  const endedAt = clock.now();
  const files =
    ended.changes === undefined
      ? undefined
      : await Promise.all(ended.changes.map((change) => keepChange(run, change)));
  const text = warning === undefined ? ended.output : `${ended.output}\n${warning}`;
  // Not waited for: the next request may leave before this is on disk.
  const output = await run.session.keep(text);
  void emit(run, {
    type: "tool-end",
    at: endedAt,
    turn: run.turn,
    call: request.id,
    startedAt,
    outcome: ended.outcome,
    output,
    ...(ended.note !== undefined && { note: ended.note }),
    ...(files !== undefined && { files }),
    ...(ended.moreFiles !== undefined && { moreFiles: ended.moreFiles }),
    ...(ended.full && { full: ended.full }),
  });
  run.recorder.end({
    ...span,
    endedAt,
    outcome: ended.outcome,
    timings: { toolMs: endedAt - startedAt },
    outputEvent: run.session.eventCount - 1,
    ...(ended.outcome === "error" && { error: { code: "tool-failed", message: ended.output.slice(0, 300) } }),
  });
}

async function endOf(run: TurnRun, call: Prepared): Promise<Ended> {
  if (call.problem !== undefined || call.tool === undefined)
    return { outcome: "error", output: call.problem ?? "" };
  if (run.signal.aborted) return cancelled;
  const { tool, input } = call;
  try {
    run.task?.check(tool.name);
  } catch (error) {
    return failed(run, call, error);
  }
  const work = tool.run(input, toolRunOf(run, call.request.id)).then(
    ({ hasFailed, ...result }: ToolResult): Ended => ({ outcome: outcomeOf(run, hasFailed), ...result }),
    (error: unknown): Ended => failed(run, call, error),
  );
  const { promise: stopped, dispose } = afterStop(run);
  const ended = await Promise.race([work, stopped]);
  dispose();
  return ended;
}

function outcomeOf(run: TurnRun, hasFailed: boolean | undefined): ToolOutcome {
  if (hasFailed !== true) return "ok";
  return run.signal.aborted ? "cancelled" : "error";
}

function toolRunOf(run: TurnRun, call: string): ToolRun {
  const { signal, session, commands, unsaved, permissions, task, scripted } = run;
  const { editor, files, codeIntel, snapshots, clock, log, home, isTrusted } = run.ports;
  return {
    ...{ editor, files, codeIntel, snapshots, clock, log, home, signal, call, commands, unsaved },
    ...{ isTrusted: isTrusted(), mode: session.state.mode },
    ...(task ? { task } : { workflows: run.workflows?.() }),
    ask: (question) => run.ask(question),
    ...(scripted?.commandEnded && { commandEnded: scripted.commandEnded }),
    ...(scripted?.streamBytes !== undefined && { streamBytes: scripted.streamBytes }),
    guard: permissions.guard({
      ...{ session, call, signal, ask: run.ask },
      agent: nameOf(run),
      folders: editor.folders(),
    }),
    tell: (text) => void session.emit({ type: "tool-output", call, text }),
  };
}

/** Who asks, as a user reads it. */
function nameOf({ task }: TurnRun): string {
  return task?.terms.origin.label ?? "BooCode";
}

const cancelled: Ended = {
  outcome: "cancelled",
  output: "Cancelled by the user before it finished; it may have had part of its effect.",
};

function failed(run: TurnRun, call: Prepared, error: unknown): Ended {
  if (run.signal.aborted) return cancelled;
  if (error instanceof BooError)
    return { outcome: error.code === "denied" ? "denied" : "error", output: error.message };
  run.ports.log.error(`The tool ${call.request.name} failed unexpectedly.`, error);
  return { outcome: "error", output: `The tool failed: ${messageOf(error)}` };
}

// A tool that is about to come back with what it did is given a moment, so that an applied edit is not told as cancelled.
function afterStop(run: TurnRun): { readonly promise: Promise<Ended>; readonly dispose: () => void } {
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const give = (): void => {
    setTimeout(() => resolve(cancelled), run.limits.stopGraceMs);
  };
  run.signal.addEventListener("abort", give, { once: true });
  return { promise, dispose: () => run.signal.removeEventListener("abort", give) };
}

async function keepChange(run: TurnRun, change: TextChange): Promise<FileChange> {
  const { before, after, path } = change;
  const lines = changedLines(before ?? "", after ?? "");
  const counts = {
    added: sum(lines.map((line) => line.added.length)),
    removed: sum(lines.map((line) => line.removed.length)),
  };
  const kind = before === undefined ? "created" : after === undefined ? "deleted" : "changed";
  if (change.keptOut !== undefined) return { path, kind, ...counts, keptOut: change.keptOut };
  const holdsSecret = run.redactor.finds(before ?? "") || run.redactor.finds(after ?? "");
  if (holdsSecret)
    return { path, kind, ...counts, keptOut: "The file holds an API key, so BooCode keeps no copy of it." };
  try {
    const { store } = run.ports;
    const keep = async (text: string | undefined): Promise<string | undefined> =>
      text === undefined ? undefined : store.putBlob(text);
    const [beforeBlob, afterBlob] = await Promise.all([keep(before), keep(after)]);
    return {
      path,
      kind,
      ...counts,
      ...(beforeBlob !== undefined && { before: beforeBlob }),
      ...(afterBlob !== undefined && { after: afterBlob }),
    };
  } catch {
    return { path, kind, ...counts, keptOut: "The store could not be written when the file was changed." };
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function emit(run: TurnRun, event: SessionEvent): Promise<boolean> {
  return run.session.emit(event);
}
