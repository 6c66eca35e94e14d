import { useSignal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useRef } from "preact/hooks";
import { useSessions, type SessionsApp } from "../sessions/app.ts";
import { importSession } from "../sessions/deeds.ts";
import { usualFilters, type Filters } from "../sessions/finder.ts";
import type { Period } from "../sessions/when.ts";
import { Choice } from "./choice.tsx";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";

const scopes = { folder: "This folder", all: "All projects" } as const;
const shows = { active: "Active", archived: "Archived", trash: "Trash", all: "Everything" } as const;
const periods = {
  any: "Any time",
  today: "Today",
  week: "Last 7 days",
  month: "Last 30 days",
  range: "Dates",
} as const;

/** The search box and the filters of the list of sessions. */
export function SessionSearch(): VNode {
  const app = useSessions();
  const isToggled = useSignal(false);
  const { scope, show, period } = app.finder.filters.value;
  const isFiltered = scope !== "folder" || show !== "active" || period.kind !== "any";
  const isOpen = isToggled.value || isFiltered;
  const change = (filters: Partial<Filters>) => {
    isToggled.value = true;
    app.finder.change(filters);
  };
  const toggle = () => {
    isToggled.value = !isOpen;
    if (isFiltered) app.finder.change({ ...usualFilters, text: app.finder.filters.value.text });
  };
  return (
    <search class="session-search">
      <div class="search-line">
        <SearchBox />
        <IconButton
          icon="filter"
          label={isFiltered ? "Reset filters" : "Filters"}
          aria-expanded={isOpen}
          onClick={toggle}
        />
        <IconButton
          icon="desktop-download"
          label="Import session"
          hint="Import a session that was exported as JSON"
          onClick={() => void importSession(app)}
        />
      </div>
      {isOpen && <FilterLine filters={app.finder.filters.value} onChange={change} />}
    </search>
  );
}

function FilterLine({
  filters: { scope, show, period },
  onChange,
}: {
  readonly filters: Filters;
  readonly onChange: (change: Partial<Filters>) => void;
}): VNode {
  const choosePeriod = (kind: keyof typeof periods) =>
    onChange({ period: kind === "range" ? { kind, from: "", to: "" } : { kind } });
  return (
    <>
      <div class="filters">
        <Choice
          label="Projects"
          value={scope}
          choices={scopes}
          onChange={(value) => onChange({ scope: value })}
        />
        <Choice label="Kind" value={show} choices={shows} onChange={(value) => onChange({ show: value })} />
        <Choice label="Time" value={period.kind} choices={periods} onChange={choosePeriod} />
      </div>
      {period.kind === "range" && (
        <DateRange period={period} onChange={(range) => onChange({ period: range })} />
      )}
    </>
  );
}

function SearchBox(): VNode {
  const app = useSessions();
  const box = useRef<HTMLInputElement>(null);
  const { text } = app.finder.filters.value;
  useSignalEffect(() => {
    if (app.searchRequests.value === 0) return;
    box.current?.focus();
    box.current?.select();
  });
  return (
    <div class="search-box">
      <Icon name={app.finder.isBusy.value && text !== "" ? "loading" : "search"} />
      <input
        ref={box}
        type="text"
        role="searchbox"
        data-testid="session-search"
        aria-label="Search sessions"
        placeholder="Search titles and messages"
        maxLength={1_000}
        spellcheck={false}
        value={text}
        onInput={(event) => app.finder.change({ text: event.currentTarget.value })}
        onKeyDown={(event) => searchKey(app, event)}
      />
      {text !== "" && (
        <IconButton
          icon="close"
          label="Clear search"
          hint="Clear search (Escape)"
          onClick={() => {
            app.finder.change({ text: "" });
            box.current?.focus();
          }}
        />
      )}
    </div>
  );
}

function searchKey(app: SessionsApp, event: KeyboardEvent): void {
  if (event.isComposing) return;
  if (event.key === "Escape" && app.finder.filters.value.text !== "") {
    event.preventDefault();
    app.finder.change({ text: "" });
  } else if (event.key === "ArrowDown" || event.key === "Enter") {
    event.preventDefault();
    app.listRequests.value++;
  }
}

function DateRange({
  period,
  onChange,
}: {
  readonly period: Extract<Period, { kind: "range" }>;
  readonly onChange: (period: Period) => void;
}): VNode {
  return (
    <div class="filters">
      <label class="date">
        <span class="hidden">From</span>
        <input
          type="date"
          value={period.from}
          max={period.to}
          onInput={(event) => onChange({ ...period, from: event.currentTarget.value })}
        />
      </label>
      <span aria-hidden="true">–</span>
      <label class="date">
        <span class="hidden">To</span>
        <input
          type="date"
          value={period.to}
          min={period.from}
          onInput={(event) => onChange({ ...period, to: event.currentTarget.value })}
        />
      </label>
    </div>
  );
}
