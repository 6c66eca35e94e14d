/** Which models scripts can name, of those that the user has. */
import type { ModelChoice } from "#protocol/header.ts";
import { catalog } from "../../models/catalog.ts";
import type { Router } from "../../models/router.ts";
import type { ModelTable } from "./workflow-agents.ts";

/** The table; the tags "light" and "heavy" are the cheapest and the dearest of the standard model's provider. */
export function modelTable(router: Pick<Router, "choices" | "defaultChoice">): ModelTable {
  const { provider, model } = router.defaultChoice();
  const ids = choicesOf(router).map((choice) => choice.model);
  const byPrice = catalog
    .filter((entry) => entry.provider === provider && ids.includes(entry.model))
    .toSorted((a, b) => priceOf(a) - priceOf(b))
    .map((entry) => entry.model);
  const [light = model] = byPrice;
  const heavy = byPrice.at(-1) ?? model;
  return { standard: model, ids, tags: { light: [light], heavy: [heavy] } };
}

/** The choice that an id means, of the standard model's provider where several have it. */
export function choiceOf(
  router: Pick<Router, "choices" | "defaultChoice">,
  model: string,
): Pick<ModelChoice, "provider" | "model"> {
  const standard = router.defaultChoice();
  const fitting = choicesOf(router).filter((choice) => choice.model === model);
  return fitting.find(({ provider }) => provider === standard.provider) ?? fitting[0] ?? standard;
}

function choicesOf(router: Pick<Router, "choices" | "defaultChoice">): readonly ModelChoice[] {
  const all = [router.defaultChoice(), ...router.choices().map(({ choice }) => choice)];
  return all.filter((choice, at) => all.findIndex(({ model }) => model === choice.model) === at);
}

function priceOf({ prices }: (typeof catalog)[number]): number {
  return prices.at(-1)?.offPeak.output ?? 0;
}
