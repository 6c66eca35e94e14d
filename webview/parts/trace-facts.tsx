import type { ComponentChildren, VNode } from "preact";
import { formatDuration, formatShare } from "#protocol/words.ts";
import type { TraceApp } from "../trace/app.ts";
import { partsOf } from "../trace/bar-parts.ts";
import type { SpanTable } from "../trace/table.ts";
import { turnTotals } from "../trace/totals.ts";
import { cachedShareOf, moneyWords, partWords } from "../trace/words.ts";
import { CacheBadge } from "./cache-badge.tsx";

interface Props {
  readonly app: TraceApp;
  readonly place: number;
}

/** Where a span's time went, part by part. */
export function TraceTimings({ app, place }: Props): VNode {
  const { table } = app;
  const now = app.now.value;
  const whole = table.endedAt(place, now) - table.startedAt(place);
  const lines = table.isFrame(place)
    ? belowOf(table, place, now)
    : partsOf(table, place, now).map(({ kind: part, from, to }) => ({
        kind: part,
        name: partWords[part],
        ms: to - from,
      }));
  return (
    <section class="detail-part" aria-label="Time">
      <h3>Time</h3>
      <table class="timings">
        <tbody>
          {lines.map((line) => (
            <Line key={line.kind} {...line} whole={whole} />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{table.isOpen(place) ? "So far" : "Duration"}</th>
            <td>{formatDuration(whole)}</td>
            <td />
          </tr>
        </tfoot>
      </table>
    </section>
  );
}

// What ran below, in which what ran side by side counts once: the lines need not add up.
function belowOf(table: SpanTable, place: number, now: number): readonly Omit<LineProps, "whole">[] {
  const { modelMs, toolMs, waitingMs } = turnTotals(table, place, now);
  const lines = [
    { kind: "generating", name: "Model", ms: modelMs },
    { kind: "tool", name: "Tools", ms: toolMs },
    { kind: "waiting", name: partWords.waiting, ms: waitingMs },
  ];
  return lines.filter(({ ms }) => ms > 0);
}

interface LineProps {
  readonly kind: string;
  readonly name: string;
  readonly ms: number;
  readonly whole: number;
}

function Line({ kind, name, ms, whole }: LineProps): VNode {
  return (
    <tr>
      <th scope="row">
        <i class={`part swatch bar-${kind}`} aria-hidden="true" />
        {name}
      </th>
      <td>{formatDuration(ms)}</td>
      <td class="figure">{whole > 0 ? formatShare(Math.min(1, ms / whole)) : ""}</td>
    </tr>
  );
}

/** What a span's calls to a model used; "unknown" where the server did not say. */
export function TraceTokens({ app, place }: Props): VNode {
  const { table } = app;
  const isWhole = table.isUsageWhole(place);
  const figure = (column: Parameters<typeof table.figure>[1]) =>
    exactTokens(table.figure(place, column), isWhole);
  return (
    <section class="detail-part" aria-label="Tokens and money">
      <h3>
        Tokens and money <CacheBadge share={cachedShareOf(table, place)} />
      </h3>
      <dl class="facts">
        <Fact name="Prompt">{figure("promptTokens")}</Fact>
        <Fact name="Hit">{figure("cacheHitTokens")}</Fact>
        <Fact name="Missed">{figure("cacheMissTokens")}</Fact>
        <Fact name="Output">{figure("outputTokens")}</Fact>
        <Fact name="Reasoning in it">{figure("reasoningTokens")}</Fact>
        <Fact name="Cost">{moneyWords(table.figure(place, "costUsd"), isWhole)}</Fact>
      </dl>
      {!isWhole && (
        <p class="figure">
          The server did not say what some calls used, so these are the least that it can be.
        </p>
      )}
    </section>
  );
}

/** A name and what it stands for. */
export function Fact({
  name,
  children,
}: {
  readonly name: string;
  readonly children: ComponentChildren;
}): VNode {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

function exactTokens(count: number | undefined, isWhole: boolean): string {
  return count === undefined ? "unknown" : `${isWhole ? "" : "≥ "}${count.toLocaleString("en")}`;
}
