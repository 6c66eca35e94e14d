/** Finds schemas that nothing can satisfy, before anything is spent on them. Careful: what it does not understand it lets pass. */

type Schema = Readonly<Record<string, unknown>>;

const types = ["object", "array", "string", "number", "integer", "boolean", "null"];
const maxDepth = 60;

/** Why a schema can not be used for an agent's answer, or undefined: the root must be an object, and some object must satisfy it. */
export function whyImpossible(schema: unknown): string | undefined {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema))
    return 'a schema is an object: { type: "object", properties: { … } }';
  const root = schema as Schema;
  const isObject = root["type"] === "object" || (root["type"] === undefined && canBeObject(root));
  if (!isObject) return 'its root must be of type "object"';
  return problemIn(root, "schema", 0);
}

function canBeObject(schema: Schema): boolean {
  return ["properties", "required", "anyOf", "oneOf", "allOf", "$ref", "additionalProperties"].some(
    (keyword) => keyword in schema,
  );
}

function problemIn(schema: unknown, path: string, depth: number): string | undefined {
  if (schema === true || depth > maxDepth) return undefined;
  if (schema === false) return `${path} is false, which nothing satisfies`;
  if (typeof schema !== "object" || schema === null) return `${path} is no schema`;
  const given = schema as Schema;
  return (
    wrongType(given, path) ??
    wrongEnum(given, path) ??
    wrongBounds(given, path) ??
    wrongPattern(given, path) ??
    wrongChildren(given, path, depth)
  );
}

function typesOf(schema: Schema): readonly string[] {
  const { type } = schema;
  if (type === undefined) return types;
  return Array.isArray(type) ? type.map(String) : [String(type)];
}

function wrongType(schema: Schema, path: string): string | undefined {
  const named = typesOf(schema);
  if (named.length === 0) return `${path}.type is empty`;
  const unknown = named.find((name) => !types.includes(name));
  return unknown === undefined ? undefined : `${path}.type "${unknown}" is no JSON type`;
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

function fitsType(value: unknown, named: readonly string[]): boolean {
  const type = typeOf(value);
  return named.includes(type) || (type === "number" && Number.isInteger(value) && named.includes("integer"));
}

function wrongEnum(schema: Schema, path: string): string | undefined {
  const values = "const" in schema ? [schema["const"]] : schema["enum"];
  if (values === undefined) return undefined;
  if (!Array.isArray(values)) return `${path}.enum is no list`;
  if (values.length === 0) return `${path}.enum is empty`;
  if (values.some((value) => fitsType(value, typesOf(schema)))) return undefined;
  return `no value of ${path}.${"const" in schema ? "const" : "enum"} is of its type`;
}

const bounds: readonly (readonly [string, string, string])[] = [
  ["minimum", "maximum", "number"],
  ["exclusiveMinimum", "maximum", "number"],
  ["minimum", "exclusiveMaximum", "number"],
  ["minLength", "maxLength", "string"],
  ["minItems", "maxItems", "array"],
  ["minProperties", "maxProperties", "object"],
];

function wrongBounds(schema: Schema, path: string): string | undefined {
  for (const [low, high, kind] of bounds) {
    const [least, most] = [schema[low], schema[high]];
    if (typeof least !== "number" || typeof most !== "number") continue;
    const named = typesOf(schema).filter(
      (name) => name !== (kind === "number" ? "integer" : kind) && name !== kind,
    );
    const isOnlyKind = schema["type"] !== undefined && named.length === 0;
    const isStrict = low.startsWith("exclusive") || high.startsWith("exclusive");
    if (isOnlyKind && (least > most || (isStrict && least === most)))
      return `${path}: ${low} ${least} and ${high} ${most} leave nothing`;
  }
  return undefined;
}

function wrongPattern(schema: Schema, path: string): string | undefined {
  const { pattern } = schema;
  if (pattern === undefined) return undefined;
  if (typeof pattern !== "string") return `${path}.pattern is no text`;
  try {
    new RegExp(pattern, "u");
    return undefined;
  } catch {
    return `${path}.pattern is no regular expression`;
  }
}

function wrongChildren(schema: Schema, path: string, depth: number): string | undefined {
  const { properties, required, additionalProperties } = schema;
  const isObject = typesOf(schema).includes("object");
  const known = typeof properties === "object" && properties !== null ? (properties as Schema) : {};
  if (
    required !== undefined &&
    !(Array.isArray(required) && required.every((one) => typeof one === "string"))
  )
    return `${path}.required is no list of names`;
  if (isObject && schema["type"] === "object")
    for (const name of (required ?? []) as readonly string[]) {
      if (Object.hasOwn(known, name)) {
        const problem = problemIn(known[name], `${path}.${name}`, depth + 1);
        if (problem !== undefined) return problem;
      } else if (additionalProperties === false && schema["patternProperties"] === undefined)
        return `${path}.required names "${name}", which additionalProperties: false refuses`;
    }
  for (const name of Object.keys(known)) {
    if (known[name] === false) continue;
    const problem = problemIn(known[name], `${path}.${name}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return wrongLists(schema, path, depth);
}

function wrongLists(schema: Schema, path: string, depth: number): string | undefined {
  const { items, minItems, anyOf, oneOf, allOf } = schema;
  if (schema["type"] === "array" && typeof minItems === "number" && minItems > 0 && items !== undefined) {
    const problem = problemIn(items, `${path}[]`, depth + 1);
    if (problem !== undefined) return problem;
  }
  for (const list of [anyOf, oneOf]) {
    if (list === undefined) continue;
    if (!Array.isArray(list) || list.length === 0) return `${path}: anyOf and oneOf need at least one schema`;
    const problems = list.map((one, index) => problemIn(one, `${path}|${index}`, depth + 1));
    if (problems.every((problem) => problem !== undefined)) return problems[0];
  }
  for (const [index, one] of (Array.isArray(allOf) ? allOf : []).entries()) {
    const problem = problemIn(one, `${path}&${index}`, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
