/** A value in words, for the log. */

/** Longest text that a value is shown as. */
const maxLength = 20_000;

/** Strings as they are, errors by name and message, the rest as JSON. */
export function show(value: unknown): string {
  const text = describeValue(value);
  return text.length > maxLength ? `${text.slice(0, maxLength)}… (${text.length} characters)` : text;
}

function describeValue(value: unknown): string {
  try {
    if (typeof value === "string") return value;
    if (value instanceof Error) return String(value);
    if (typeof value === "function") return `[function ${value.name}]`;
    if (typeof value === "object" && value !== null)
      return JSON.stringify(value, (_key, inner: unknown) => {
        if (inner instanceof Map) return { Map: Array.from(inner) };
        if (inner instanceof Set) return { Set: Array.from(inner) };
        if (typeof inner === "bigint") return `${inner}n`;
        if (typeof inner === "function") return `[function ${inner.name}]`;
        return inner;
      });
    return String(value);
  } catch {
    return "[a value that can not be shown]";
  }
}
