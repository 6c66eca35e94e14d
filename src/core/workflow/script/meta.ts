/** A script's own description: the literal that it begins with. */
import type { AnyNode, Program } from "./syntax.ts";
import type { Findings, QuickFix } from "./diagnostic.ts";
import { insertField, replace } from "./fixes.ts";

/** A phase that the script announces. */
export interface WorkflowPhase {
  readonly title: string;
  readonly detail?: string;
  readonly model?: string;
}

/** `export const meta = {…}`. */
export interface WorkflowMeta {
  readonly name: string;
  readonly description: string;
  readonly title?: string;
  readonly whenToUse?: string;
  readonly phases: readonly WorkflowPhase[];
}

const forbiddenKeys = ["__proto__", "constructor", "prototype"];

const template = `export const meta = {
  name: "my-workflow",
  description: "What it does, in one sentence.",
};

`;

const insertTemplate: QuickFix = {
  title: "Insert meta",
  edits: [{ start: 0, end: 0, text: template }],
};

/** The literal of the first statement; undefined, with a finding, where there is none. */
export function findMeta(program: Program, findings: Findings): AnyNode | undefined {
  const [first] = program.body;
  const isExport =
    first?.type === "ExportNamedDeclaration" && first.declaration?.type === "VariableDeclaration";
  const declaration = isExport ? first.declaration : undefined;
  const [binding] = declaration?.type === "VariableDeclaration" ? declaration.declarations : [];
  const isMeta = binding?.id.type === "Identifier" && binding.id.name === "meta";
  if (declaration?.type === "VariableDeclaration" && isMeta && declaration.declarations.length === 1) {
    if (declaration.kind !== "const")
      findings.add("error", "meta-const", "meta must be a const: export const meta = {…}.", declaration, [
        replace("Make it a const", kindOf(declaration), "const"),
      ]);
    if (binding.init?.type === "ObjectExpression") return binding.init;
    findings.add("error", "meta-literal", "meta must be an object literal.", binding.init ?? binding);
    return undefined;
  }
  const range = { start: first?.start ?? 0, end: Math.min(first?.end ?? 0, (first?.start ?? 0) + 80) };
  const message =
    "A workflow begins with export const meta = { name: …, description: … } as its first statement; only comments may stand before it.";
  findings.add("error", "meta-missing", message, range, [exportIt(first) ?? insertTemplate]);
  return undefined;
}

function kindOf({ start, kind }: Extract<AnyNode, { type: "VariableDeclaration" }>): {
  readonly start: number;
  readonly end: number;
} {
  return { start, end: start + kind.length };
}

/** For a first statement that declares meta, but does not export it. */
function exportIt(first: Program["body"][number] | undefined): QuickFix | undefined {
  if (first?.type !== "VariableDeclaration" || first.declarations.length !== 1) return undefined;
  const [{ id } = {}] = first.declarations;
  if (id?.type !== "Identifier" || id.name !== "meta") return undefined;
  return replace("Export meta", kindOf(first), "export const");
}

/** What the literal says; undefined, with findings, where it is no pure literal or lacks what it must have. */
export function readMeta(literal: AnyNode, findings: Findings): WorkflowMeta | undefined {
  const before = findings.list.length;
  const value = evaluate(literal, findings);
  const isPure = findings.list.slice(before).every(({ severity }) => severity !== "error");
  if (!isPure || typeof value !== "object" || value === null) return undefined;
  const fields = value as Readonly<Record<string, unknown>>;
  const required = (name: keyof typeof placeholders): string => {
    const text = fields[name];
    if (typeof text === "string" && text.trim() !== "") return text;
    const written = fieldOf(literal, name);
    const range = written?.value ?? { start: literal.start, end: literal.start + 1 };
    const fixes = written === undefined ? addField(findings.text, literal, name) : [];
    findings.add("error", `meta-${name}`, `meta.${name} must be a text that is not empty.`, range, fixes);
    return "";
  };
  const name = required("name");
  const description = required("description");
  if (name === "" || description === "") return undefined;
  const optional = (key: "title" | "whenToUse"): { readonly [K in typeof key]?: string } =>
    typeof fields[key] === "string" ? { [key]: fields[key] } : {};
  return {
    name,
    description,
    ...optional("title"),
    ...optional("whenToUse"),
    phases: readPhases(fields["phases"]),
  };
}

const placeholders = { name: "my-workflow", description: "What it does, in one sentence." };

