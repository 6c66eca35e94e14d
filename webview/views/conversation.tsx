import { useComputed, useSignal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { useCallback, useEffect, useMemo, useRef } from "preact/hooks";
import { useApp, type App } from "../app.ts";
import type { Place } from "../arrangement.ts";
import type { WantedTurn } from "../navigation.ts";
import { useOwnState } from "../own-state.ts";
import { CallRow } from "../parts/call-row.tsx";
import { ContinuedRow } from "../parts/continued-row.tsx";
import { EndingRow } from "../parts/ending-row.tsx";
import { ExploredRow } from "../parts/explored-row.tsx";
import { Icon } from "../parts/icon.tsx";
import { RowList, type RowListHandle } from "../parts/row-list.tsx";
import { StatusRow } from "../parts/status-row.tsx";
import { SummaryRow } from "../parts/summary-row.tsx";
import { TextRow } from "../parts/text-row.tsx";
import { ThinkingRow } from "../parts/thinking-row.tsx";
import { UserRow } from "../parts/user-row.tsx";
import { estimateRow, RowMaker, type Row } from "../rows.ts";
import { TurnReader } from "../turn-reader.ts";

/** The transcript of the session that is shown; made anew for each session. */
export function Conversation({ id }: { readonly id: string }): VNode {
  const app = useApp();
  const maker = useMemo(() => new RowMaker(), []);
  const reader = useMemo(() => new TurnReader(id, app.client, app.store, app.session), []);
  const openChanges = useSignal(0);
  const isAway = useSignal(app.arrangement.place(id) !== undefined);
  const list = useRef<RowListHandle>(null);
  reader.settled = () => list.current?.lookUp();

  const rows = useComputed(() => {
    void openChanges.value;
    const session = app.session.value;
    return session?.id === id ? maker.rowsOf(session, (row) => app.arrangement.isOpen(id, row)) : [];
  });
  const toggle = useCallback((key: string, isOpen: boolean) => {
    app.arrangement.setOpen(id, key, isOpen);
    maker.forgetTurnOf(key);
    openChanges.value++;
  }, []);
  const place = useCallback((where: Place) => {
    app.arrangement.setPlace(id, where);
    isAway.value = where !== undefined;
  }, []);
  const renderRow = useCallback((row: Row) => drawRow(row, toggle), []);
  const readOlder = useCallback(() => reader.readOlder(), []);
  useWantedTurn(app, id, reader, rows.value, list);
  useBranches(app, id);

  const jump = (
    <button type="button" class="jump" onClick={() => list.current?.jumpToEnd()}>
      <Icon name="arrow-down" />
      Jump to latest
    </button>
  );
  return (
    <RowList
      handle={list}
      rows={rows.value}
      renderRow={renderRow}
      estimate={estimateRow}
      label="Conversation"
      place={app.arrangement.place(id)}
      followsEnd
      floating={isAway.value ? jump : undefined}
      onPlace={place}
      onNearTop={readOlder}
      onClick={(event) => openFile(app, event)}
    />
  );
}

// Goes to the turn that is asked for, as soon as it has been read and has rows.
function useWantedTurn(
  app: App,
  id: string,
  reader: TurnReader,
  rows: readonly Row[],
  list: { readonly current: RowListHandle | null },
): void {
  const wanted = app.wantedTurn.value;
  const [searched, setSearched] = useOwnState<WantedTurn | undefined>(undefined);
  const isSearching = useRef(false);
  useEffect(() => {
    const session = app.session.value;
    if (wanted?.session !== id || session?.id !== id || isSearching.current) return;
    const isMissing = session.olderTurns > 0 && (session.turns[0]?.number ?? 1) > wanted.number;
    if (isMissing && searched !== wanted) {
      isSearching.current = true;
      const done = () => {
        isSearching.current = false;
        setSearched(wanted);
      };
      const fail = () => (app.problem.value = "The earlier messages could not be read. Try again.");
      void reader.reach(wanted.number).catch(fail).finally(done);
      return;
    }
    const turn = session.turns.find(({ number }) => number >= wanted.number) ?? session.turns.at(-1);
    const row = rows.find(({ key }) => turn !== undefined && key.startsWith(`${turn.id}/`));
    if (row !== undefined && list.current?.show(row.key) === true) app.wantedTurn.value = undefined;
  }, [wanted, searched, rows]);
}

// What can not be read is only not shown.
function useBranches(app: App, id: string): void {
  useEffect(() => {
    const controller = new AbortController();
    app.client
      .request("session.forks", { session: id }, controller.signal)
      .then(({ forks }) => (app.branches.value = forks))
      .catch(() => {});
    return () => {
      controller.abort();
      app.branches.value = [];
    };
  }, [id]);
}

function drawRow(row: Row, toggle: (key: string, isOpen: boolean) => void): ComponentChildren {
  return (
    <>
      {row.heading !== undefined && <h2 class="hidden">{row.heading}</h2>}
      <RowContent row={row} toggle={toggle} />
    </>
  );
}

function RowContent({
  row,
  toggle,
}: {
  readonly row: Row;
  readonly toggle: (key: string, isOpen: boolean) => void;
}): VNode {
  switch (row.kind) {
    case "older":
      return (
        <p class="older">
          <Icon name="loading" /> Loading earlier messages
        </p>
      );
    case "summary":
      return <SummaryRow body={row.body} />;
    case "user":
      return <UserRow row={row} />;
    case "continued":
      return <ContinuedRow />;
    case "thinking":
      return <ThinkingRow id={row.key} item={row.item} isInner={row.isInner} />;
    case "block":
      return <TextRow block={row.block} links={row.links} />;
    case "call":
      return <CallRow id={row.key} call={row.call} turn={row.turn} isInner={row.isInner} />;
    case "explored":
      return (
        <ExploredRow calls={row.calls} isOpen={row.isOpen} onToggle={(isOpen) => toggle(row.key, isOpen)} />
      );
    case "status":
      return <StatusRow turn={row.turn} waiting={row.waiting} />;
    case "ending":
      return <EndingRow turn={row.turn} isLast={row.isLast} />;
  }
}

// Paths in the answer are buttons without handlers of their own: this is theirs.
function openFile(app: App, event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest<HTMLElement>("button.file-link") : null;
  const path = link?.dataset["path"];
  if (link === null || path === undefined) return;
  event.preventDefault();
  const line = Number(link.dataset["line"] ?? 0);
  void app.act("file.open", line > 0 ? { path, line } : { path });
}
