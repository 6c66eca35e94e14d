/** Ways that a line may take: "&&" and "||", "if", "case". Each state stands for those that get there. */
import type { AndOr, Case, If, Statement } from "unbash";
import type { Reader } from "./reader.ts";
import { join, unchanged, type Input, type Outcome, type ShellState } from "./state.ts";
import { expandText } from "./words.ts";

/** Where a part of a line begins. */
export interface Place {
  readonly state: ShellState;
  readonly input: Input;
}

/** What follows the parts. */
export interface Flow {
  list(statements: readonly Statement[], place: Place): Outcome;
  command(node: AndOr["commands"][number], place: Place): Outcome;
}

/** Follows "a && b || c". */
export function followAndOr(node: AndOr, place: Place, flow: Flow): Outcome {
  const [first, ...rest] = node.commands;
  let outcome: Outcome = first === undefined ? unchanged(place.state) : flow.command(first, place);
  for (const [index, command] of rest.entries()) {
    const isAnd = node.operators[index] === "&&";
    const before = outcome;
    const state = isAnd ? before.ok : before.failed;
    // What nobody gets to is read all the same.
    const dead = join(before.ok, before.failed) ?? place.state;
    const next = flow.command(command, { ...place, state: state ?? dead });
    if (state === undefined) continue;
    outcome = isAnd
      ? { ok: next.ok, failed: join(before.failed, next.failed) }
      : { ok: join(before.ok, next.ok), failed: next.failed };
  }
  return node.commands.length === 1 ? outcome : { ok: outcome.ok, failed: outcome.failed };
}

/** Follows "if" with all its branches. */
export function followIf(node: If, place: Place, flow: Flow): Outcome {
  let outcome: Outcome = { ok: undefined, failed: undefined };
  let state: ShellState | undefined = place.state;
  let last = place.state;
  const add = (next: Outcome, from: ShellState | undefined): void => {
    if (from === undefined) return;
    outcome = { ok: join(outcome.ok, next.ok), failed: join(outcome.failed, next.failed) };
  };
  for (const branch of [node, ...node.elif]) {
    const clause: Outcome = flow.list(branch.clause.commands, { ...place, state: state ?? last });
    last = join(clause.ok, clause.failed) ?? last;
    add(flow.list(branch.then.commands, { ...place, state: clause.ok ?? last }), clause.ok);
    state = state === undefined ? undefined : clause.failed;
  }
  if (node.else !== undefined) add(flow.list(node.else.commands, { ...place, state: state ?? last }), state);
  else if (state !== undefined) add({ ok: state, failed: undefined }, state);
  return outcome;
}

/** Follows "case": any of its items, or none. */
export function followCase(node: Case, place: Place, reader: Reader, flow: Flow): Outcome {
  const cursor = { state: place.state };
  expandText(node.word, cursor, reader);
  let outcome: Outcome = { ok: cursor.state, failed: cursor.state };
  let through: ShellState | undefined;
  for (const item of node.items) {
    for (const pattern of item.pattern) expandText(pattern, cursor, reader);
    const state = join(cursor.state, through) ?? cursor.state;
    const { ok, failed } = flow.list(item.body.commands, { ...place, state });
    outcome = { ok: join(outcome.ok, ok), failed: join(outcome.failed, failed) };
    through = item.terminator === ";&" || item.terminator === ";;&" ? join(ok, failed) : undefined;
    if (through !== undefined) reader.needsBash(item.terminator ?? "");
  }
  return outcome;
}
