/** The syntax tree, and how to walk it. */
import type { AnyNode, Node, Program } from "acorn";

export type { AnyNode, Program };

/** The nodes right below a node, in the order of the text. */
export function childrenOf(node: AnyNode): AnyNode[] {
  const found: AnyNode[] = [];
  for (const [key, value] of Object.entries(node) as [string, unknown][]) {
    if (key === "type" || key === "start" || key === "end") continue;
    // A shorthand property has one node in two places.
    if (key === "key" && node.type === "Property" && node.shorthand) continue;
    if (Array.isArray(value)) {
      for (const one of value) if (isNode(one)) found.push(one);
    } else if (isNode(value)) found.push(value);
  }
  return found.toSorted((a, b) => a.start - b.start || b.end - a.end);
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as Node).type === "string";
}

/** Whether a node begins a function of its own, in which `await` and `return` mean something else. */
export function isFunction(node: AnyNode): boolean {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  );
}

/** Whether a test holds for a node below, nested functions left out. */
export function containsInFunction(node: AnyNode, test: (node: AnyNode) => boolean): boolean {
  return childrenOf(node).some(
    (child) => test(child) || (!isFunction(child) && containsInFunction(child, test)),
  );
}

/** The names that a pattern binds. */
export function boundNames(pattern: AnyNode | null): string[] {
  if (pattern === null) return [];
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "AssignmentPattern":
      return boundNames(pattern.left);
    case "RestElement":
      return boundNames(pattern.argument);
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => boundNames(element));
    case "ObjectPattern":
      return pattern.properties.flatMap((property) =>
        boundNames(property.type === "RestElement" ? property : property.value),
      );
    default:
      return [];
  }
}
