import type { VNode } from "preact";
import { useCallback } from "preact/hooks";
import { IconButton } from "../parts/icon-button.tsx";
import { Icon } from "../parts/icon.tsx";
import { Menu } from "../parts/menu.tsx";
import { PurgeDialog } from "../parts/purge-dialog.tsx";
import { Toast } from "../parts/toast.tsx";
import { useSessions } from "../sessions/app.ts";
import { named } from "../sessions/changes.ts";
import { menuOf, purge } from "../sessions/deeds.ts";
import { SessionList } from "./session-list.tsx";
import { Timeline } from "./timeline.tsx";

/** The whole view: the list of sessions or one's timeline, and what floats above it. */
export function Sessions(): VNode {
  const app = useSessions();
  const timeline = app.timeline.value;
  const pressKey = (event: KeyboardEvent) => {
    if (!event.ctrlKey && !event.metaKey) return;
    const isText = event.target instanceof HTMLInputElement;
    if (event.key === "z" && !event.shiftKey && !isText) void app.changes.undo();
    else if (event.key === "f" && timeline === undefined) app.searchRequests.value++;
    else return;
    event.preventDefault();
  };
  return (
    <main class="sessions" onKeyDown={pressKey}>
      <h1 class="hidden">Sessions</h1>
      <Problem />
      {timeline === undefined ? <SessionList /> : <Timeline key={timeline} session={timeline} />}
      <Done />
      <RowMenu />
      <Purging />
    </main>
  );
}

function Problem(): VNode {
  const { problem } = useSessions();
  const text = problem.value;
  return (
    <div role="alert">
      {text !== "" && (
        <div class="notice error session-problem">
          <Icon name="error" />
          <p class="notice-text">{text}</p>
          <IconButton icon="close" label="Dismiss" onClick={() => (problem.value = "")} />
        </div>
      )}
    </div>
  );
}

function Done(): VNode {
  const { changes } = useSessions();
  const done = changes.done.value;
  const dismiss = useCallback(() => changes.dismiss(), []);
  return (
    <div role="status" aria-live="polite">
      {done !== undefined && (
        <Toast
          id={done.id}
          text={done.text}
          {...(done.isUndoable && { onUndo: () => void changes.undo() })}
          onDismiss={dismiss}
        />
      )}
    </div>
  );
}

function RowMenu(): VNode | null {
  const app = useSessions();
  const menu = app.menu.value;
  const row = menu === undefined ? undefined : app.rows.value.find(({ key }) => key === menu.row);
  if (menu === undefined || row === undefined) return null;
  return (
    <Menu
      label="Session"
      items={menuOf(app, row)}
      x={menu.x}
      y={menu.y}
      onClose={(keepsFocus) => {
        app.menu.value = undefined;
        if (keepsFocus) app.listRequests.value++;
      }}
    />
  );
}

function Purging(): VNode | null {
  const app = useSessions();
  const entries = app.purging.value;
  if (entries.length === 0) return null;
  const close = () => {
    app.purging.value = [];
    app.listRequests.value++;
  };
  return (
    <PurgeDialog
      what={named(entries)}
      onCancel={close}
      onDelete={() => {
        close();
        void purge(app, entries);
      }}
    />
  );
}
