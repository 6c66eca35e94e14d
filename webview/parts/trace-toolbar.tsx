import type { VNode } from "preact";
import { formatCount } from "#protocol/words.ts";
import { useOwnState } from "../own-state.ts";
import { useTrace, type TraceApp } from "../trace/app.ts";
import { noFilters, type Filters } from "../trace/filters.ts";
import { fit, zoom } from "../trace/input.ts";
import { Choice } from "./choice.tsx";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";

const any = { any: "All kinds" };
const runKinds = { run: "Attempts", phase: "Phases", agent: "Agents" };
const kinds = {
  turn: "Turns",
  step: "Steps",
  model: "Model calls",
  tool: "Tool calls",
  question: "Questions",
};
const outcomes = {
  any: "All outcomes",
  running: "Running",
  ok: "Done",
  error: "Failed",
  denied: "Denied",
  cancelled: "Cancelled",
  interrupted: "Interrupted",
};
const durations: Readonly<Record<string, string>> = {
  0: "Any duration",
  100: "Over 100 ms",
  1000: "Over 1 s",
  10000: "Over 10 s",
  60000: "Over 1 min",
};

/** Finding and looking: filters, zoom, branches, what is followed, export. */
export function TraceToolbar(): VNode {
  const app = useTrace();
  const [isOpen, setOpen] = useOwnState(false);
  const { text, ...others } = app.filters.value;
  const isSet = others.kind !== "any" || others.outcome !== "any" || others.minMs > 0;
  const change = (part: Partial<Filters>) => (app.filters.value = { ...app.filters.peek(), ...part });
  return (
    <>
      <div class="trace-tools">
        <label class="search-box">
          <Icon name="filter" />
          <span class="hidden">Filter by text</span>
          <input
            type="text"
            placeholder="Filter"
            value={text}
            data-testid="trace-filter"
            onInput={(event) => change({ text: event.currentTarget.value })}
            onKeyDown={(event) => {
              if (event.key === "Escape") change({ text: "" });
            }}
          />
          <IconButton
            icon="list-flat"
            label="More filters"
            aria-expanded={isOpen}
            {...(isSet && { class: "is-set" })}
            onClick={() => setOpen(!isOpen)}
          />
        </label>
        <TimeTools app={app} />
      </div>
      {isOpen && (
        <div class="filters">
          <Choice<Filters["kind"]>
            label="Kind"
            choices={{ ...any, ...((app.table.isOfRun || others.kind in runKinds) && runKinds), ...kinds }}
            value={others.kind}
            onChange={(kind) => change({ kind })}
          />
          <Choice
            label="Outcome"
            choices={outcomes}
            value={others.outcome}
            onChange={(outcome) => change({ outcome })}
          />
          <Choice
            label="Duration"
            choices={durations}
            value={String(others.minMs)}
            onChange={(ms) => change({ minMs: Number(ms) })}
          />
        </div>
      )}
      <Hidden app={app} />
    </>
  );
}

function TimeTools({ app }: { readonly app: TraceApp }): VNode {
  const setAll = (isOpen: boolean) => {
    app.branches.setAll(isOpen);
    app.redraw();
  };
  const { skipsIdle } = app.kept.value;
  return (
    <div class="tool-buttons" role="toolbar" aria-label="View">
      <IconButton icon="zoom-in" label="Zoom in" hint="Zoom in (+)" onClick={() => zoom(app, 1 / 1.6)} />
      <IconButton icon="zoom-out" label="Zoom out" hint="Zoom out (−)" onClick={() => zoom(app, 1.6)} />
      <IconButton icon="screen-full" label="Fit" hint="Fit everything (0)" onClick={() => fit(app)} />
      <IconButton
        icon="record"
        label="Follow live"
        hint="Follow what runs"
        aria-pressed={app.isFollowing.value}
        onClick={() => {
          app.isFollowing.value = !app.isFollowing.peek();
          app.redraw();
        }}
      />
      <IconButton icon="collapse-all" label="Collapse all" onClick={() => setAll(false)} />
      <IconButton icon="expand-all" label="Expand all" onClick={() => setAll(true)} />
      <IconButton
        icon="flame"
        label="Critical path"
        hint="Mark the calls that determined how long each turn took"
        aria-pressed={app.showsCritical.value}
        onClick={() => (app.showsCritical.value = !app.showsCritical.peek())}
      />
      <IconButton
        icon="fold"
        label="Skip idle time"
        hint="Leave out long pauses between turns"
        aria-pressed={skipsIdle}
        onClick={() => app.keep({ skipsIdle: !skipsIdle })}
      />
    </div>
  );
}

function Hidden({ app }: { readonly app: TraceApp }): VNode {
  void app.stamp.value;
  const { hidden } = app.findings;
  return (
    <div class="trace-status" role="status">
      {app.isFiltering && hidden > 0 && (
        <>
          <span>{hidden.toLocaleString("en")} hidden by filters</span>
          <button type="button" class="link" onClick={() => (app.filters.value = noFilters)}>
            Clear filters
          </button>
        </>
      )}
      <Reading app={app} />
    </div>
  );
}

function Reading({ app }: { readonly app: TraceApp }): VNode | null {
  const reading = app.feed.reading.value;
  if (reading.status === "older")
    return <span>Loading older spans, {formatCount(app.table.count - 1, "span")} so far</span>;
  if (reading.status !== "failed" || app.table.count === 1) return null;
  return (
    <>
      <span class="failed">Older spans could not be read. {reading.message}</span>
      <button type="button" class="link" onClick={() => void app.feed.readOn()}>
        Try again
      </button>
    </>
  );
}
