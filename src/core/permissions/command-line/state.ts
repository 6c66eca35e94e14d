/** What is known of a shell while its line is followed: where it may be, what its variables hold, its functions. */
import type { Function as FunctionNode } from "unbash";
import { ANY, mergeValues, type Field } from "./values.ts";

/** Following a line takes more than is worth it. */
export class LineTooLarge extends Error {}

// More variables are not kept apart.
const variableLimit = 400;
// A shell that may be in more folders than this may be anywhere.
const folderLimit = 16;

/** The shell at one place in its line. Values of this type are never changed. */
export interface ShellState {
  /** The folders that it may be in, as the shell names them (absolute, ".." applied, links not); undefined: anywhere. */
  readonly folders: readonly string[] | undefined;
  /** What variables hold that the line has set; others are as the environment has them. */
  readonly variables: ReadonlyMap<string, readonly string[]>;
  readonly functions: ReadonlyMap<string, FunctionNode>;
  /** $1 and further; undefined: not known. */
  readonly parameters: readonly Field[] | undefined;
}

/** What a command feeds on: nothing of the line's own, what another prints, a file, or a text that stands in the line. */
export type Input =
  | { readonly kind: "inherited" }
  | { readonly kind: "file" }
  | { readonly kind: "pipe"; readonly names: readonly string[] | undefined }
  | { readonly kind: "text"; readonly text: string | undefined };

/** How the shell is after a command, where that worked and where it failed; undefined: it does not get there. */
export interface Outcome {
  readonly ok: ShellState | undefined;
  readonly failed: ShellState | undefined;
  /** What each printed line is a path of, or may be; undefined: anything. */
  readonly output?: readonly string[] | undefined;
  /** It prints exactly one line. */
  readonly isOneLine?: boolean;
}

/** The outcome of a command that leaves the shell as it was. */
export function unchanged(state: ShellState, output?: readonly string[]): Outcome {
  return { ok: state, failed: state, output };
}

/** What holds whichever of the states the shell is in; undefined where it is in none. */
export function join(...states: readonly (ShellState | undefined)[]): ShellState | undefined {
  let joined: ShellState | undefined;
  for (const state of states) {
    if (state === undefined || state === joined) continue;
    joined = joined === undefined ? state : joinTwo(joined, state);
  }
  return joined;
}

function joinTwo(first: ShellState, second: ShellState): ShellState {
  return {
    folders: joinFolders(first.folders, second.folders),
    variables: joinVariables(first.variables, second.variables),
    functions: sharedEntries(first.functions, second.functions),
    parameters: first.parameters === second.parameters ? first.parameters : undefined,
  };
}

function joinFolders(
  first: readonly string[] | undefined,
  second: readonly string[] | undefined,
): readonly string[] | undefined {
  if (first === second || first === undefined || second === undefined)
    return first === second ? first : undefined;
  const all = [...new Set([...first, ...second])];
  if (all.length === first.length) return first;
  return all.length > folderLimit ? undefined : all;
}

function joinVariables(first: ShellState["variables"], second: ShellState["variables"]) {
  if (first === second) return first;
  const joined = new Map<string, readonly string[]>();
  for (const name of new Set([...first.keys(), ...second.keys()])) {
    const [left, right] = [first.get(name), second.get(name)];
    // What only one of them has set is what the environment has in the other.
    joined.set(name, left === undefined || right === undefined ? [ANY] : mergeValues(left, right));
  }
  return joined;
}

function sharedEntries<Value>(
  first: ReadonlyMap<string, Value>,
  second: ReadonlyMap<string, Value>,
): ReadonlyMap<string, Value> {
  if (first === second) return first;
  return new Map([...first].filter(([name, value]) => second.get(name) === value));
}

/** True where two states say the same. */
export function isSame(first: ShellState, second: ShellState): boolean {
  return (
    sameTexts(first.folders, second.folders) &&
    first.parameters === second.parameters &&
    first.functions.size === second.functions.size &&
    [...first.functions].every(([name, node]) => second.functions.get(name) === node) &&
    first.variables.size === second.variables.size &&
    [...first.variables].every(([name, values]) => sameTexts(values, second.variables.get(name)))
  );
}

function sameTexts(first: readonly string[] | undefined, second: readonly string[] | undefined): boolean {
  if (first === undefined || second === undefined) return first === second;
  return first.length === second.length && first.every((text) => second.includes(text));
}

/** What is left of a state once everything in which another differs is given up. */
export function widen(first: ShellState, second: ShellState): ShellState {
  const variables = new Map(first.variables);
  for (const name of new Set([...first.variables.keys(), ...second.variables.keys()]))
    if (!sameTexts(first.variables.get(name), second.variables.get(name))) variables.set(name, [ANY]);
  return {
    folders: sameTexts(first.folders, second.folders) ? first.folders : undefined,
    variables,
    functions: sharedEntries(first.functions, second.functions),
    parameters: first.parameters === second.parameters ? first.parameters : undefined,
  };
}

/** The state with a variable set. */
export function setVariable(state: ShellState, name: string, values: readonly string[]): ShellState {
  if (state.variables.size > variableLimit) throw new LineTooLarge();
  return { ...state, variables: new Map(state.variables).set(name, values) };
}

/** The state in other folders; what was there before is $OLDPWD. */
export function enterFolders(state: ShellState, folders: readonly string[] | undefined): ShellState {
  const variables = new Map(state.variables).set("OLDPWD", state.folders ?? [ANY]);
  variables.delete("PWD");
  const kept = folders === undefined || folders.length > folderLimit ? undefined : [...new Set(folders)];
  return { ...state, variables, folders: kept };
}

/** The state of a shell that this one starts: it shares folders, not functions, and of variables only some. */
export function childState(state: ShellState, parameters: readonly Field[] | undefined): ShellState {
  return { ...forgetVariables(state), functions: new Map(), parameters };
}

/** The state once what variables hold is not known any more. */
export function forgetVariables(state: ShellState): ShellState {
  const names = [...state.variables.keys()];
  return { ...state, variables: new Map(names.map((name) => [name, [ANY]] as const)) };
}
