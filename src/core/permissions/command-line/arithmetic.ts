/** Arithmetic: what a shell takes for a number may be a variable's text, and that may hold commands. */
import type { ArithmeticExpression, ArithmeticWord, WordPart } from "unbash";
import { setVariable } from "./state.ts";
import { ANY, firstMark, isExact, NUMBER } from "./values.ts";
import type { Cursor, Reader } from "./reader.ts";

/** What reads the parts of words. */
export interface PartValues {
  /** A part's values, as if it were quoted. */
  (part: WordPart, cursor: Cursor, reader: Reader): readonly string[];
}

const assigning = /^(?:[-+*/%&|^]|<<|>>)?=$/;
const plainName = /^[A-Za-z_]\w*$/;
// A variable may name another one, and so on.
const depthLimit = 8;

/** Follows an expression: sets what it sets, and notes what may hide in it. */
export function followArithmetic(
  expression: ArithmeticExpression | undefined,
  cursor: Cursor,
  reader: Reader,
  valuesOf: PartValues,
): void {
  if (expression === undefined) return;
  reader.spend();
  const follow = (inner: ArithmeticExpression) => followArithmetic(inner, cursor, reader, valuesOf);
  switch (expression.type) {
    case "ArithmeticBinary":
      follow(expression.left);
      follow(expression.right);
      if (assigning.test(expression.operator)) assign(expression.left, cursor);
      return;
    case "ArithmeticUnary":
      follow(expression.operand);
      if (expression.operator === "++" || expression.operator === "--") assign(expression.operand, cursor);
      return;
    case "ArithmeticTernary":
      follow(expression.test);
      follow(expression.consequent);
      follow(expression.alternate);
      return;
    case "ArithmeticGroup":
      return follow(expression.expression);
    case "ArithmeticCommandExpansion":
      reader.substitute(expression.script, cursor.state, expression.text);
      return noteUnknown(expression.text, reader);
    case "ArithmeticWord":
      return followWord(expression, cursor, reader, valuesOf);
  }
}

function assign(target: ArithmeticExpression, cursor: Cursor): void {
  if (target.type !== "ArithmeticWord") return;
  const name = /^[A-Za-z_]\w*/.exec(target.value)?.[0];
  if (name !== undefined) cursor.state = setVariable(cursor.state, name, [NUMBER]);
}

function followWord(word: ArithmeticWord, cursor: Cursor, reader: Reader, valuesOf: PartValues): void {
  if (word.parts === undefined) return checkLiteral(word.value, cursor, reader);
  for (const part of word.parts) {
    if (part.type === "Literal") checkLiteral(part.value, cursor, reader);
    else checkNumbers(valuesOf(part, cursor, reader), part.text, cursor, reader);
  }
}

function checkLiteral(text: string, cursor: Cursor, reader: Reader): void {
  if (/["'`$\\]/.test(text)) return noteHidden(text, reader);
  for (const [name] of text.matchAll(/(?<![\w#])[A-Za-z_]\w*/g)) checkVariable(name, cursor, reader, 0);
}

/** Notes where texts that are taken for numbers may be something else. */
export function checkNumbers(values: readonly string[], text: string, cursor: Cursor, reader: Reader): void {
  for (const value of values) checkNumber(value, text, cursor, reader, 0);
}

function checkNumber(value: string, text: string, cursor: Cursor, reader: Reader, depth: number): void {
  if (/^\s*[-+]?(?:0[xX])?[\da-fA-F]*\s*$/.test(value.replaceAll(NUMBER, "0")) && !/^\s*[a-fA-F]/.test(value))
    return;
  if (plainName.test(value)) return checkVariable(value, cursor, reader, depth + 1);
  if (!isExact(value)) return noteUnknown(text, reader);
  // Sums of plain numbers and variables.
  if (/^[\w\s+*/%()<>=!&|^~?:,-]*$/.test(value)) {
    for (const [name] of value.matchAll(/(?<!\w)[A-Za-z_]\w*/g))
      checkVariable(name, cursor, reader, depth + 1);
    return;
  }
  noteHidden(text, reader);
}

// What the line has not set is as the user has it.
function checkVariable(name: string, cursor: Cursor, reader: Reader, depth: number): void {
  const values = cursor.state.variables.get(name);
  if (values === undefined) return;
  if (depth > depthLimit) return noteUnknown(name, reader);
  for (const value of values) checkNumber(value, name, cursor, reader, depth);
}

/** Notes where the name of a variable may hold an index, and that a command. */
export function checkNames(values: readonly string[], text: string, reader: Reader): void {
  for (const value of values) {
    if (/^[A-Za-z_]\w*(?:\[(?:[\w@*]+)\])?$/.test(value)) continue;
    if (value.includes(ANY) || firstMark(value) >= 0) noteUnknown(text, reader);
    else noteHidden(text, reader);
  }
}

function noteUnknown(text: string, reader: Reader): void {
  reader.note(text, { code: `What "${text}" stands for is taken for a number, and may be a command.` });
}

function noteHidden(text: string, reader: Reader): void {
  reader.note(text, {
    reason: `"${text}" is taken for a number or a name and may hide a command.`,
    liftedBy: "nothing",
  });
}
