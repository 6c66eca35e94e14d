import { useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useCallback, useEffect, useRef } from "preact/hooks";
import { HitItem } from "../parts/hit-item.tsx";
import { Icon } from "../parts/icon.tsx";
import { RowList, type RowListHandle } from "../parts/row-list.tsx";
import { SessionItem } from "../parts/session-item.tsx";
import { SessionSearch } from "../parts/session-search.tsx";
import { SessionStatus } from "../parts/session-status.tsx";
import { useSessions, type SessionsApp } from "../sessions/app.ts";
import { clickRow, openMenu, pressKey } from "../sessions/list-input.ts";
import { rowKey, type Row } from "../sessions/rows.ts";
import { NoSessions } from "./no-sessions.tsx";

const heights = { heading: 28, session: 44, hit: 40, more: 32 } as const;
const listId = "session-list";

/** The list of sessions with its search box. */
export function SessionList(): VNode {
  const app = useSessions();
  const { findings, problem } = app.finder;
  const isEmpty = findings.value !== undefined && app.rows.value.length === 0;
  return (
    <>
      <SessionSearch />
      <SessionStatus />
      {problem.value !== "" && findings.value === undefined ? (
        <Failure text={problem.value} />
      ) : isEmpty ? (
        <NoSessions />
      ) : findings.value === undefined ? (
        <p class="session-loading" role="status">
          <Icon name="loading" /> Loading sessions
        </p>
      ) : (
        <Rows />
      )}
    </>
  );
}

function Rows(): VNode {
  const app = useSessions();
  const list = useRef<RowListHandle>(null);
  const renderRow = useCallback((row: Row) => <OneRow row={row} />, []);
  useListFocus(app, list);
  const { text, scope, show, period } = app.finder.findings.value?.filters ?? {};
  const { cursor } = app.selection.value;
  const rowOf = (target: EventTarget | null): number => {
    const key =
      target instanceof Element ? target.closest<HTMLElement>("[data-row]")?.dataset["row"] : undefined;
    return app.rows.value.findIndex((row) => row.key === key);
  };
  return (
    <RowList
      // Another question begins at the top.
      key={JSON.stringify([text, scope, show, period])}
      handle={list}
      rows={app.rows.value}
      renderRow={renderRow}
      estimate={(row) => heights[row.kind]}
      label="Sessions"
      place={undefined}
      followsEnd={false}
      onClick={(event) => clickRow(app, event, rowOf(event.target))}
      onKeyDown={(event) => pressKey(app, event, (index) => list.current?.reveal(index))}
      attributes={{
        id: listId,
        role: "tree",
        "aria-multiselectable": true,
        ...(cursor !== undefined && { "aria-activedescendant": cursor }),
        onFocus: () => placeCursor(app),
        onDblClick: (event) => clickRow(app, event, rowOf(event.target)),
        onContextMenu: (event) => {
          event.preventDefault();
          openMenu(app, rowOf(event.target), { x: event.clientX, y: event.clientY });
        },
      }}
    />
  );
}

// The list takes the focus when it is asked to, and keeps it when another question makes it anew.
function useListFocus(app: SessionsApp, list: { readonly current: RowListHandle | null }): void {
  useSignalEffect(() => {
    if (app.listRequests.value === 0) return;
    requestAnimationFrame(() => {
      document.getElementById(listId)?.focus();
      if (app.selection.value.cursor !== undefined) list.current?.reveal(app.selection.value.index);
    });
  });
}

// Whoever comes by keyboard begins at the session that is open, else at the first.
function placeCursor(app: SessionsApp): void {
  const { value: selection } = app.selection;
  if (selection.cursor !== undefined) return;
  const rows = app.rows.value;
  const active = rows.findIndex(({ key }) => key === rowKey(app.activeSession.value));
  const index = active >= 0 ? active : rows.findIndex(({ kind }) => kind === "session");
  const cursor = rows[index]?.key;
  if (cursor !== undefined) app.selection.value = { ...selection, cursor, index, anchor: cursor };
}

function OneRow({ row }: { readonly row: Row }): VNode {
  switch (row.kind) {
    case "heading":
      // The rows say their day themselves.
      return (
        <div class="session-heading" aria-hidden="true">
          {row.text}
        </div>
      );
    case "session":
      return <SessionItem row={row} />;
    case "hit":
      return <HitItem row={row} />;
    case "more":
      return <MoreRow />;
  }
}

// Being drawn means that the end of what is at hand is near.
function MoreRow(): VNode {
  const { finder } = useSessions();
  useSignalEffect(() => {
    if (!finder.isBusy.value && finder.problem.value === "" && finder.hasMore.value) void finder.more();
  });
  return (
    <p class="session-loading" aria-hidden="true">
      <Icon name="loading" /> Loading more
    </p>
  );
}

function Failure({ text }: { readonly text: string }): VNode {
  const { finder } = useSessions();
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => box.current?.scrollIntoView(), []);
  return (
    <div ref={box} class="empty top" role="alert">
      <h2>The sessions could not be read</h2>
      <p>{text}</p>
      <button type="button" class="button" onClick={() => void finder.again()}>
        Try again
      </button>
    </div>
  );
}
