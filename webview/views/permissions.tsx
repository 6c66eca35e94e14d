import type { VNode } from "preact";
import { IconButton } from "../parts/icon-button.tsx";
import { Icon } from "../parts/icon.tsx";
import { PendingAllowances } from "../parts/pending-allowances.tsx";
import { usePermissions } from "../permissions/app.ts";
import { PermissionList } from "./permission-list.tsx";
import { PermissionRules } from "./permission-rules.tsx";

/** The whole page: what waits for the user's approval, the log, and beside or below it what is allowed from now on. */
export function Permissions(): VNode {
  const app = usePermissions();
  const pending = app.state.value?.pending ?? [];
  return (
    <main class="permissions" data-testid="permission-log">
      <h1 class="hidden">Permission log</h1>
      <Problem />
      {pending.map((each) => (
        <PendingAllowances key={each.hash} pending={each} />
      ))}
      <div class="permissions-body">
        <PermissionList />
        <PermissionRules />
      </div>
    </main>
  );
}

function Problem(): VNode {
  const { problem } = usePermissions();
  const text = problem.value;
  return (
    <div role="alert">
      {text !== "" && (
        <div class="notice error permissions-notice">
          <Icon name="error" />
          <p class="notice-text">{text}</p>
          <IconButton icon="close" label="Dismiss" onClick={() => (problem.value = "")} />
        </div>
      )}
    </div>
  );
}
