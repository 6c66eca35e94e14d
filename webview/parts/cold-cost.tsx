import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { ModelChoice } from "#protocol/header.ts";
import { formatMoney, formatTokens } from "#protocol/words.ts";
import { useApp, type App } from "../app.ts";
import { useOwnState } from "../own-state.ts";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";

/** No server is known to let go of its cache sooner (ms); after that the host is asked. */
const restMs = 3_600_000;

/** Says what the next message will cost because another model was chosen, or nothing was sent for long, until it is sent or the line is dismissed. */
export function ColdCost(): VNode | null {
  const app = useApp();
  const [words, setWords] = useOwnState("");
  // As a text, so that it is the same until the choice is another one.
  const change = useComputed(() => JSON.stringify(nextChoice(app) ?? null)).value;
  const session = app.sessionId.value;
  useEffect(() => {
    setWords("");
    const choice = JSON.parse(change) as ModelChoice | null;
    if (choice === null) return undefined;
    const { provider, model } = choice;
    const controller = new AbortController();
    app.client
      .request("session.coldCost", { session, provider, model }, controller.signal)
      .then(({ tokens, costUsd, reason }) => {
        if (tokens === undefined) return;
        const money = costUsd === undefined ? "" : `, about ${formatMoney(costUsd)}`;
        const size = formatTokens(tokens);
        setWords(
          reason === "expired"
            ? `After this long the cache has let go: the next message sends ${size} uncached${money}.`
            : `The next message sends ${size} to the new model uncached${money}.`,
        );
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

// The model that will be asked, where something was sent before. Rehearsal costs nothing, whether it was chosen or
// stands in for the chosen model.
function nextChoice(app: App): ModelChoice | undefined {
  const session = app.session.value;
  if (app.workspace.value?.standInNotice !== undefined || session?.choice.provider === "rehearsal")
    return undefined;
  if (session === undefined || session.owner !== undefined || session.turns.at(-1)?.end === undefined)
    return undefined;
  const last = session.turns.findLast(({ choice }) => choice !== undefined);
  const isSame =
    last?.choice?.provider === session.choice.provider && last.choice.model === session.choice.model;
  const isRecent = last?.end !== undefined && Date.now() - last.end.at < restMs;
  return last === undefined || (isSame && isRecent) ? undefined : session.choice;
}
