/** The script's result as JSON. */
import { isArray } from "./natives.ts";

/** Deepest nesting of a result. */
const maxDepth = 500;

/** A copy that JSON can hold: sets become arrays, maps objects; functions, big integers and cycles are refused by a TypeError that names the place. */
export function jsonCopy(value: unknown): unknown {
  return copy(value, "result", []);
}

function copy(value: unknown, path: string, above: readonly unknown[]): unknown {
  if (typeof value === "function")
    throw new TypeError(`The ${path} is a function. Return data: texts, numbers, lists, objects.`);
  if (typeof value === "bigint")
    throw new TypeError(`The ${path} is a BigInt, which JSON does not have. Return String(value).`);
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value)) throw new TypeError(`The ${path} refers to what contains it.`);
  if (above.length > maxDepth) throw new TypeError(`The result is nested deeper than ${maxDepth} levels.`);
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === "function") return copy(Reflect.apply(toJSON, value, [""]), path, [...above, value]);
  const inside = [...above, value];
  if (value instanceof Set) return copy(Array.from(value), path, inside);
  if (value instanceof Map)
    return copyEntries(
      Array.from(value, ([key, one]) => [String(key), one]),
      path,
      inside,
    );
  if (isArray(value))
    return Array.from(value as readonly unknown[], (one, index) => copy(one, `${path}[${index}]`, inside));
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return value.valueOf();
  return copyEntries(Object.entries(value), path, inside);
}

function copyEntries(
  entries: readonly (readonly [string, unknown])[],
  path: string,
  above: readonly unknown[],
): object {
  const made: Record<string, unknown> = {};
  for (const [key, one] of entries)
    Object.defineProperty(made, key, {
      value: copy(one, `${path}.${key}`, above),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  return made;
}
