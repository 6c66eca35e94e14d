import { useComputed } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import type { UiAction } from "#protocol/protocol.ts";
import { useApp } from "../app.ts";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";

/** What concerns the whole view: the store, the stand-in, and the last thing that did not happen. */
export function Notices(): VNode {
  const app = useApp();
  const { storeProblem, standInNotice, isTrusted } = app.workspace.value ?? {};
  const isEmpty = useComputed(() => (app.session.value?.turns.length ?? 0) === 0).value;
  const problem = app.problem.value;
  const dismiss = () => (app.problem.value = "");
  return (
    <>
      {storeProblem !== undefined && (
        <Notice kind="warning" text={storeProblem.message}>
          {storeProblem.needsReload && <ActionButton label="Reload window" action="reload-window" />}
          <ActionButton label="Show log" action="show-log" />
        </Notice>
      )}
      {isTrusted === false && !isEmpty && (
        <Notice kind="info" text="Restricted Mode: files of this folder can be read, but not changed.">
          <ActionButton label="Manage trust" action="manage-trust" />
        </Notice>
      )}
      {standInNotice !== undefined && (
        <Notice kind="info" text={standInNotice}>
          <ActionButton label="Set API key" action="set-key" />
        </Notice>
      )}
      {problem !== "" && (
        <Notice kind="error" text={problem}>
          <IconButton icon="close" label="Dismiss" onClick={dismiss} />
        </Notice>
      )}
    </>
  );
}

interface NoticeProps {
  readonly kind: "info" | "warning" | "error";
  readonly text: string;
  readonly children: ComponentChildren;
}

function Notice({ kind, text, children }: NoticeProps): VNode {
  return (
    <div class={`notice ${kind}`}>
      <Icon name={kind} />
      <p class="notice-text">{text}</p>
      <div class="notice-actions">{children}</div>
    </div>
  );
}

function ActionButton({ label, action }: { readonly label: string; readonly action: UiAction }): VNode {
  const app = useApp();
  return (
    <button type="button" class="button secondary" onClick={() => void app.act("ui.run", { action })}>
      {label}
    </button>
  );
}
