/** Schemas of tool inputs: forgiving at the door, short in the header. */
import { z } from "zod";

/** An object schema that takes `null` for an absent field, as some models write it. */
export function toolInput<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess(dropNulls, z.object(shape));
}

/** A whole number from 1; models write it as a string, too. */
export const positive = z.coerce.number().int().min(1);

/** Marks a parameter that an error or a result names when it is needed, and that the header leaves out. */
export function rare<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ rare: true });
}

/** A schema as the model gets it: JSON Schema without what says nothing to it (rare parameters, bounds, marks). */
export function headerSchema(schema: z.ZodType): unknown {
  return strip(z.toJSONSchema(schema, { io: "output" }));
}

const silent = new Set([
  "$schema",
  "additionalProperties",
  "propertyNames",
  "minimum",
  "maximum",
  "exclusiveMinimum",
]);

function strip(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(strip);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([key, part]) => !silent.has(key) && !isRare(part));
  return Object.fromEntries(entries.map(([key, part]) => [key, strip(part)]));
}

function isRare(part: unknown): boolean {
  return typeof part === "object" && part !== null && "rare" in part;
}

function dropNulls(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null));
}
