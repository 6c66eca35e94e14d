/** One simple command: its assignments, redirections, words, and who takes them. */
import type { Command, Function as FunctionNode } from "unbash";
import { CommandDraft } from "./draft.ts";
import { builtins } from "./builtins.ts";
import type { Cursor, Setting, Walk } from "./reader.ts";
import { followRedirections, type Redirected } from "./redirections.ts";
import { isShell, startShell } from "./shells.ts";
import { join, setVariable, unchanged, type Outcome, type ShellState } from "./state.ts";
import { concatenate, exactText, type Field } from "./values.ts";
import { assignedValues, expandWord } from "./words.ts";
import { applyProgram } from "../programs/apply.ts";
import { programOf, projectProgramOf } from "../programs/index.ts";
import type { Call } from "../programs/program.ts";
import { judgeAssignment } from "../programs/variables.ts";

const special = new Set(["command_not_found_handle", "busybox", "toybox"]);

interface Assigned {
  readonly name: string;
  readonly values: readonly string[];
}

/** Follows a command as it stands in the line. */
export function followCommand(node: Command, setting: Setting, walk: Walk): Outcome {
  const cursor: Cursor = { state: setting.state };
  const assigned = node.prefix.flatMap((one): readonly Assigned[] => {
    if (one.type !== "Assignment") return [];
    const values = assignedValues(one, cursor, walk);
    // The next one may already use it.
    if (node.name === undefined) cursor.state = setVariable(cursor.state, one.name, values);
    return [{ name: one.name, values }];
  });
  const fields = fieldsOf(node, cursor, walk);
  const redirected = followRedirections(node.redirects, cursor, walk);
  const input = redirected.input ?? setting.input;
  const inner = { state: cursor.state, input, text: setting.text };
  if (fields.length === 0) return assignOnly(assigned, redirected, inner, walk);
  return runCommand(fields, inner, walk, { assigned, redirected });
}

function fieldsOf(node: Command, cursor: Cursor, walk: Walk): readonly Field[] {
  const fields: Field[] = node.name === undefined ? [] : [...expandWord(node.name, cursor, walk)];
  for (const one of node.args) {
    if (one.type === "Word") fields.push(...expandWord(one, cursor, walk));
    else {
      const head = `${one.name}${one.append === true ? "+" : ""}=`;
      const values = concatenate([head], assignedValues(one, cursor, walk));
      fields.push({ values, isSplit: false, text: one.text });
    }
  }
  return fields;
}

function assignOnly(
  assigned: readonly Assigned[],
  redirected: Redirected,
  setting: Setting,
  walk: Walk,
): Outcome {
  const draft = new CommandDraft([], setting.text, setting.state.folders, walk.context);
  for (const { name, values } of assigned) judgeAssignment(name, values, "shell", draft);
  walk.addFinished(draft, redirected);
  return unchanged(setting.state);
}

/** What stands around the words of a command. */
export interface Around {
  readonly assigned: readonly Assigned[];
  readonly redirected: Redirected | undefined;
  readonly skips?: "functions" | undefined;
}

/** Runs words as a command. */
export function runCommand(
  fields: readonly Field[],
  setting: Setting,
  walk: Walk,
  { assigned, redirected, skips }: Around,
): Outcome {
  walk.spend();
  const draft = new CommandDraft(fields, setting.text, setting.state.folders, walk.context);
  const slot = walk.reserve(draft);
  draft.useGlobs(fields);
  const name = exactText(fields[0]);
  // Only this command sees what is assigned before it; "read" and its like split by it and do no more.
  const isReading = name === "read" || name === "mapfile" || name === "readarray";
  for (const one of assigned)
    if (!isReading || one.name !== "IFS") judgeAssignment(one.name, one.values, "environment", draft);
  let state = setting.state;
  for (const one of assigned) state = setVariable(state, one.name, one.values);
  const printed = dispatch(name, { ...setting, state }, draft, walk, skips);
  const outcome = redirected?.movesOutput === true ? { ok: printed.ok, failed: printed.failed } : printed;
  walk.fill(slot, draft, redirected);
  if (assigned.length === 0) return outcome;
  return {
    ...outcome,
    ok: outcome.ok && withVariablesOf(outcome.ok, setting.state),
    failed: outcome.failed && withVariablesOf(outcome.failed, setting.state),
  };
}

