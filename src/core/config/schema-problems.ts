/** What does not fit the schema of a configuration file, in words and with lines. */
import type { z } from "zod";
import { maxRules, ruleWords } from "./schema.ts";
import type { LineProblem } from "./yaml-text.ts";
import type { ValuePath, YamlValues } from "./yaml-values.ts";

/** Whose file it is. */
export type ConfigScope = "user" | "project";

const sectionKeys = { user: ["allow", "deny", "projects"], project: ["deny", "auto_allow"] } as const;
// Nobody reads more of them.
const maxIssues = 50;
const words = Object.keys(ruleWords);

/** The problems that a schema found, each at the line of its key or item. */
export function schemaProblems(
  error: z.ZodError,
  values: YamlValues,
  scope: ConfigScope,
): readonly LineProblem[] {
  const strange = new Set(
    error.issues.filter(({ code }) => code === "unrecognized_keys").map(({ path }) => path.join("\n")),
  );
  return error.issues.slice(0, maxIssues).flatMap((issue) => {
    const path = issue.path.filter((part) => typeof part !== "symbol");
    // A rule with a word that is none has been told of already.
    if (issue.code === "custom" && strange.has(path.join("\n"))) return [];
    if (issue.code !== "unrecognized_keys")
      return [{ line: values.lineAt(path), message: describe(issue, path, scope) }];
    return issue.keys.slice(0, maxIssues).map((key) => ({
      line: values.lineAt([...path, key]),
      message: unknownKey(key, path, scope),
    }));
  });
}

function describe(issue: z.core.$ZodIssue, path: ValuePath, scope: ConfigScope): string {
  const name = path.findLast((part) => typeof part === "string") ?? "";
  if (issue.code === "custom") return `A rule names exactly one of ${listed(words)}.`;
  if (issue.code === "too_big") return `"${name}" has more than ${maxRules.toLocaleString("en")} rules.`;
  if (issue.code !== "invalid_type") return issue.message;
  if (issue.expected === "string") return `"${name}" must be a text: put quotes around it.`;
  if (issue.expected === "array") return `"${name}" must be a list of rules, such as [{run: npm test}].`;
  if (path.length === 0) return 'This file must hold sections, such as "permissions:".';
  if (typeof path.at(-1) === "number")
    return `A rule says what it is about: {run: …}, {read: …}, {write: …} or {network: …}.`;
  if (path.length === 2) return '"projects" must hold folders, each with rules of its own.';
  return `"${name}" must hold ${listed(keysAt(path, scope))}.`;
}

function unknownKey(key: string, path: ValuePath, scope: ConfigScope): string {
  if (path.length === 1 && scope === "project" && key === "allow")
    return 'A project can not allow by itself: call it "auto_allow", which counts once the user has approved it.';
  if (path.length === 1 && scope === "project" && key === "projects")
    return '"projects" belongs into the user\'s own file.';
  if (path.length !== 2 && scope === "user" && key === "auto_allow")
    return 'The user\'s own file calls this "allow".';
  const known = keysAt(path, scope);
  const near = known.find((name) => editsBetween(key, name) <= Math.max(1, name.length / 3));
  return `"${key}" has no meaning here. ${near === undefined ? `There are ${listed(known)}.` : `Did you mean "${near}"?`}`;
}

function keysAt(path: ValuePath, scope: ConfigScope): readonly string[] {
  if (typeof path.at(-1) === "number") return words;
  return path.length === 1 ? sectionKeys[scope] : ["allow", "deny"];
}

/** How many letters have to be put in, taken out or replaced to make one word of another (Levenshtein's distance). */
function editsBetween(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > b.length) return a.length;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (a.charAt(i).toLowerCase() === b.charAt(j) ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}

function listed(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(", ");
}
