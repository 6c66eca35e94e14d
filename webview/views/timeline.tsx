import { useSignal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import type { CostLine, TimelineTurn } from "#protocol/sessions.ts";
import { CostSummary } from "../parts/cost-summary.tsx";
import { Icon } from "../parts/icon.tsx";
import { RowList, type RowListHandle } from "../parts/row-list.tsx";
import { TimelineItem } from "../parts/timeline-item.tsx";
import { useSessions, type SessionsApp } from "../sessions/app.ts";

/** The least time between two looks at a session that goes on, in milliseconds. */
const restMs = 500;
const heights = { costs: 120, turn: 72 } as const;
const listId = "timeline-list";

type Row =
  | { readonly kind: "costs"; readonly key: string; readonly lines: readonly CostLine[] }
  | { readonly kind: "turn"; readonly key: string; readonly turn: TimelineTurn };

interface Loaded {
  readonly turns: readonly TimelineTurn[];
  readonly lines: readonly CostLine[];
}

/** A session's turns in figures, below what it cost; a click on a turn shows it in the chat, Escape goes back to the list. */
export function Timeline({ session }: { readonly session: string }): VNode {
  const app = useSessions();
  const { loaded, problem } = useLoaded(app, session);
  const title = titleOf(app, session);
  const back = () => {
    app.timeline.value = undefined;
    app.listRequests.value++;
  };
  const backButton = useRef<HTMLButtonElement>(null);
  useEffect(() => backButton.current?.focus(), []);
  return (
    <div
      class="timeline"
      data-testid="timeline"
      onKeyDown={(event) => {
        if (event.key === "Escape") back();
      }}
    >
      <div class="timeline-head">
        <button
          ref={backButton}
          type="button"
          class="icon-button"
          aria-label="Back to the sessions"
          title="Back to the sessions (Escape)"
          onClick={back}
        >
          <Icon name="arrow-left" />
        </button>
        <h2 class="title" title={title}>
          {title}
        </h2>
      </div>
      {problem !== "" ? (
        <p class="session-loading failed" role="alert">
          {problem}
        </p>
      ) : loaded === undefined ? (
        <p class="session-loading" role="status">
          <Icon name="loading" /> Loading the timeline
        </p>
      ) : (
        <Turns session={session} loaded={loaded} />
      )}
    </div>
  );
}

function Turns({ session, loaded }: { readonly session: string; readonly loaded: Loaded }): VNode {
  const app = useSessions();
  const list = useRef<RowListHandle>(null);
  const cursor = useSignal(0);
  const rows = useMemo<readonly Row[]>(
    () => [
      { kind: "costs", key: "costs", lines: loaded.lines },
      ...loaded.turns.map((turn) => ({ kind: "turn" as const, key: `turn/${turn.id}`, turn })),
    ],
    [loaded],
  );
  const open = (index: number, takesFocus: boolean) => {
    const row = rows[index];
    if (row?.kind !== "turn") return;
    cursor.value = index;
    void app.act("session.open", { session, turn: row.turn.number, takesFocus });
  };
  const renderRow = useCallback(
    (row: Row) =>
      row.kind === "costs" ? (
        <CostSummary lines={row.lines} />
      ) : (
        <TimelineItem id={row.key} turn={row.turn} />
      ),
    [],
  );
  const pressKey = (event: KeyboardEvent) => {
    if (event.key === "Enter") return open(cursor.value, true);
    const target = turnAfter(event.key, cursor.value, rows.length - 1);
    if (target === undefined) return;
    event.preventDefault();
    cursor.value = target;
    list.current?.reveal(target);
  };
  const indexOf = (target: EventTarget | null) => {
    const element = target instanceof Element ? target.closest(".timeline-item") : null;
    return rows.findIndex(({ key }) => key === element?.id);
  };
  const current = cursor.value > 0 ? rows[cursor.value]?.key : undefined;
  return (
    <RowList
      handle={list}
      rows={rows}
      renderRow={renderRow}
      estimate={(row) => heights[row.kind]}
      label="Turns"
      place={undefined}
      followsEnd={false}
      onClick={(event) => open(indexOf(event.target), event.detail > 1)}
      onKeyDown={pressKey}
      attributes={{
        id: listId,
        role: "listbox",
        ...(current !== undefined && { "aria-activedescendant": current }),
        onFocus: () => (cursor.value = Math.max(1, cursor.value)),
      }}
    />
  );
}

function turnAfter(key: string, index: number, last: number): number | undefined {
  const target = {
    ArrowDown: index + 1,
    ArrowUp: index - 1,
    PageDown: index + 10,
    PageUp: index - 10,
    Home: 1,
    End: last,
  }[key];
  return target === undefined ? undefined : Math.max(1, Math.min(last, target));
}

// Asks again when sessions change, and not all the time.
function useLoaded(
  app: SessionsApp,
  session: string,
): { readonly loaded: Loaded | undefined; readonly problem: string } {
  const loaded = useSignal<Loaded | undefined>(undefined);
  const problem = useSignal("");
  useSignalEffect(() => {
    void app.revision.value;
    const stop = new AbortController();
    const load = async () => {
      try {
        const [{ turns }, { lines }] = await Promise.all([
          app.client.request("session.timeline", { session }, stop.signal),
          app.client.request("session.costs", { session }, stop.signal),
        ]);
        loaded.value = { turns, lines };
        problem.value = "";
      } catch (error) {
        if (!stop.signal.aborted && loaded.peek() === undefined)
          problem.value = error instanceof Error ? error.message : String(error);
      }
    };
    const timer = setTimeout(() => void load(), loaded.peek() === undefined ? 0 : restMs);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  });
  return { loaded: loaded.value, problem: problem.value };
}

function titleOf(app: SessionsApp, session: string): string {
  const found = app.finder.findings.value?.found.find(({ entry }) => entry.id === session);
  return found?.entry.title ?? "Timeline";
}
