import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ModelChoice } from "#protocol/session.ts";
import { formatMoney, formatTokens } from "#protocol/words.ts";
import { useApp, type App } from "../app.ts";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";

/** Says what the next message will cost because another model was chosen, until it is sent or the line is dismissed. */
export function ColdCost(): VNode | null {
  const app = useApp();
  const [words, setWords] = useState("");
  // As a text, so that it is the same until the choice is another one.
  const change = useComputed(() => JSON.stringify(newChoice(app) ?? null)).value;
  const session = app.sessionId.value;
  useEffect(() => {
    setWords("");
    const choice = JSON.parse(change) as ModelChoice | null;
    if (choice === null) return undefined;
    const { provider, model } = choice;
    const controller = new AbortController();
    app.client
      .request("session.coldCost", { session, provider, model }, controller.signal)
      .then(({ tokens, costUsd }) => {
        if (tokens === undefined) return;
        const money = costUsd === undefined ? "" : `, about ${formatMoney(costUsd)}`;
        setWords(`The next message sends ${formatTokens(tokens)} to the new model uncached${money}.`);
      })
      // A price that can not be told is not told.
      .catch(() => {});
    return () => controller.abort();
  }, [session, change]);
  if (words === "") return null;
  return (
    <div class="cold-cost" role="status">
      <Icon name="info" />
      <p>{words}</p>
      <IconButton icon="close" label="Dismiss" onClick={() => setWords("")} />
    </div>
  );
}

// The chosen model while nothing was sent to it yet and something was to another one. Rehearsal costs nothing,
// whether it was chosen or stands in for the chosen model.
function newChoice(app: App): ModelChoice | undefined {
  const session = app.session.value;
  if (app.workspace.value?.standInNotice !== undefined || session?.choice.provider === "rehearsal")
    return undefined;
  if (session === undefined || session.owner !== undefined || session.turns.at(-1)?.end === undefined)
    return undefined;
  const last = session.turns.findLast(({ choice }) => choice !== undefined)?.choice;
  const { choice } = session;
  const isSame = last?.provider === choice.provider && last.model === choice.model;
  return last === undefined || isSame ? undefined : choice;
}
