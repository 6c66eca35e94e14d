/** Texts that satisfy a schema's `pattern`, `format` and lengths. */
import type { Random } from "./random.ts";
import { samplePattern } from "./sample-pattern.ts";

type Schema = Readonly<Record<string, unknown>>;

const words = (
  "alpha branch cache delta engine field graph header index journal key ledger merge node order path query " +
  "record scope token update vector window"
).split(" ");

/** Makes a text; `name` is what it is for. */
export function sampleText(schema: Schema, name: string, random: Random): string {
  const least = typeof schema["minLength"] === "number" ? schema["minLength"] : 0;
  const most = typeof schema["maxLength"] === "number" ? schema["maxLength"] : Math.max(least, 200);
  if (typeof schema["pattern"] === "string") {
    for (let tries = 0; tries < 20; tries++) {
      const text = samplePattern(schema["pattern"], random);
      if (text.length >= least && text.length <= most && new RegExp(schema["pattern"], "u").test(text))
        return text;
    }
  }
  const format = typeof schema["format"] === "string" ? formatted(schema["format"], random) : undefined;
  if (format !== undefined) return format;
  let text = `${name} ${random.pick(words) ?? ""} ${random.between(1, 999)}`;
  while (text.length < least) text += ` ${random.pick(words) ?? ""}`;
  return text.slice(0, most);
}

function formatted(format: string, random: Random): string | undefined {
  const two = (low: number, high: number): string => String(random.between(low, high)).padStart(2, "0");
  const day = `20${two(10, 30)}-${two(1, 12)}-${two(1, 28)}`;
  const clock = `${two(0, 23)}:${two(0, 59)}:${two(0, 59)}Z`;
  const word = random.pick(words) ?? "word";
  const hex = (length: number): string =>
    Array.from({ length }, () => random.between(0, 15).toString(16)).join("");
  const known: Readonly<Record<string, string>> = {
    date: day,
    time: clock,
    "date-time": `${day}T${clock}`,
    email: `${word}@example.com`,
    uri: `https://example.com/${word}`,
    url: `https://example.com/${word}`,
    "uri-reference": `/${word}`,
    hostname: `${word}.example.com`,
    ipv4: `192.0.2.${random.between(1, 254)}`,
    ipv6: `2001:db8::${hex(4)}`,
    uuid: `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`,
  };
  return known[format];
}
