/** Reads the `permissions` section of a configuration file: the rules that can be read, and everything that is wrong, with lines. */
import { isMap, type Node } from "yaml";
import type { ConfigProblem, Operation } from "#protocol/permissions.ts";
import { checkPattern, warningOf, type PatternPlace } from "./patterns.ts";
import { schemaProblems, type ConfigScope } from "./schema-problems.ts";
import { maxRules, projectSchema, ruleSchema, ruleWords, userSchema, type RuleWord } from "./schema.ts";
import { sha256 } from "./sha256.ts";
import { readYaml, type LineProblem, type YamlText } from "./yaml-text.ts";
import { YamlValues, type ValuePath } from "./yaml-values.ts";

/** Which file it is, and what its paths mean. */
export interface ConfigSource extends PatternPlace {
  readonly file: string;
  readonly scope: ConfigScope;
}

/** A rule that a file holds. */
export interface WrittenRule {
  /** The sha-256 of everything but the line. */
  readonly id: string;
  readonly effect: "allow" | "deny";
  readonly operation: Operation;
  readonly pattern: string;
  readonly file: string;
  readonly line: number;
  /** The folder that it holds for, as it is written but for "~"; undefined for all. */
  readonly project: string | undefined;
  /** Where its entry is in the file. */
  readonly path: ValuePath;
}

/** What a file's `permissions` section says. */
export interface PermissionSection {
  readonly rules: readonly WrittenRule[];
  readonly problems: readonly ConfigProblem[];
  /** The first problem that is more than a warning: the file does not count as it is. */
  readonly error: ConfigProblem | undefined;
  /** The projects of a user's file: their keys, and the folders that they mean. */
  readonly projects: readonly { readonly key: string; readonly folder: string }[];
  /** For edits; undefined where it is no valid YAML. */
  readonly yaml: YamlText | undefined;
}

const maxProblems = 50;
const maxMessage = 300;

/** Reads a text; never throws for what is in it. */
export async function readPermissions(text: string, source: ConfigSource): Promise<PermissionSection> {
  const yaml = await readYaml(text);
  const reader = new SectionReader(new YamlValues(yaml), source);
  const isValid = yaml.problems.length === 0;
  reader.read();
  // A text that is no valid YAML breaks in many ways that all mean the same.
  const errors = isValid ? reader.errors() : yaml.problems;
  const rules = await Promise.all(reader.rules.map(async (rule) => ({ ...rule, id: await idOf(rule) })));
  const inOrder = (problems: Problems): readonly ConfigProblem[] =>
    problems
      .toSorted((a, b) => a.line - b.line)
      .slice(0, maxProblems)
      .map(({ line, message }) => ({ file: source.file, line, message: clip(message) }));
  return {
    rules,
    problems: inOrder([...errors, ...reader.warnings]),
    error: inOrder(errors)[0],
    projects: reader.projects,
    yaml: isValid ? yaml : undefined,
  };
}

function clip(message: string): string {
  return message.length > maxMessage ? `${message.slice(0, maxMessage)}…` : message;
}

/** A file that can not be read at all. */
export function unreadableSection(file: string, reason: string): PermissionSection {
  const error = { file, line: 1, message: reason };
  return { rules: [], problems: [error], error, projects: [], yaml: undefined };
}

/** The id of a rule: that of the same rule in another line, and in another run, is the same. */
export function idOf(rule: Omit<WrittenRule, "id" | "line" | "path">): Promise<string> {
  const { file, effect, operation, pattern, project } = rule;
  return sha256(JSON.stringify([file, effect, operation, pattern, project ?? null]));
}

type FoundRule = Omit<WrittenRule, "id">;
type Problems = readonly LineProblem[];

interface List {
  readonly node: Node | null;
  readonly effect: "allow" | "deny";
  readonly project: string | undefined;
  readonly path: ValuePath;
}

class SectionReader {
  readonly rules: FoundRule[] = [];
  readonly warnings: LineProblem[] = [];
  readonly projects: { readonly key: string; readonly folder: string }[] = [];
  readonly #values: YamlValues;
  readonly #source: ConfigSource;
  readonly #errors: LineProblem[] = [];

