/** "[[ … ]]": tests of files, texts and numbers. */
import type { TestExpression, Word } from "unbash";
import { checkNames, checkNumbers } from "./arithmetic.ts";
import type { CommandDraft } from "./draft.ts";
import type { Cursor, Reader } from "./reader.ts";
import { expandText } from "./words.ts";

/** Adds what a test looks at. */
export function followTest(
  expression: TestExpression,
  cursor: Cursor,
  reader: Reader,
  draft: CommandDraft,
): void {
  const text = (word: Word): readonly string[] => expandText(word, cursor, reader);
  const follow = (inner: TestExpression): void => followTest(inner, cursor, reader, draft);
  const read = (word: Word): void => {
    for (const value of text(word)) draft.useValue(value, { operation: "read", isGuess: true }, word.text);
  };
  switch (expression.type) {
    case "TestUnary":
      if (/^-[vR]$/.test(expression.operator))
        return checkNames(text(expression.operand), expression.operand.text, reader);
      if (/^-[abcdefghkprstuwxGLNOS]$/.test(expression.operator)) return read(expression.operand);
      text(expression.operand);
      if (!/^-[noz]$/.test(expression.operator))
        reader.refuse(`The test "${expression.operator}" is not known.`);
      return;
    case "TestBinary":
      if (/^-(?:eq|ne|lt|le|gt|ge)$/.test(expression.operator)) {
        for (const side of [expression.left, expression.right])
          checkNumbers(text(side), side.text, cursor, reader);
        return;
      }
      if (/^-(?:nt|ot|ef)$/.test(expression.operator)) {
        read(expression.left);
        return read(expression.right);
      }
      text(expression.left);
      text(expression.right);
      if (!/^(?:=~|==?|!=|<|>)$/.test(expression.operator))
        reader.refuse(`The test "${expression.operator}" is not known.`);
      return;
    case "TestLogical":
      for (const operand of expression.operands) follow(operand);
      return;
    case "TestNot":
      return follow(expression.operand);
    case "TestGroup":
      return follow(expression.expression);
  }
}