function fieldOf(literal: AnyNode, name: string): Extract<AnyNode, { type: "Property" }> | undefined {
  if (literal.type !== "ObjectExpression") return undefined;
  const isNamed = (key: AnyNode): boolean =>
    key.type === "Identifier" ? key.name === name : key.type === "Literal" && key.value === name;
  const found = literal.properties.find((one) => one.type === "Property" && isNamed(one.key));
  return found?.type === "Property" ? found : undefined;
}

function addField(text: string, literal: AnyNode, name: keyof typeof placeholders): readonly QuickFix[] {
  if (literal.type !== "ObjectExpression") return [];
  return [insertField(text, literal, { name, value: placeholders[name] })];
}

function readPhases(value: unknown): readonly WorkflowPhase[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((entry: unknown) => {
    if (typeof entry !== "object" || entry === null) return [];
    const { title, detail, model } = entry as Readonly<Record<string, unknown>>;
    if (typeof title !== "string" || title === "") return [];
    return [
      {
        title,
        ...(typeof detail === "string" && { detail }),
        ...(typeof model === "string" && { model }),
      },
    ];
  });
}

/** The value of a pure literal; what is none is a finding. */
function evaluate(node: AnyNode, findings: Findings): unknown {
  const refuse = (what: string): undefined => {
    findings.add("error", "meta-literal", `meta must be a pure literal: ${what} can not stand in it.`, node);
  };
  switch (node.type) {
    case "Literal":
      if (node.regex || node.bigint) return refuse("a regular expression or a BigInt");
      return node.value;
    case "TemplateLiteral":
      return node.expressions.length > 0
        ? refuse("a template with ${}")
        : (node.quasis[0]?.value.cooked ?? "");
    case "UnaryExpression":
      return evaluateMinus(node, findings, refuse);
    case "BinaryExpression":
      return evaluateSum(node, findings, refuse);
    case "ArrayExpression":
      return node.elements.map((element) => {
        if (element === null) return refuse("a hole in an array");
        return element.type === "SpreadElement" ? refuse("a spread") : evaluate(element, findings);
      });
    case "ObjectExpression":
      return evaluateObject(node, findings);
    case "Identifier":
      return refuse(`the name "${node.name}"`);
    case "CallExpression":
    case "NewExpression":
      return refuse("a call");
    default:
      return refuse("an expression");
  }
}

type Refuse = (what: string) => undefined;

function evaluateMinus(
  node: Extract<AnyNode, { type: "UnaryExpression" }>,
  findings: Findings,
  refuse: Refuse,
): unknown {
  if (node.operator !== "-") return refuse(node.operator === "+" ? "a unary plus" : `"${node.operator}"`);
  const value = evaluate(node.argument, findings);
  return typeof value === "number" ? -value : refuse("a minus before what is no number");
}

function evaluateSum(
  node: Extract<AnyNode, { type: "BinaryExpression" }>,
  findings: Findings,
  refuse: Refuse,
): unknown {
  const parts = termsOf(node);
  if (parts === undefined) return refuse("an operator");
  const texts = parts.map((part) => evaluate(part, findings));
  if (!texts.every((text) => typeof text === "string")) return refuse("a sum of what are no texts");
  const folded = texts.join("");
  findings.add("warning", "meta-folded", "Texts in meta were joined: other engines refuse this.", node, [
    replace("Write as one text", node, JSON.stringify(folded)),
  ]);
  return folded;
}

/** What a sum adds up, sums in it taken apart; undefined where another operator is in it. */
function termsOf(node: AnyNode): readonly AnyNode[] | undefined {
  if (node.type !== "BinaryExpression") return [node];
  const [left, right] = [termsOf(node.left), termsOf(node.right)];
  return node.operator === "+" && left && right ? [...left, ...right] : undefined;
}

function evaluateObject(node: Extract<AnyNode, { type: "ObjectExpression" }>, findings: Findings): object {
  const made: Record<string, unknown> = {};
  for (const property of node.properties) {
    const refuse = (what: string): void =>
      findings.add(
        "error",
        "meta-literal",
        `meta must be a pure literal: ${what} can not stand in it.`,
        property,
      );
    if (property.type === "SpreadElement") refuse("a spread");
    else if (property.computed) refuse("a computed key");
    else if (property.method || property.kind !== "init") refuse("a method");
    else if (property.shorthand) refuse("a name");
    else {
      const { key } = property;
      const name = key.type === "Identifier" ? key.name : key.type === "Literal" ? String(key.value) : "";
      if (forbiddenKeys.includes(name)) refuse(`the key "${name}"`);
      else made[name] = evaluate(property.value, findings);
    }
  }
  return made;
}
