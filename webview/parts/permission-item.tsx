import { useComputed } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import type { PermissionEntry } from "#protocol/permissions.ts";
import { usePermissions } from "../permissions/app.ts";
import { deciderOf, operationLooks } from "../permissions/words.ts";
import { formatMoment, formatTime } from "../sessions/when.ts";
import { visibleText } from "../visible-text.ts";
import { CopyButton } from "./copy-button.tsx";
import { Icon } from "./icon.tsx";
import { Visible } from "./visible.tsx";

/** An entry of the log in one line: when, who, what, and what was decided by whom; it opens to why. */
export function PermissionItem({ entry }: { readonly entry: PermissionEntry }): VNode {
  const app = usePermissions();
  const { id, at, agent, operation, target } = entry;
  const isOpen = useComputed(() => app.opened.value.has(id)).value;
  const isFocusable = useComputed(() => (app.cursor.value ?? app.rows.value[0]?.key) === id).value;
  const toggle = () => {
    const ids = new Set(app.opened.value);
    if (!ids.delete(id)) ids.add(id);
    app.opened.value = ids;
    app.cursor.value = id;
  };
  const { icon, label } = operationLooks[operation];
  return (
    <div class={isOpen ? "entry open" : "entry"} data-testid="permission-entry">
      <button
        type="button"
        class="entry-line"
        id={`entry-${id}`}
        data-entry={id}
        tabIndex={isFocusable ? 0 : -1}
        aria-expanded={isOpen}
        onClick={toggle}
      >
        <span class="entry-time" title={formatMoment(at)}>
          {formatTime(at, Date.now())}
        </span>
        <span class="entry-agent" title={visibleText(agent)}>
          <Visible text={agent} />
        </span>
        <Icon name={icon} label={label} />
        <span class="entry-target" title={visibleText(target)}>
          <Visible text={firstCharacters(target)} />
        </span>
        <Verdict entry={entry} />
      </button>
      {isOpen && <Detail entry={entry} />}
    </div>
  );
}

// A line shows no more of a long command.
function firstCharacters(target: string): string {
  return target.length > 400 ? `${target.slice(0, 400)}…` : target;
}

function Verdict({ entry }: { readonly entry: PermissionEntry }): VNode {
  const isAllowed = entry.verdict === "allowed";
  const decider = deciderOf(entry);
  return (
    <span class={`entry-verdict ${entry.verdict}`} title={decider}>
      <Icon name={isAllowed ? "check" : "circle-slash"} />
      <span class="entry-word">{isAllowed ? "Allowed" : "Denied"}</span>
      <span class="entry-by figure">{decider}</span>
    </span>
  );
}

function Detail({ entry }: { readonly entry: PermissionEntry }): VNode {
  const app = usePermissions();
  const { at, target, reason, rule, word, session, operation } = entry;
  const isActive = useComputed(() => app.activeSession.value === session).value;
  return (
    <dl class="entry-detail">
      <Term name={operation === "execute" ? "Command" : operation === "network" ? "Host" : "Path"}>
        <span class="entry-whole" tabIndex={0} role="group" aria-label="All of it">
          <Visible text={target} keepsLines />
        </span>
        <CopyButton label="Copy" text={() => target} />
      </Term>
      <Term name="Reason">
        <Visible text={reason} />
      </Term>
      {rule !== undefined && (
        <Term name="Rule">
          <code>
            <Visible text={rule} />
          </code>
        </Term>
      )}
      {word !== undefined && word !== "" && <Term name="You said">{word}</Term>}
      <Term name="When">{formatMoment(at)}</Term>
      <Term name="Session">
        <button
          type="button"
          class="link"
          onClick={() => void app.act("session.open", { session, takesFocus: true })}
        >
          {isActive ? "The one in the chat" : "Open in the chat"}
        </button>
      </Term>
    </dl>
  );
}

function Term({ name, children }: { readonly name: string; readonly children: ComponentChildren }): VNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
