import { useSignalEffect } from "@preact/signals";
import type { VNode } from "preact";
import { useCallback, useRef } from "preact/hooks";
import { formatCount } from "#protocol/words.ts";
import { Choice } from "../parts/choice.tsx";
import { IconButton } from "../parts/icon-button.tsx";
import { Icon } from "../parts/icon.tsx";
import { PermissionItem } from "../parts/permission-item.tsx";
import { RowList, type RowListHandle } from "../parts/row-list.tsx";
import { usePermissions, type LogRow, type PermissionsApp } from "../permissions/app.ts";
import { usualFilters } from "../permissions/log.ts";
import { rowAfterKey } from "../row-keys.ts";

const rowHeight = 28;

/** The log with its search: newest first, older entries as they are scrolled to. */
export function PermissionList(): VNode {
  const { log, rows } = usePermissions();
  const entries = log.entries.value;
  const problem = log.problem.value;
  return (
    <section class="permissions-log" aria-label="Log">
      <Tools />
      <Status />
      {entries === undefined && problem !== "" ? (
        <Failure text={problem} />
      ) : entries === undefined ? (
        <p class="permissions-loading" role="status">
          <Icon name="loading" /> Loading the log
        </p>
      ) : rows.value.length === 0 ? (
        <Nothing />
      ) : (
        <Rows />
      )}
    </section>
  );
}

const verdicts = { all: "Allowed and denied", allowed: "Allowed", denied: "Denied" } as const;
const scopes = { all: "All sessions", session: "This session" } as const;

function Tools(): VNode {
  const { log } = usePermissions();
  const box = useRef<HTMLInputElement>(null);
  const { text, verdict, scope } = log.filters.value;
  const clear = () => {
    log.change({ text: "" });
    box.current?.focus();
  };
  return (
    <search class="permissions-tools">
      <div class="search-box">
        <Icon name={log.isBusy.value && text !== "" ? "loading" : "search"} />
        <input
          ref={box}
          type="text"
          role="searchbox"
          data-testid="permission-search"
          aria-label="Search the log"
          placeholder="Search commands, paths, agents, reasons"
          maxLength={1_000}
          spellcheck={false}
          value={text}
          onInput={(event) => log.change({ text: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== "Escape" || event.isComposing || text === "") return;
            event.preventDefault();
            clear();
          }}
        />
        {text !== "" && (
          <IconButton icon="close" label="Clear search" hint="Clear search (Escape)" onClick={clear} />
        )}
      </div>
      <Choice
        label="Verdict"
        value={verdict}
        choices={verdicts}
        onChange={(value) => log.change({ verdict: value })}
      />
      <Choice
        label="Sessions"
        value={scope}
        choices={scopes}
        onChange={(value) => log.change({ scope: value })}
      />
    </search>
  );
}

function Status(): VNode {
  const { log } = usePermissions();
  const entries = log.entries.value;
  const { verdict } = log.filters.value;
  const count = entries?.length ?? 0;
  const total = log.total.value;
  const problem = log.problem.value;
  return (
    <p class="permissions-status" role="status">
      {entries !== undefined &&
        total > 0 &&
        (verdict === "all"
          ? formatCount(total, "entry", "entries")
          : `${count.toLocaleString("en")} ${verdict}${log.hasMore.value ? " so far" : ""} of ${formatCount(total, "entry", "entries")}`)}
      {entries !== undefined && problem !== "" && (
        <>
          <span class="failed">The log could not be read on. {problem}</span>{" "}
          <button type="button" class="link" onClick={() => void log.again()}>
            Try again
          </button>
        </>
      )}
    </p>
  );
}

function Rows(): VNode {
  const app = usePermissions();
  const list = useRef<RowListHandle>(null);
  const { text, scope, verdict } = app.log.filters.value;
  const renderRow = useCallback(
    (row: LogRow) => (row.kind === "more" ? <MoreRow /> : <PermissionItem entry={row.entry} />),
    [],
  );
  return (
    <RowList
      // Another question begins at the top.
      key={JSON.stringify([text, scope, verdict])}
      handle={list}
      rows={app.rows.value}
      renderRow={renderRow}
      estimate={() => rowHeight}
      label="Entries"
      place={undefined}
      followsEnd={false}
      staysAtTop
      onKeyDown={(event) => pressKey(app, event, list.current)}
    />
  );
}

function pressKey(app: PermissionsApp, event: KeyboardEvent, list: RowListHandle | null): void {
  const { target } = event;
  const line = target instanceof HTMLElement && target.matches(".entry-line") ? target : undefined;
  const rows = app.rows.value.filter(({ kind }) => kind === "entry");
  const index = rows.findIndex(({ key }) => key === line?.dataset["entry"]);
  const row = rows[index];
  if (line === undefined || row === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowRight" || event.key === "ArrowLeft")
    setOpen(app, row.key, event.key === "ArrowRight");
  else {
    const next = rowAfterKey(event.key, index, { count: rows.length, pageRows: 10 });
    const key = next === undefined ? undefined : rows[next]?.key;
    if (next === undefined || key === undefined) return;
    app.cursor.value = key;
    list?.reveal(next);
    requestAnimationFrame(() => document.getElementById(`entry-${key}`)?.focus());
  }
  event.preventDefault();
}

function setOpen({ opened }: PermissionsApp, id: string, isOpen: boolean): void {
  const ids = new Set(opened.value);
  if (isOpen) ids.add(id);
  else ids.delete(id);
  opened.value = ids;
}

// Being drawn means that the end of what is at hand is near.
function MoreRow(): VNode {
  const { log } = usePermissions();
  useSignalEffect(() => {
    if (!log.isBusy.value && log.problem.value === "" && log.hasMore.value) void log.more();
  });
  return (
    <p class="permissions-loading" aria-hidden="true">
      <Icon name="loading" /> Loading older entries
    </p>
  );
}

function Nothing(): VNode {
  const { log } = usePermissions();
  const { text, verdict, scope } = log.filters.value;
  if (text.trim() === "" && verdict === "all" && scope === "all")
    return (
      <div class="empty top">
        <h2>Nothing decided yet</h2>
        <p>
          Every command, every file outside of the project and every connection that an agent asks for will be
          listed here, with what was decided, by whom and why.
        </p>
      </div>
    );
  return (
    <div class="empty top">
      <h2>Nothing found</h2>
      <p>No entry fits the words and filters.</p>
      <button type="button" class="button secondary" onClick={() => log.change(usualFilters)}>
        Show all entries
      </button>
    </div>
  );
}

function Failure({ text }: { readonly text: string }): VNode {
  const { log } = usePermissions();
  return (
    <div class="empty top" role="alert">
      <h2>The log could not be read</h2>
      <p>{text}</p>
      <button type="button" class="button" onClick={() => void log.again()}>
        Try again
      </button>
    </div>
  );
}
