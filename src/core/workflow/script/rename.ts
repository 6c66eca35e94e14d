/** Gives a script another name. */
import { BooError } from "../../errors.ts";
import { parseScript } from "./parse.ts";

/** The key and its text; meta is a pure literal, so the name stands in quotes. */
const named = /((?:"name"|'name'|\bname)\s*:\s*)(["'`])(?:(?!\2)[^\\]|\\.)*\2/;

/** The script with `meta.name` replaced. Throws BooError "bad-script" for one that can not be read. */
export function withName(text: string, name: string): string {
  const { meta } = parseScript(text);
  if (meta === undefined) throw new BooError("bad-script", "The script of this run can not be read.");
  const from = text.search(/export\s+const\s+meta\b/);
  return text.slice(0, from) + text.slice(from).replace(named, `$1${JSON.stringify(name)}`);
}
