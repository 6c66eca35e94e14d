/** Looks whether everything in a line that can run was followed, and whether the parser took each part from its beginning to its end. */
import { forEachChild, type ParsedScript, type SyntaxNode } from "unbash";

/** What is wrong with a tree: errors of the parser at any depth, parts without an end, commands and scripts that are not among those that were followed. */
export function unseenIn(script: ParsedScript, seen: ReadonlySet<object>): readonly string[] {
  const problems: string[] = [];
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Script")
      for (const error of node.errors ?? []) problems.push(`It can not be read: ${error.message}.`);
    if ((node.type === "Script" || node.type === "Command") && !seen.has(node))
      problems.push("A part of it was not followed.");
    if (!isWhole(node)) problems.push("A part of it has no end that is certain.");
    forEachChild(node, visit);
  };
  visit(script);
  return problems;
}

const closings: Readonly<Partial<Record<SyntaxNode["type"], RegExp>>> = {
  CommandExpansion: /^(?:\$\([^]*\)|`[^]*`|\$\{[\s|][^]*\})$/,
  ArithmeticExpansion: /^(?:\$\(\([^]*\)\)|\$\[[^]*\])$/,
  ArithmeticCommandExpansion: /^(?:\$\([^]*\)|`[^]*`)$/,
  ProcessSubstitution: /^[<>]\([^]*\)$/,
  ParameterExpansion: /^\$\{[^]*\}$/,
  SingleQuoted: /^'[^']*'$/,
  AnsiCQuoted: /^\$'[^]*'$/,
  DoubleQuoted: /^"[^]*"$/,
  LocaleString: /^\$"[^]*"$/,
};

function isWhole(node: SyntaxNode): boolean {
  const pattern = closings[node.type];
  if (pattern !== undefined && "text" in node && !pattern.test(node.text)) return false;
  if ((node.type === "CommandExpansion" || node.type === "ProcessSubstitution") && node.script === undefined)
    return false;
  if (node.type === "Word") return isTiled(node.parts, node.pos, node.end);
  if (node.type === "DoubleQuoted") return isTiled(node.parts, node.pos + 1, node.end - 1);
  // Where a pattern ends, depends on what the parser takes for quoted.
  if (node.type === "Replace")
    return [node.pattern, node.replacement].every((word) => !/["'`]|\$[({]/.test(word.text));
  return true;
}

function isTiled(parts: readonly SyntaxNode[] | undefined, from: number, to: number): boolean {
  if (parts === undefined || parts.length === 0) return true;
  let at = from;
  for (const part of parts) {
    if (part.pos !== at) return false;
    at = part.end;
  }
  return at === to;
}
