import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { useApp } from "../app.ts";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";

/** Says that two windows went on with the session, and offers what one of them wrote as a fork. */
export function StraysBar(): VNode | null {
  const app = useApp();
  const hasStrays = useComputed(() => app.session.value?.hasStrays === true).value;
  if (!hasStrays) return null;
  const session = app.sessionId.value;
  return (
    <div class="notice" data-testid="strays" role="status">
      <Icon name="repo-forked" />
      <p class="notice-text">
        Two windows went on with this session. What the other one did is kept, but not shown here.
      </p>
      <div class="notice-actions">
        <button
          type="button"
          class="button secondary"
          onClick={() => void app.act("session.forkStrays", { session })}
        >
          Open as a fork
        </button>
        <IconButton
          icon="close"
          label="Dismiss"
          onClick={() => void app.act("session.dismissStrays", { session })}
        />
      </div>
    </div>
  );
}
