import { useSignal, useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import type { CostLine, TimelineTurn } from "#protocol/sessions.ts";
import { CostSummary } from "../parts/cost-summary.tsx";
import { IconButton } from "../parts/icon-button.tsx";
import { Icon } from "../parts/icon.tsx";
import { RowList, type RowListHandle } from "../parts/row-list.tsx";
import { TimelineItem } from "../parts/timeline-item.tsx";
import { useSessions, type SessionsApp } from "../sessions/app.ts";

/** The least time between two looks at a session that goes on, in milliseconds. */
const restMs = 500;
const rowHeight = 64;
const listId = "timeline-list";

interface Row {
  readonly key: string;
  readonly turn: TimelineTurn;
}

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
        <IconButton
          ref={backButton}
          icon="arrow-left"
          label="Back to the sessions"
          hint="Back to the sessions (Escape)"
          onClick={back}
        />
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
        <>
          <CostSummary lines={loaded.lines} />
          <Turns session={session} turns={loaded.turns} />
        </>
      )}
    </div>
  );
}

function Turns({
  session,
  turns,
}: {
  readonly session: string;
  readonly turns: readonly TimelineTurn[];
}): VNode {
  const app = useSessions();
  const list = useRef<RowListHandle>(null);
  const cursor = useSignal<string | undefined>(undefined);
  const rows = useMemo(() => turns.map((turn): Row => ({ key: `turn/${turn.id}`, turn })), [turns]);
  const place = (index: number) => (cursor.value = rows[index]?.key);
  const open = (index: number, takesFocus: boolean) => {
    const row = rows[index];
    if (row === undefined) return;
    place(index);
    void app.act("session.open", { session, turn: row.turn.number, takesFocus });
  };
  const renderRow = useCallback(
    (row: Row) => <TimelineItem id={row.key} turn={row.turn} cursor={cursor} />,
    [],
  );
  const pressKey = (event: KeyboardEvent) => {
    const index = rows.findIndex(({ key }) => key === cursor.value);
    if (event.key === "Enter" || event.key === " ") return open(index, event.key === "Enter");
    const target = turnAfter(event.key, index, rows.length - 1);
    if (target === undefined) return;
    event.preventDefault();
    place(target);
    list.current?.reveal(target);
  };
  const click = (event: MouseEvent) => {
    const element = event.target instanceof Element ? event.target.closest(".timeline-item") : null;
    open(
      rows.findIndex(({ key }) => key === element?.id),
      event.detail > 1,
    );
  };
  if (rows.length === 0) return <p class="session-loading">No turn yet.</p>;
  return (
    <RowList
      handle={list}
      rows={rows}
      renderRow={renderRow}
      estimate={() => rowHeight}
      label="Turns"
      place={undefined}
      followsEnd={false}
      onClick={click}
      onKeyDown={pressKey}
      attributes={{
        id: listId,
        role: "listbox",
        ...(cursor.value !== undefined && { "aria-activedescendant": cursor.value }),
        onFocus: () => cursor.value ?? place(0),
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
    Home: 0,
    End: last,
  }[key];
  return target === undefined ? undefined : Math.max(0, Math.min(last, target));
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
