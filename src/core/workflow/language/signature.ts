/** Which call a place is in, and at which of its arguments. */
import { cursorAt, isDeclared } from "./cursor.ts";
import { signatureOf, type ParameterReference } from "./reference.ts";
import { findGlobal } from "./reference-globals.ts";

/** A call's signature. Each parameter's label is a part of the whole's. */
export interface SignatureText {
  readonly label: string;
  readonly doc: string;
  readonly parameters: readonly ParameterReference[];
  readonly active: number;
}

/** The signature of the innermost call around a place; undefined in calls of other functions, and in comments. */
export function signatureAt(text: string, offset: number): SignatureText | undefined {
  const cursor = cursorAt(text, offset);
  if (cursor.inside?.kind === "comment") return undefined;
  const isStop = ({ open, isObject }: (typeof cursor.frames)[number]) =>
    open === "(" || (open === "{" && !isObject);
  const frame = cursor.frames.findLast(isStop);
  const called = frame?.callee === undefined ? undefined : findGlobal(frame.callee);
  const { parameters } = called ?? {};
  if (frame === undefined || called === undefined || parameters === undefined) return undefined;
  if (isDeclared(cursor, called.name)) return undefined;
  const active = Math.min(frame.commas, parameters.length - 1);
  return { label: signatureOf(called), doc: called.doc, parameters, active };
}
