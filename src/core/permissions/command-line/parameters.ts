/** "$x" and "${x…}": what is known of them. */
import type { ParameterExpansionPart, ParameterOperation, Word } from "unbash";
import { checkNames, checkNumbers } from "./arithmetic.ts";
import { setVariable } from "./state.ts";
import { ANY, BELOW, firstMark, isExact, LOOSE, mergeValues, NAME, NUMBER } from "./values.ts";
import type { Cursor, Reader } from "./reader.ts";

const plainName = /^[A-Za-z_]\w*$/;
const numbers = new Set([
  ...["?", "#", "$", "!", "RANDOM", "SECONDS", "LINENO", "UID", "EUID", "PPID", "BASHPID"],
  ...["EPOCHSECONDS", "SRANDOM"],
]);

/** What a variable may hold. */
export function variableValues(name: string, { state }: Cursor, reader: Reader): readonly string[] {
  const set = state.variables.get(name);
  if (set !== undefined) return set;
  if (name === "HOME") return [reader.context.home];
  if (name === "PWD") return state.folders ?? [ANY];
  if (numbers.has(name)) return [NUMBER];
  if (/^[1-9]\d?$/.test(name)) {
    const before = state.parameters?.slice(0, Number(name));
    if (before === undefined || before.some((field) => field.isSplit)) return [ANY];
    return before[Number(name) - 1]?.values ?? [""];
  }
  return [ANY];
}

/** What reads a word as a text: without splitting it or looking for files. */
export interface TextValues {
  (word: Word, cursor: Cursor, reader: Reader): readonly string[];
}

/** What "${…}" may become, as if it were quoted. */
export function parameterValues(
  part: ParameterExpansionPart,
  cursor: Cursor,
  reader: Reader,
  textOf: TextValues,
): readonly string[] {
  const { parameter: name, index, operation, prefix } = part;
  if (index !== undefined) {
    const values = textOf(index, cursor, reader);
    if (values[0] !== "@" && values[0] !== "*") checkNumbers(values, part.text, cursor, reader);
  }
  let values = index === undefined ? variableValues(name, cursor, reader) : [ANY];
  if (prefix === "#") return [NUMBER];
  if (prefix === "!") values = operation?.type === "Names" ? [ANY] : indirect(values, part, cursor, reader);
  if (operation === undefined) return values;
  return operate(operation, values, part, cursor, reader, textOf);
}

function indirect(
  names: readonly string[],
  part: ParameterExpansionPart,
  cursor: Cursor,
  reader: Reader,
): readonly string[] {
  // The indices of an array.
  if (part.index !== undefined) return [ANY];
  checkNames(names, part.text, reader);
  const [name] = names;
  return names.length === 1 && name !== undefined && plainName.test(name)
    ? variableValues(name, cursor, reader)
    : [ANY];
}

function operate(
  operation: ParameterOperation,
  values: readonly string[],
  part: ParameterExpansionPart,
  cursor: Cursor,
  reader: Reader,
  textOf: TextValues,
): readonly string[] {
  switch (operation.type) {
    case "Default": {
      const other = textOf(operation.operand, cursor, reader);
      const { operator } = operation;
      if (operator.endsWith("+")) return mergeValues([""], other);
      if (operator.endsWith("?")) return values;
      const merged = mergeValues(values, other);
      if (operator.endsWith("=") && plainName.test(part.parameter))
        cursor.state = setVariable(cursor.state, part.parameter, merged);
      return merged;
    }
    case "Remove":
      return remove(values, operation.operator, textOf(operation.operand, cursor, reader), operation.operand);
    case "Replace":
      textOf(operation.pattern, cursor, reader);
      textOf(operation.replacement, cursor, reader);
      return [ANY];
    case "Slice":
      checkNumbers(textOf(operation.offset, cursor, reader), part.text, cursor, reader);
      if (operation.length) checkNumbers(textOf(operation.length, cursor, reader), part.text, cursor, reader);
      return [ANY];
    case "CaseModification":
      if (operation.operand) textOf(operation.operand, cursor, reader);
      return [ANY];
    case "Transform":
      return transform(textOf(operation.operand, cursor, reader), part, reader);
    case "Names":
      return [ANY];
    case "Unknown":
      reader.refuse(`"${part.text}" is an expansion that is not known.`);
      return [ANY];
  }
}

function transform(
  kinds: readonly string[],
  part: ParameterExpansionPart,
  reader: Reader,
): readonly string[] {
  if (kinds.length !== 1 || !/^[QEALUuaKk]$/.test(kinds[0] ?? ""))
    reader.note(part.text, {
      reason: `"${part.text}" runs the commands that a text holds.`,
      liftedBy: "nothing",
    });
  return [ANY];
}

// Only what is certain: a fixed ending or beginning, the name of a path, the folder of a path.
function remove(
  values: readonly string[],
  operator: "#" | "##" | "%" | "%%",
  patterns: readonly string[],
  word: Word,
): readonly string[] {
  const [pattern] = patterns;
  if (patterns.length !== 1 || pattern === undefined || !isExact(pattern)) return [ANY];
  if (word.text === "*/" && operator === "##") return values.map(nameOf);
  if (word.text === "/*" && operator === "%") return values.map(folderOf);
  if (word.text === ".*" && operator === "%") return values.map(withoutExtension);
  if (/[*?[\\]/.test(word.text) || pattern.includes("/") || operator.startsWith("#")) return [ANY];
  return values.map((value) => withoutEnding(value, pattern));
}

function nameOf(path: string): string {
  if (path.includes(ANY)) return ANY;
  return isExact(path) ? path.slice(path.lastIndexOf("/") + 1) : NAME;
}

function folderOf(path: string): string {
  if (!isExact(path)) return ANY;
  const slash = path.lastIndexOf("/");
  return slash < 0 ? path : path.slice(0, slash);
}

// What is cut off begins at the last dot, which is known where it stands behind all marks.
function withoutExtension(value: string): string {
  const dot = value.lastIndexOf(".");
  if (isExact(value)) return dot < 0 ? value : value.slice(0, dot);
  return isExact(value.slice(dot)) && dot >= 0 ? withoutEnding(value, value.slice(dot)) : ANY;
}

function withoutEnding(value: string, ending: string): string {
  if (isExact(value)) return value.endsWith(ending) ? value.slice(0, value.length - ending.length) : value;
  if (value.includes(ANY)) return ANY;
  const isCertain = !value.includes(BELOW) && !value.includes(LOOSE);
  if (isCertain && value.endsWith(ending) && ending !== "") return value.slice(0, -ending.length);
  // Its last name gets shorter; one such as "...ts" would become "..", which no pattern matches but a list of files may hold.
  const folder = value.slice(0, value.lastIndexOf("/", firstMark(value)) + 1);
  return folder + (isCertain ? BELOW : LOOSE);
}
