import { useComputed, useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useCallback, useEffect, useRef } from "preact/hooks";
import type { SessionEntry } from "#protocol/sessions.ts";
import { formatCount, formatMoney, formatWhen } from "#protocol/words.ts";
import { useApp } from "../app.ts";
import { Icon } from "../parts/icon.tsx";
import { stateLook } from "../parts/session-state.ts";
import { RowList, type RowListHandle } from "../parts/row-list.tsx";

interface Entry {
  readonly key: string;
  readonly summary: SessionEntry;
  readonly isActive: boolean;
  readonly isFocusable: boolean;
}

const rowHeight = 48;

/** The list of sessions in place of the conversation; arrows move, Enter opens, Escape goes back. */
export function History(): VNode {
  const app = useApp();
  const list = useRef<RowListHandle>(null);
  const focused = useSignal<string | undefined>(undefined);
  const state = useComputed(() => app.store.follow("sessions", "").value);
  useEffect(() => () => app.store.unfollow("sessions", ""), []);
  const entries = useComputed(() =>
    entriesOf(state.value?.sessions ?? [], app.sessionId.value, focused.value),
  );
  const focus = (key: string) =>
    requestAnimationFrame(() => document.getElementById(`session-${key}`)?.focus());
  useEffect(() => {
    const index = entries.value.findIndex((entry) => entry.isFocusable);
    const first = entries.value[index];
    if (first === undefined) return;
    list.current?.reveal(index);
    focus(first.key);
  }, [state.value?.isLoaded]);

  const close = () => void app.focusRequests.value++;
  const open = useCallback((id: string) => {
    void app.openSession(id).then((isThere) => isThere && close());
  }, []);
  const key = (event: KeyboardEvent) => {
    if (event.key === "Escape") return close();
    const index = nextIndex(
      event.key,
      entries.value.findIndex((entry) => entry.isFocusable),
      entries.value.length,
    );
    const target = index === undefined ? undefined : entries.value[index];
    if (index === undefined || target === undefined) return;
    event.preventDefault();
    focused.value = target.key;
    list.current?.reveal(index);
    focus(target.key);
  };
  const renderRow = useCallback((entry: Entry) => <SessionItem entry={entry} onOpen={open} />, []);

  if (state.value?.isLoaded === true && entries.value.length === 0) return <NoSessions onKeyDown={key} />;
  return (
    <RowList
      handle={list}
      rows={entries.value}
      renderRow={renderRow}
      estimate={() => rowHeight}
      label="Sessions"
      place={undefined}
      followsEnd={false}
      onKeyDown={key}
    />
  );
}

// One entry can be reached by Tab: the one focused last, else the session that is open, else the newest.
function entriesOf(
  sessions: readonly SessionEntry[],
  active: string,
  focused: string | undefined,
): readonly Entry[] {
  const ids = new Set(sessions.map(({ id }) => id));
  const chosen = [focused, active].find((id) => id !== undefined && ids.has(id)) ?? sessions[0]?.id;
  return sessions.map((summary) => ({
    key: summary.id,
    summary,
    isActive: summary.id === active,
    isFocusable: summary.id === chosen,
  }));
}

function nextIndex(key: string, index: number, count: number): number | undefined {
  switch (key) {
    case "ArrowDown":
      return Math.min(count - 1, index + 1);
    case "ArrowUp":
      return Math.max(0, index - 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return undefined;
  }
}

function NoSessions({ onKeyDown }: { readonly onKeyDown: (event: KeyboardEvent) => void }): VNode {
  return (
    <div class="empty top" onKeyDown={onKeyDown}>
      <h2>No sessions yet</h2>
      <p>
        Every session of this folder will be listed here with its date, messages and cost, and opens as you
        left it.
      </p>
    </div>
  );
}

function SessionItem({
  entry,
  onOpen,
}: {
  readonly entry: Entry;
  readonly onOpen: (id: string) => void;
}): VNode {
  const { summary, isActive, isFocusable } = entry;
  const { icon, label } = stateLook(summary);
  const figures = [
    formatWhen(summary.updatedAt, Date.now()),
    formatCount(summary.messages, "message"),
    summary.costUsd === undefined ? undefined : formatMoney(summary.costUsd),
    label,
  ];
  return (
    <button
      type="button"
      id={`session-${summary.id}`}
      class={`session-item ${summary.state}`}
      data-testid="session-item"
      tabIndex={isFocusable ? 0 : -1}
      aria-current={isActive}
      onClick={() => onOpen(summary.id)}
    >
      <Icon name={icon} />
      <span class="session-title">{summary.title}</span>
      <span class="session-figures">{figures.filter((figure) => figure !== undefined).join(" · ")}</span>
    </button>
  );
}
