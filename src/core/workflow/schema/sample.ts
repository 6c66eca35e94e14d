/** Values that satisfy a schema, made of a seed: what synthetic agents answer. */
import type { Random } from "./random.ts";
import { sampleText } from "./sample-text.ts";

type Schema = Readonly<Record<string, unknown>>;

/** Deepest nesting; optional parts are left out below. */
const maxDepth = 8;

/** Makes a value; the caller checks it, since not every schema can be met by construction. */
export function sample(root: Schema, random: Random): unknown {
  return new Sampler(root, random).value(root, 0, "result");
}

class Sampler {
  readonly #root: Schema;
  readonly #random: Random;

  constructor(root: Schema, random: Random) {
    this.#root = root;
    this.#random = random;
  }

  value(given: unknown, depth: number, name: string): unknown {
    const schema = this.#resolve(given, 0);
    if ("const" in schema) return schema["const"];
    if (Array.isArray(schema["enum"])) return this.#random.pick(this.#ofType(schema, schema["enum"]));
    switch (this.#typeOf(schema)) {
      case "object":
        return this.#object(schema, depth);
      case "array":
        return this.#array(schema, depth, name);
      case "number":
        return this.#number(schema, false);
      case "integer":
        return this.#number(schema, true);
      case "boolean":
        return this.#random.next() < 0.5;
      case "null":
        return null;
      default:
        return sampleText(schema, name, this.#random);
    }
  }

  /** The schema with references followed, alternatives chosen and all parts of `allOf` in one. */
  #resolve(given: unknown, depth: number): Schema {
    if (typeof given !== "object" || given === null || depth > 20) return {};
    let schema = given as Schema;
    const { $ref } = schema;
    if (typeof $ref === "string")
      schema = { ...this.#resolve(this.#find($ref), depth + 1), ...without(schema, "$ref") };
    const { allOf } = schema;
    if (Array.isArray(allOf))
      schema = allOf.reduce<Schema>(
        (all, one) => merge(all, this.#resolve(one, depth + 1)),
        without(schema, "allOf"),
      );
    for (const keyword of ["anyOf", "oneOf"]) {
      const list = schema[keyword];
      if (!Array.isArray(list)) continue;
      const chosen = depth > 4 ? list[0] : this.#random.pick(list);
      schema = merge(without(schema, keyword), this.#resolve(chosen, depth + 1));
    }
    return schema;
  }

  #find(reference: string): unknown {
    let at: unknown = this.#root;
    for (const key of reference
      .replace(/^#\/?/, "")
      .split("/")
      .filter((one) => one !== ""))
      at = (at as Schema | undefined)?.[decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~")];
    return at;
  }

  #ofType(schema: Schema, values: readonly unknown[]): readonly unknown[] {
    if (schema["type"] === undefined) return values;
    const named = [schema["type"]].flat();
    const fitting = values.filter((value) => {
      const type = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
      return named.includes(type) || (named.includes("integer") && Number.isInteger(value));
    });
    return fitting.length > 0 ? fitting : values;
  }

  #typeOf(schema: Schema): string {
    const { type } = schema;
    if (Array.isArray(type)) return String(this.#random.pick(type.filter((one) => one !== "null")) ?? "null");
    if (typeof type === "string") return type;
    if ("properties" in schema || "required" in schema) return "object";
    if ("items" in schema || "minItems" in schema) return "array";
    return "minimum" in schema || "maximum" in schema ? "number" : "string";
  }

  #object(schema: Schema, depth: number): object {
    const known = (schema["properties"] ?? {}) as Schema;
    const required = new Set(Array.isArray(schema["required"]) ? schema["required"].map(String) : []);
    const made: Record<string, unknown> = {};
    for (const [name, part] of Object.entries(known)) {
      if (part === false) continue;
      const isWanted = required.has(name) || (depth < maxDepth && this.#random.next() < 0.8);
      if (isWanted) made[name] = this.value(part, depth + 1, name);
    }
    const extra = schema["additionalProperties"];
    for (const name of required) if (!(name in made)) made[name] = this.value(extra ?? {}, depth + 1, name);
    const least = typeof schema["minProperties"] === "number" ? schema["minProperties"] : 0;
    for (let count = Object.keys(made).length; count < least; count++)
      made[`key${count + 1}`] = this.value(extra ?? {}, depth + 1, "key");
    return made;
  }

  #array(schema: Schema, depth: number, name: string): readonly unknown[] {
    const least = typeof schema["minItems"] === "number" ? schema["minItems"] : 0;
    const most = typeof schema["maxItems"] === "number" ? schema["maxItems"] : Math.max(least, 4);
    const count = this.#random.between(
      depth < maxDepth ? Math.max(least, Math.min(1, most)) : least,
      Math.max(least, Math.min(most, least + 4)),
    );
    const first = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : [];
    const isUnique = schema["uniqueItems"] === true;
    const made: unknown[] = [];
    const seen = new Set<string>();
    for (let tries = 0; made.length < count && tries < count * 20; tries++) {
      const item = this.value(first[made.length] ?? schema["items"] ?? {}, depth + 1, name.replace(/s$/, ""));
      const text = JSON.stringify(item);
      if (isUnique && seen.has(text)) continue;
      seen.add(text);
      made.push(item);
    }
    return made;
  }

  #number(schema: Schema, isInteger: boolean): number {
    const limit = (key: string): number | undefined =>
      typeof schema[key] === "number" ? schema[key] : undefined;
    const step = limit("multipleOf") ?? (isInteger ? 1 : 0.01);
    const above = limit("exclusiveMinimum");
    const below = limit("exclusiveMaximum");
    const low = limit("minimum") ?? (above === undefined ? undefined : above + step);
    const high = limit("maximum") ?? (below === undefined ? undefined : below - step);
    const from = low ?? Math.min(0, (high ?? 0) - 100);
    const to = high ?? from + 100;
    const [least, most] = [Math.ceil(from / step - 1e-9), Math.floor(to / step + 1e-9)];
    if (least > most) return from;
    const value = this.#random.between(least, most) * step;
    return isInteger ? Math.round(value) : Number(value.toPrecision(12));
  }
}

function without(schema: Schema, keyword: string): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => key !== keyword));
}

function merge(a: Schema, b: Schema): Schema {
  const properties = {
    ...(a["properties"] as Schema | undefined),
    ...(b["properties"] as Schema | undefined),
  };
  const required = [a["required"], b["required"]].flatMap((list) => (Array.isArray(list) ? list : []));
  return {
    ...a,
    ...b,
    ...(Object.keys(properties).length > 0 && { properties }),
    ...(required.length > 0 && { required }),
  };
}
