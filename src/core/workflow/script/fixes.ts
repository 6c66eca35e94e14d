/** Ways to mend a script that are sure to be what was meant. */
import type { QuickFix, TextEdit } from "./diagnostic.ts";
import type { AnyNode } from "./syntax.ts";

/** Characters [start, end). */
interface Range {
  readonly start: number;
  readonly end: number;
}

/** Puts another text in a range's place. */
export function replace(title: string, { start, end }: Range, text: string): QuickFix {
  return { title, edits: [{ start, end, text }] };
}

/** Adds a field with a text to an object literal, in the layout that it has: after `name`, else as the first. */
export function insertField(
  script: string,
  literal: Extract<AnyNode, { type: "ObjectExpression" }>,
  field: { readonly name: string; readonly value: string },
): QuickFix {
  const written = `${field.name}: ${JSON.stringify(field.value)}`;
  const title = `Add ${field.name}`;
  const [first] = literal.properties;
  if (first === undefined) return replace(title, literal, `{ ${written} }`);
  const [space = ""] = /\s*$/.exec(script.slice(literal.start + 1, first.start)) ?? [];
  const isNamed = first.type === "Property" && first.key.type === "Identifier" && first.key.name === "name";
  return isNamed
    ? replace(title, at(first.end), `,${space || " "}${written}`)
    : replace(title, at(first.start), `${written},${space || " "}`);
}

/** Makes a promise that stands in a list a function that gives it. */
export function wrapInFunction(promise: AnyNode): QuickFix {
  const start = promise.start;
  const end = promise.type === "AwaitExpression" ? promise.argument.start : start;
  return replace("Wrap in a function", { start, end }, "() => ");
}

/** Makes the callback of a map() give functions instead of promises. */
export function wrapInCallback(
  script: string,
  { start, async, body }: Extract<AnyNode, { type: "ArrowFunctionExpression" }>,
): QuickFix {
  const [word = ""] = async ? (/^async\s*/.exec(script.slice(start)) ?? []) : [];
  const removed: TextEdit = { start, end: start + word.length, text: "" };
  // Right after the arrow, since brackets may stand around the body.
  const arrow = script.lastIndexOf("=>", body.start) + 2;
  const added: TextEdit = { ...at(arrow), text: async ? " async () =>" : " () =>" };
  return { title: "Wrap in a function", edits: async ? [removed, added] : [added] };
}

function at(offset: number): Range {
  return { start: offset, end: offset };
}
