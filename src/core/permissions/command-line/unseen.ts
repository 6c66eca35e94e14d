/** Looks whether everything in a line that can run was followed: what was overlooked must not pass. */
import { forEachChild, type ParsedScript, type SyntaxNode } from "unbash";

/** Commands and scripts in a tree that are not among those that were followed, and errors of the parser at any depth. */
export function unseenIn(script: ParsedScript, seen: ReadonlySet<object>): readonly string[] {
  const problems: string[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Script") {
      for (const error of node.errors ?? []) problems.push(`It can not be read: ${error.message}.`);
      if (!seen.has(node)) problems.push("A part of it was not followed.");
    }
    if (node.type === "Command" && !seen.has(node)) problems.push("A part of it was not followed.");
    if (
      (node.type === "CommandExpansion" || node.type === "ProcessSubstitution") &&
      node.script === undefined
    )
      problems.push(`"${node.text}" can not be read.`);
    forEachChild(node, visit);
  };
  visit(script);
  return problems;
}
