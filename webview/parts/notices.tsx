import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { useApp } from "../app.ts";
import { Icon } from "./icon.tsx";

/** What concerns the whole view: the store, the stand-in, and the last thing that did not happen. */
export function Notices(): VNode {
  const app = useApp();
  const workspace = app.workspace.value;
  const problem = app.problem.value;
  const isEmpty = useComputed(() => (app.session.value?.turns.length ?? 0) === 0).value;
  return (
    <>
      {workspace?.storeProblem !== undefined && (
        <div class="notice warning">
          <Icon name="warning" />
          <p class="notice-text">{workspace.storeProblem}</p>
          <div class="notice-actions">
            <button
              type="button"
              class="button secondary"
              onClick={() => void app.act("ui.run", { action: "show-log" })}
            >
              Show log
            </button>
          </div>
        </div>
      )}
      {workspace?.isTrusted === false && !isEmpty && (
        <div class="notice">
          <Icon name="info" />
          <p class="notice-text">Restricted Mode: files of this folder can be read, but not changed.</p>
          <div class="notice-actions">
            <button
              type="button"
              class="button secondary"
              onClick={() => void app.act("ui.run", { action: "manage-trust" })}
            >
              Manage trust
            </button>
          </div>
        </div>
      )}
      {workspace?.standInNotice !== undefined && (
        <div class="notice">
          <Icon name="info" />
          <p class="notice-text">{workspace.standInNotice}</p>
          <div class="notice-actions">
            <button
              type="button"
              class="button secondary"
              onClick={() => void app.act("ui.run", { action: "set-key" })}
            >
              Set API key
            </button>
          </div>
        </div>
      )}
      {problem !== "" && (
        <div class="notice error">
          <Icon name="error" />
          <p class="notice-text">{problem}</p>
          <button
            type="button"
            class="icon-button"
            aria-label="Dismiss"
            title="Dismiss"
            onClick={() => (app.problem.value = "")}
          >
            <Icon name="close" />
          </button>
        </div>
      )}
    </>
  );
}
