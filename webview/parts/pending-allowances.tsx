import type { VNode } from "preact";
import type { ProjectAllowances } from "#protocol/permissions.ts";
import { formatCount } from "#protocol/words.ts";
import { useOwnState } from "../own-state.ts";
import { usePermissions } from "../permissions/app.ts";
import { useSettled } from "../settled.ts";
import { FileLink } from "./file-link.tsx";
import { Icon } from "./icon.tsx";
import { Visible } from "./visible.tsx";

/** What a project's file wants to allow, rule by rule, until the user has approved or refused exactly that. */
export function PendingAllowances({ pending }: { readonly pending: ProjectAllowances }): VNode {
  const { act } = usePermissions();
  const { file, hash, rules } = pending;
  const settled = useSettled(hash);
  const [isSent, setSent] = useOwnState(false);
  const decide = async (isApproved: boolean, event: Event) => {
    if (isSent || !settled.accepts(event)) return;
    setSent(true);
    if ((await act("permissions.approve", { hash, isApproved })) === undefined) setSent(false);
  };
  return (
    <section
      class="notice warning permissions-notice"
      aria-label="What a project wants to allow"
      data-testid="pending-allowances"
    >
      <Icon name="shield" />
      <div class="notice-text">
        <p>
          <FileLink file={file} line={1} /> wants to allow without asking ({formatCount(rules.length, "rule")}
          ):
        </p>
        <ul class="pending-rules">
          {rules.map((rule, index) => (
            <li key={index}>
              <code>
                <Visible text={rule} />
              </code>
            </li>
          ))}
        </ul>
        <p class="figure">It holds only once you approve exactly these rules, and not after they change.</p>
      </div>
      <div class="notice-actions">
        <button
          type="button"
          class="button"
          disabled={isSent}
          aria-disabled={!settled.isSettled}
          onClick={(event) => void decide(true, event)}
        >
          Approve
        </button>
        <button
          type="button"
          class="button secondary"
          disabled={isSent}
          aria-disabled={!settled.isSettled}
          onClick={(event) => void decide(false, event)}
        >
          Leave out
        </button>
      </div>
    </section>
  );
}
