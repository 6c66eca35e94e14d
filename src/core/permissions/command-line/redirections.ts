/** "> file", "< file", here-documents: what a command's redirections touch, and what it is fed with. */
import type { Redirect, Redirection } from "unbash";
import { CommandDraft } from "./draft.ts";
import type { Cursor, Reader, Redirects } from "./reader.ts";
import { setVariable, type Input } from "./state.ts";
import { ANY, exactText, NUMBER, showValue, type Field } from "./values.ts";
import { documentValues, expandText, expandWord } from "./words.ts";

/** What redirections do, and what they feed the command with. */
export interface Redirected extends Redirects {
  readonly input: Input | undefined;
  /** What it prints goes elsewhere, or something else with it. */
  readonly movesOutput: boolean;
}

/** Follows a command's redirections in their order. */
export function followRedirections(all: readonly Redirection[], cursor: Cursor, reader: Reader): Redirected {
  const draft = new CommandDraft([], "", cursor.state.folders, reader.context);
  const shown: { operator: string; target: string }[] = [];
  let input: Input | undefined;
  let movesOutput = false;
  for (const one of all) {
    if (one.type === "Redirect") {
      const target = followRedirect(one, cursor, reader, draft);
      movesOutput ||= mayMoveOutput(one);
      if (one.operator === "<" && isStandard(one)) input = { kind: "file" };
      shown.push({ operator: one.operator, target });
    } else if (one.type === "HereString") {
      reader.needsBash("<<<");
      const values = one.target === undefined ? [ANY] : expandText(one.target, cursor, reader);
      const text = exactText({ values, isSplit: false, text: "" });
      input = { kind: "text", text: text === undefined ? undefined : `${text}\n` };
      shown.push({ operator: one.operator, target: one.target?.text ?? "" });
    } else {
      if (one.closing === undefined || one.delimiter === undefined)
        reader.refuse("A here-document has no end.");
      const values =
        one.body.parts === undefined ? [one.body.text] : documentValues(one.body.parts, cursor, reader);
      input = { kind: "text", text: exactText({ values, isSplit: false, text: "" }) };
      shown.push({ operator: one.operator, target: one.delimiter?.value ?? "" });
    }
  }
  const { uses } = draft.finish();
  return { redirections: shown, redirectionUses: uses, input, movesOutput, draft };
}

// Only what is fed in, and errors that are put away, leave the output as it is.
function mayMoveOutput(one: Redirect): boolean {
  if (one.operator === "<") return !isStandard(one);
  const isError = one.descriptor?.type === "FileDescriptor" && one.descriptor.value === 2;
  return !isError || !/^>[>|]?$/.test(one.operator);
}

function isStandard({ descriptor }: Redirect): boolean {
  return descriptor === undefined || (descriptor.type === "FileDescriptor" && descriptor.value === 0);
}

function followRedirect(one: Redirect, cursor: Cursor, reader: Reader, draft: CommandDraft): string {
  if (one.descriptor?.type === "FileDescriptorVariable") {
    reader.needsBash(`{${one.descriptor.name}}`);
    cursor.state = setVariable(cursor.state, one.descriptor.name, [NUMBER]);
  }
  if (one.target === undefined) {
    reader.refuse("A redirection has no target.");
    return "";
  }
  if (one.operator.startsWith("&")) reader.needsBash(one.operator);
  const fields = expandWord(one.target, cursor, reader);
  const [field] = fields;
  // The shell takes a pattern only where it matches one file.
  const isPattern = one.target.parts?.some((part) => part.type === "Glob") === true;
  if (fields.length !== 1 || field === undefined || field.isSplit || isPattern) {
    draft.useValue(ANY, { operation: "write" }, one.target.text);
    return one.target.text;
  }
  const isDescriptor = field.values.every((value) => /^(?:\d+-?|-)$/.test(value.replaceAll(NUMBER, "0")));
  if (one.operator.endsWith("&") && isDescriptor) return shownTarget(field);
  if (one.operator === "<&") {
    draft.ask(`What "${field.text}" stands for is not known.`, "nothing");
    return field.text;
  }
  for (const value of field.values) useTarget(value, one.operator, field, draft);
  return shownTarget(field);
}

function useTarget(value: string, operator: Redirect["operator"], field: Field, draft: CommandDraft): void {
  const [, host] = /^\/dev\/(?:tcp|udp)\/([^/]*)/.exec(value) ?? [];
  if (host !== undefined) {
    draft.connect(host === "" ? "*" : host);
    draft.ask(`"${field.text}" is a connection.`, "nothing");
    return;
  }
  if (operator === "<" || operator === "<>") draft.useValue(value, { operation: "read" }, field.text);
  if (operator !== "<") draft.useValue(value, { operation: "write" }, field.text);
}

function shownTarget(field: Field): string {
  const [value] = field.values;
  return field.values.length === 1 && value !== undefined && !value.includes(ANY)
    ? showValue(value)
    : field.text;
}
