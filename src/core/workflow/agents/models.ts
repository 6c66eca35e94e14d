/** Which model a name in a script means. */
import { BooError } from "../../errors.ts";
import type { ModelTable } from "./workflow-agents.ts";

/** Names of other engines' models by the tag that stands for their strength, as data; "" is the standard model. */
const aliases: Readonly<Record<string, string>> = {
  inherit: "",
  default: "",
  sonnet: "",
  haiku: "light",
  opus: "heavy",
  fable: "heavy",
};

/** Names that mean something whatever models the user has, and which model of the user's each stands for. */
export function commonModelNames(): readonly { readonly name: string; readonly meaning: string }[] {
  const tags = { light: "light", heavy: "heavy" };
  const meanings: Readonly<Record<string, string>> = {
    "": "The standard model.",
    light: "The cheapest model of the standard model's provider.",
    heavy: "The dearest model of the standard model's provider.",
  };
  return Object.entries({ ...tags, ...aliases }).map(([name, tag]) => ({
    name,
    meaning: meanings[tag] ?? "",
  }));
}

/** The model, and the alias that was followed; throws BooError "unknown-model" that lists what exists. */
export function findModel(
  name: string | undefined,
  table: ModelTable,
): { readonly id: string; readonly alias?: string } {
  if (name === undefined) return { id: table.standard };
  if (table.ids.includes(name)) return { id: name };
  const [tagged] = table.tags[name] ?? [];
  if (tagged !== undefined) return { id: tagged };
  const alias = Object.hasOwn(aliases, name) ? aliases[name] : undefined;
  if (alias !== undefined) return { id: table.tags[alias]?.[0] ?? table.standard, alias: name };
  const known = [...table.ids, ...Object.keys(table.tags), ...Object.keys(aliases)].join(", ");
  throw new BooError("unknown-model", `There is no model or tag "${name}". There are: ${known}.`);
}