// What was set for a command only may stay, in some modes of the shell.
function withVariablesOf(after: ShellState, before: ShellState): ShellState {
  return { ...after, variables: (join(after, { ...after, variables: before.variables }) ?? after).variables };
}

function dispatch(
  name: string | undefined,
  setting: Setting,
  draft: CommandDraft,
  walk: Walk,
  skips: Around["skips"],
): Outcome {
  const { state } = setting;
  const args = draft.fields.slice(1);
  if (name === undefined || draft.fields[0]?.isSplit === true) {
    draft.ask("Which program it runs is not known.", "nothing");
    return unchanged(state);
  }
  const body = skips === undefined ? state.functions.get(name) : undefined;
  if (body !== undefined) return callFunction(body, args, setting, draft, walk);
  const own = programName(name, walk);
  const call: Call = { name: own ?? baseName(name), args, draft, setting, reader: walk };
  if (own === undefined) return runProjectProgram(call);
  const builtin = Object.hasOwn(builtins, own) ? builtins[own] : undefined;
  if (builtin !== undefined) return builtin(call);
  if (isShell(own)) return startShell(call);
  if (own === "busybox" || own === "toybox") return runApplet(call);
  const program = programOf(own);
  if (program !== undefined)
    return {
      ...unchanged(state, applyProgram(program, call)),
      isOneLine: program.printsOneLine === true,
    };
  draft.ask(`"${own}" is no program that is known.`, "rule");
  for (const field of args) draft.guess(field);
  draft.useFolders({ operation: "run" });
  return unchanged(state);
}

/** The name by which a program is known; undefined for one that is named by its place, which the system's own folders are not. */
function programName(name: string, walk: Walk): string | undefined {
  const plain = walk.context.isWindows ? name.replaceAll("\\", "/").replace(/\.(?:exe|cmd|bat)$/i, "") : name;
  if (!plain.includes("/")) return plain;
  const [, system] = /^\/(?:usr\/)?(?:local\/)?s?bin\/([^/]+)$/.exec(plain) ?? [];
  return system;
}

function baseName(name: string): string {
  return name.slice(name.lastIndexOf("/") + 1);
}

function runProjectProgram(call: Call): Outcome {
  const { draft, name, setting } = call;
  const [field] = draft.fields;
  if (field !== undefined) draft.use(field, { operation: "run" });
  draft.runsCode("It runs the project's own code.");
  if (isShell(name)) return startShell(call);
  return unchanged(setting.state, applyProgram(projectProgramOf(name), call));
}

function runApplet({ draft, args, setting, reader }: Call): Outcome {
  draft.isWrapper = true;
  const [first] = args;
  if (exactText(first)?.startsWith("-") === true) draft.ask("What it does is not known.", "exact-rule");
  return args.length === 0
    ? unchanged(setting.state)
    : unchanged(setting.state, reader.runFields(args, setting, "functions").output);
}

function callFunction(
  node: FunctionNode,
  args: readonly Field[],
  setting: Setting,
  draft: CommandDraft,
  walk: Walk,
): Outcome {
  draft.isWrapper = true;
  const { state } = setting;
  const parameters = args.some((field) => field.isSplit) ? undefined : args;
  const { ok, failed } = walk.callBody(node, { ...setting, state: { ...state, parameters } });
  const after = (inner: ShellState | undefined): ShellState | undefined =>
    inner && { ...withVariablesOf(inner, state), parameters: state.parameters };
  return { ok: after(ok), failed: after(failed) };
}

/** True for a name that the shell or the policy knows: a function of that name would change what it means. */
export function isKnownCommand(name: string): boolean {
  return Object.hasOwn(builtins, name) || isShell(name) || programOf(name) !== undefined || special.has(name);
}
