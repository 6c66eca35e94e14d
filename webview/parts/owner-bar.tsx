import type { VNode } from "preact";
import { useApp } from "../app.ts";
import { Icon } from "./icon.tsx";

/** Says that another window runs the session, or ran it until it went, and offers the way on. */
export function OwnerBar(): VNode | null {
  const app = useApp();
  const owner = app.owner.value;
  if (owner === undefined) return null;
  const session = app.sessionId.value;
  const isGone = owner === "gone";
  const act = () => void app.act(isGone ? "session.takeOver" : "session.openThere", { session });
  return (
    <div class="notice" data-testid="owner" role="status">
      <Icon name={isGone ? "debug-disconnect" : "multiple-windows"} />
      <p class="notice-text">
        {isGone ? "The window that ran this session has gone." : "This session is running in another window."}
      </p>
      <div class="notice-actions">
        <button type="button" class={isGone ? "button" : "button secondary"} onClick={act}>
          {isGone ? "Take over" : "Open there"}
        </button>
      </div>
    </div>
  );
}
