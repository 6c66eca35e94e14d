import type { VNode } from "preact";
import { formatDuration, formatMoney } from "#protocol/words.ts";
import { useTrace } from "../trace/app.ts";
import { moneyWords, shareOfHits } from "../trace/words.ts";
import { CacheBadge } from "./cache-badge.tsx";
import { IconButton } from "./icon-button.tsx";

/** What the session, or the chosen stretch of it, came to. */
export function TraceTotals(): VNode {
  const app = useTrace();
  const totals = app.totals.value;
  const range = app.range.value;
  const hint = "Calls that ran side by side count once";
  return (
    <dl
      class="totals"
      aria-label={range === undefined ? "Totals of the session" : "Totals of the chosen time"}
    >
      {range !== undefined && (
        <div class="totals-range">
          <dt>Chosen</dt>
          <dd>
            <IconButton icon="zoom-in" label="Zoom to chosen time" onClick={() => (app.zoom.value = range)} />
            <IconButton
              icon="close"
              label="Clear chosen time"
              onClick={() => (app.range.value = undefined)}
            />
          </dd>
        </div>
      )}
      <Figure name="Wall" value={formatDuration(totals.wallMs)} hint="Time in which a turn ran" />
      <Figure name="Model" value={formatDuration(totals.modelMs)} hint={hint} mark="generating" />
      <Figure name="Tools" value={formatDuration(totals.toolMs)} hint={hint} mark="tool" />
      <Figure name="Waiting for you" value={formatDuration(totals.waitingMs)} hint={hint} mark="waiting" />
      <Figure
        name="Cost"
        value={totals.modelCalls === 0 ? "–" : moneyWords(totals.costUsd, totals.isWhole)}
        hint=""
      />
      {totals.lostUsd > 0 && (
        <Figure
          name="Lost"
          value={formatMoney(totals.lostUsd)}
          hint="What tokens cost that could have come from the cache"
        />
      )}
      {totals.drifts > 0 && (
        <Figure
          name="Drift"
          value={String(totals.drifts)}
          hint="Requests whose beginning changed although it should not have: a defect of BooCode"
          mark="error"
        />
      )}
      <div>
        <dt>Cached</dt>
        <dd>
          <CacheBadge share={shareOfHits(totals.hitTokens, totals.missTokens)} />
        </dd>
      </div>
    </dl>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly hint: string;
  /** The kind of time whose colour stands before it. */
  readonly mark?: string;
}

function Figure({ name, value, hint, mark }: FigureProps): VNode {
  return (
    <div title={hint}>
      <dt>
        {mark !== undefined && <i class={`part swatch bar-${mark}`} aria-hidden="true" />}
        {name}
      </dt>
      <dd>{value}</dd>
    </div>
  );
}
