import { Component, type VNode } from "preact";
import { formatDuration, formatMoney, formatShort } from "#protocol/words.ts";
import type { TraceApp } from "../trace/app.ts";
import { rowHeight } from "../trace/input.ts";
import { spanLabel } from "../trace/span-label.ts";
import { root } from "../trace/table.ts";
import { cachedShareOf, kindWords, shareOfHits, tokenWords } from "../trace/words.ts";
import { CacheBadge } from "./cache-badge.tsx";
import { TraceBar } from "./trace-bar.tsx";

interface Props {
  readonly app: TraceApp;
  readonly row: number;
  readonly place: number;
  readonly depth: number;
  /** Another number where what the row says has changed. */
  readonly revision: number;
  /** The time for what is open, 0 for what is not: another time is another row. */
  readonly now: number;
  /** Whether what is below is shown; undefined where nothing is. */
  readonly isOpen: boolean | undefined;
  readonly isCursor: boolean;
  readonly isContext: boolean;
  readonly isCritical: boolean;
}

/** The id of a row's element, for the tree to name the one with the cursor. */
export function rowId(place: number): string {
  return `span-${place}`;
}

/** One span: its name, its bar, its figures. It is drawn again only when one of its properties is another. */
export class TraceRow extends Component<Props> {
  override shouldComponentUpdate(next: Props): boolean {
    return (Object.keys(next) as (keyof Props)[]).some((key) => next[key] !== this.props[key]);
  }

  override render({ app, row, place, depth, revision, now, isOpen, ...is }: Props): VNode {
    const { table } = app;
    const classes = ["trace-row", "trace-line", `of-${table.kind(place)}`];
    if (is.isCursor) classes.push("cursor");
    if (is.isContext) classes.push("context");
    if (app.showsCritical.peek() && !is.isCritical) classes.push("aside");
    if (table.outcome(place) === "error") classes.push("has-error");
    return (
      <div
        id={rowId(place)}
        class={classes.join(" ")}
        data-testid="trace-row"
        data-row={row}
        role="row"
        aria-rowindex={row + 2}
        aria-level={depth + 1}
        aria-selected={is.isCursor}
        {...(isOpen !== undefined && { "aria-expanded": isOpen })}
        style={{ transform: `translateY(${row * rowHeight}px)` }}
      >
        <Label app={app} place={place} depth={depth} isOpen={isOpen} />
        <div class="cell bar-cell" role="gridcell">
          <TraceBar
            place={place}
            isClosed={isOpen === false}
            isCritical={is.isCritical}
            revision={revision}
            now={now}
          />
        </div>
        <Figures app={app} place={place} now={now} />
      </div>
    );
  }
}

interface LabelProps extends Pick<Props, "app" | "place" | "depth" | "isOpen"> {}

function Label({ app, place, depth, isOpen }: LabelProps): VNode {
  const { name, about, icon, state, isHeading } = spanLabel(
    app.table,
    place,
    app.session.peek()?.title ?? "",
  );
  const indent = { paddingLeft: `calc(4px + ${Math.min(depth, 12)} * var(--indent))` };
  const spoken = [kindWords[app.table.kind(place)], state, name, about].filter(
    (word) => word !== undefined && word !== "",
  );
  return (
    <div
      class="cell label"
      role="gridcell"
      style={indent}
      title={about === "" ? name : `${name} · ${about}`}
      aria-label={spoken.join(" ")}
    >
      {isOpen === undefined ? (
        <i class="twistie" />
      ) : (
        <i class={`twistie codicon codicon-chevron-${isOpen ? "down" : "right"}`} data-deed="branch" />
      )}
      <i class={`codicon codicon-${icon}`} />
      <span class="label-text">
        {isHeading ? <b>{name}</b> : name}
        {about !== "" && <span class="figure"> {about}</span>}
      </span>
    </div>
  );
}

function Figures({ app, place, now }: Pick<Props, "app" | "place" | "now">): VNode {
  const { table } = app;
  const totals = app.whole.peek();
  const isSession = place === root;
  const duration = isSession ? totals.wallMs : table.endedAt(place, now) - table.startedAt(place);
  const kind = table.kind(place);
  const hasTokens = kind !== "tool" && kind !== "question";
  const cost = isSession ? totals.costUsd : table.figure(place, "costUsd");
  const isWhole = isSession ? totals.isWhole : table.isUsageWhole(place);
  const share = isSession
    ? shareOfHits(totals.hitTokens, totals.missTokens)
    : hasTokens
      ? cachedShareOf(table, place)
      : undefined;
  return (
    <>
      <div class="cell duration" role="gridcell">
        {formatDuration(duration)}
      </div>
      <div class="cell tokens" role="gridcell">
        {hasTokens && <Tokens app={app} place={place} />}
      </div>
      <div class="cell money" role="gridcell">
        {cost === undefined
          ? hasTokens && !table.isOpen(place) && "–"
          : `${isWhole ? "" : "≥ "}${formatMoney(cost)}`}
      </div>
      <div class="cell cached" role="gridcell">
        {hasTokens && share !== undefined && <CacheBadge share={share} />}
      </div>
    </>
  );
}

function Tokens({ app, place }: Pick<Props, "app" | "place">): VNode | null {
  const { table } = app;
  const totals = app.whole.peek();
  const isSession = place === root;
  const hit = isSession ? totals.hitTokens : (table.figure(place, "cacheHitTokens") ?? 0);
  const miss = isSession ? totals.missTokens : (table.figure(place, "cacheMissTokens") ?? 0);
  const output = isSession ? totals.outputTokens : (table.figure(place, "outputTokens") ?? 0);
  const prompt = isSession ? hit + miss : table.figure(place, "promptTokens");
  if (prompt === undefined) return table.isOpen(place) ? null : <span class="figure">unknown</span>;
  const all = prompt + output;
  if (all === 0) return null;
  const stops = [hit, hit + miss, Math.max(prompt, hit + miss)].map((count) => `${(count / all) * 100}%`);
  const [hits, misses, rest] = stops;
  // One element for all its parts: there is one in every row.
  const background = `linear-gradient(to right, var(--hit) ${hits}, var(--miss) ${hits} ${misses}, var(--queued) ${misses} ${rest}, var(--generating) ${rest})`;
  const title = `${formatShort(hit)} hit · ${formatShort(miss)} missed · ${tokenWords(output)} out`;
  return (
    <>
      <i class="token-bar" style={{ background }} title={title} />
      {formatShort(all)}
    </>
  );
}
