/** Adds and removes rules in the text of a configuration file. What comes out was read again: nothing else has changed. */
import { isMap, isScalar } from "yaml";
import { BooError } from "../errors.ts";
import { addEntry, endOf, removeEntry, startOf } from "./config-edit.ts";
import {
  idOf,
  readPermissions,
  type ConfigSource,
  type PermissionSection,
  type WrittenRule,
} from "./permission-section.ts";
import type { RuleWord } from "./schema.ts";
import type { YamlText } from "./yaml-text.ts";

/** An allowance that is to be written down, in the form in which it is compared. */
export type NewRule = Pick<WrittenRule, "operation" | "pattern">;

/** A rule as it reads in a file: "run: npm test". */
export function ruleText(rule: NewRule): string {
  return `${wordOf(rule)}: ${rule.pattern}`;
}

/** The word that a rule's operation has in files. */
function wordOf({ operation }: Pick<NewRule, "operation">): RuleWord {
  return operation === "execute" ? "run" : operation;
}

/**
 * A text with an allowance for a project added, and its id. Throws BooError "config-broken" where the file has an error,
 * "config-form" where the rule finds no place in the way that it is written.
 */
export async function withRule(
  text: string,
  source: ConfigSource,
  rule: NewRule,
  project: string,
): Promise<{ readonly text: string; readonly id: string }> {
  const section = await readPermissions(text, source);
  const { yaml } = section;
  if (yaml === undefined || section.error !== undefined) throw broken(source.file, section, ruleText(rule));
  const { file } = source;
  const known = section.projects.find((one) => one.folder === project);
  const key = known?.key ?? project;
  const id = await idOf({ ...rule, effect: "allow", file, project });
  const ids = new Set(section.rules.map((one) => one.id));
  if (ids.has(id)) return { text, id };
  const path = ["permissions", "projects", key, "allow"];
  const added = addEntry(yaml, path, { [wordOf(rule)]: rule.pattern });
  const changed = added === undefined ? [] : [added];
  const place = `permissions, projects, ${key}, allow`;
  const advice = `Add {${ruleText(rule)}} to it yourself, below ${place}.`;
  const after = await checked({ section, yaml, changed, source, expected: ids.add(id), advice });
  return { text: markOf(text) + after, id };
}

/** A text without the entries of a rule. Throws as `withRule`; a file with an error can be changed where it is valid YAML. */
export async function withoutRule(text: string, source: ConfigSource, id: string): Promise<string> {
  const section = await readPermissions(text, source);
  const { yaml } = section;
  if (yaml === undefined) throw broken(source.file, section);
  const rule = section.rules.find((one) => one.id === id);
  if (rule === undefined) return text;
  const twins = section.rules.filter((one) => one.id === id).length;
  const ids = new Set(section.rules.map((one) => one.id));
  if (twins === 1) ids.delete(id);
  const advice = `Remove {${ruleText(rule)}} in line ${rule.line} yourself.`;
  const changed = removeEntry(yaml, rule.path);
  const after = await checked({ section, yaml, changed, source, expected: ids, advice });
  return twins === 1 ? markOf(text) + after : withoutRule(markOf(text) + after, source, id);
}

interface Change {
  readonly section: PermissionSection;
  readonly yaml: YamlText;
  /** What may come out, best first. */
  readonly changed: readonly string[];
  readonly source: ConfigSource;
  /** The ids of the rules that there must be now. */
  readonly expected: ReadonlySet<string>;
  readonly advice: string;
}

/** The first of the changed texts that says exactly what it should: a rule in a list that is repeated by an alias, for one, would be in two places. */
async function checked({ section, yaml, changed, source, expected, advice }: Change): Promise<string> {
  let reason = "It is written in a way that leaves no place for this change.";
  for (const text of changed) {
    const after = await readPermissions(text, source);
    const fresh = section.error === undefined && after.yaml !== undefined ? after.error : undefined;
    if (fresh !== undefined) reason = fresh.message;
    const ids = new Set(after.rules.map((one) => one.id));
    const isSame =
      after.yaml !== undefined &&
      fresh === undefined &&
      ids.size === expected.size &&
      [...ids].every((id) => expected.has(id)) &&
      otherSections(after.yaml) === otherSections(yaml);
    if (isSame) return text;
  }
  throw new BooError("config-form", `${source.file} was not changed. ${reason} ${advice}`);
}

/** Everything but the `permissions` section, as it is written; whether a last line ends does not matter. */
function otherSections({ root, text }: YamlText): string {
  const pairs = isMap(root) ? root.items : [];
  const others = pairs.filter(({ key }) => !(isScalar(key) && key.value === "permissions"));
  return JSON.stringify(others.map((pair) => text.slice(startOf(pair), endOf(pair)).replace(/\r?\n$/, "")));
}

function markOf(text: string): string {
  return text.startsWith("\uFEFF") ? "\uFEFF" : "";
}

function broken(file: string, { error }: PermissionSection, rule?: string): BooError {
  const place = error === undefined ? "" : ` in line ${error.line}: ${error.message}`;
  const then = rule === undefined ? "Mend it" : `Mend it, then {${rule}} can be written down`;
  return new BooError("config-broken", `${file} has an error${place} ${then}.`);
}