  constructor(values: YamlValues, source: ConfigSource) {
    this.#values = values;
    this.#source = source;
  }

  /** Everything but warnings. */
  errors(): Problems {
    const { problems } = this.#values;
    // What can not be read does not fit either: once is enough.
    const told = new Set(problems.map(({ line }) => line));
    return [...problems, ...this.#errors.filter(({ line }) => !told.has(line))];
  }

  read(): void {
    const values = this.#values;
    const { root } = values.yaml;
    if (root === null) return;
    const sections = this.#unique(root).filter(({ key }) => key === "permissions");
    const schema = this.#source.scope === "user" ? userSchema : projectSchema;
    const said = isMap(root) ? { permissions: values.plain(sections[0]?.value ?? null) } : null;
    const fitted = schema.safeParse(said);
    if (!fitted.success) this.#errors.push(...schemaProblems(fitted.error, values, this.#source.scope));
    for (const { value } of sections) this.#readSection(value);
  }

  #readSection(section: Node | null): void {
    const isUser = this.#source.scope === "user";
    for (const { key, value: node } of this.#unique(section)) {
      const path = ["permissions", key];
      if (key === "deny") this.#readList({ node, effect: "deny", project: undefined, path });
      else if (key === (isUser ? "allow" : "auto_allow"))
        this.#readList({ node, effect: "allow", project: undefined, path });
      else if (key === "projects" && isUser) this.#readProjects(node);
    }
  }

  #readProjects(projects: Node | null): void {
    for (const { key, keyNode, value } of this.#unique(projects)) {
      const checked = checkPattern("read", key, this.#source);
      const complaint =
        "complaint" in checked
          ? checked.complaint
          : checked.pattern.includes("*")
            ? `"${key}" must be the folder of one project, without "*".`
            : undefined;
      if (complaint !== undefined || "complaint" in checked) {
        this.#error(keyNode, complaint ?? "");
        continue;
      }
      const project = checked.pattern;
      this.projects.push({ key, folder: project });
      for (const list of this.#unique(value)) {
        if (list.key !== "allow" && list.key !== "deny") continue;
        const path = ["permissions", "projects", key, list.key];
        this.#readList({ node: list.value, effect: list.key, project, path });
      }
    }
  }

  #readList({ node, effect, project, path }: List): void {
    for (const [index, item] of this.#values.items(node).entries()) {
      const said = ruleSchema.safeParse(this.#values.plain(item));
      if (item === null || !said.success) continue;
      const [[word, written] = []] = Object.entries(said.data) as [RuleWord, string][];
      if (word === undefined || written === undefined) continue;
      const operation = ruleWords[word];
      const checked = checkPattern(operation, written, this.#source);
      if ("complaint" in checked) {
        this.#error(item, checked.complaint);
        continue;
      }
      if (this.rules.length === maxRules) {
        this.#error(item, `A file can hold ${maxRules.toLocaleString("en")} rules: remove some.`);
        return;
      }
      const { pattern } = checked;
      const line = this.#values.lineOf(item);
      const place = [...path, index];
      this.rules.push({ effect, operation, pattern, file: this.#source.file, line, project, path: place });
      const warning = effect === "allow" && warningOf(operation, pattern, this.#source.home);
      if (warning) this.warnings.push({ line, message: warning });
    }
  }

  /** The keys of a mapping; one that stands twice is an error, and both are read, so that no denial is lost. */
  #unique(node: Node | null) {
    const all = this.#values.keyed(node);
    const first = new Map<string, number>();
    for (const { key, keyNode } of all) {
      const line = first.get(key);
      if (line === undefined) first.set(key, this.#values.lineOf(keyNode));
      else this.#error(keyNode, `"${key}" is already in line ${line}: put both together.`);
    }
    return all;
  }

  #error(node: Node, message: string): void {
    const line = this.#values.lineOf(node);
    this.#errors.push({ line, message });
  }
}
