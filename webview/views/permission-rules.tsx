import { useComputed } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import type { ConfigProblem, SavedRule, SessionGrant } from "#protocol/permissions.ts";
import { FileLink } from "../parts/file-link.tsx";
import { Icon } from "../parts/icon.tsx";
import { Visible } from "../parts/visible.tsx";
import { usePermissions } from "../permissions/app.ts";
import { operationLooks, splitPath } from "../permissions/words.ts";
import { visibleText } from "../visible-text.ts";

/** What is allowed and denied from now on: by grants of a session, by rules that are written down; and what confines commands. */
export function PermissionRules(): VNode | null {
  const state = usePermissions().state.value;
  if (state === undefined) return null;
  const { grants, rules, problems, confinement } = state;
  return (
    <aside class="permissions-rules" aria-label="Grants and rules">
      {confinement !== undefined && <Confinement name={confinement} />}
      {problems.length > 0 && (
        <Section title="Problems">
          {problems.map((problem, index) => (
            <Problem key={index} problem={problem} />
          ))}
        </Section>
      )}
      <Section
        title="Session grants"
        empty="What you allow for a session will be here until the window closes."
      >
        {grants.map((grant) => (
          <Grant key={grant.id} grant={grant} />
        ))}
      </Section>
      <Section
        title="Saved rules"
        empty="What you answer with Always will be here, and what configuration files say."
      >
        {rules.map((rule) => (
          <Rule key={rule.id} rule={rule} />
        ))}
      </Section>
    </aside>
  );
}

function Confinement({ name }: { readonly name: string }): VNode {
  return (
    <p class="confinement">
      <Icon name={name === "" ? "warning" : "shield"} />
      <span>
        {name === ""
          ? "No sandbox here: commands that run project code ask first"
          : `Commands are confined by ${name}`}
      </span>
    </p>
  );
}

interface SectionProps {
  readonly title: string;
  readonly empty?: string;
  readonly children: readonly ComponentChildren[];
}

function Section({ title, empty, children }: SectionProps): VNode {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      {children.length === 0 ? <p class="figure">{empty}</p> : <ul>{children}</ul>}
    </section>
  );
}

function Problem({ problem: { file, line, message } }: { readonly problem: ConfigProblem }): VNode {
  return (
    <li class="rule" data-testid="config-problem">
      <Icon name="warning" />
      <span class="rule-text">
        <FileLink file={file} line={line} showsLine /> {message}
      </span>
    </li>
  );
}

function Grant({ grant }: { readonly grant: SessionGrant }): VNode {
  const app = usePermissions();
  const { id, session, operation, target, isOfRun } = grant;
  const isActive = useComputed(() => app.activeSession.value === session).value;
  const { icon, label } = operationLooks[operation];
  return (
    <li class="rule" data-testid="session-grant">
      <Icon name={icon} label={label} />
      <span class="rule-text">
        <Pattern text={target} />
        <span class="figure">{isOfRun ? "a run" : isActive ? "this session" : "another session"}</span>
      </span>
      <RevokeButton id={id} what={`the grant ${visibleText(target)}`} />
    </li>
  );
}

function Rule({ rule }: { readonly rule: SavedRule }): VNode {
  const { id, effect, operation, pattern, file, line, project, isPending, canRevoke } = rule;
  const { icon, label } = operationLooks[operation];
  return (
    <li class="rule" data-testid="saved-rule">
      <Icon
        name={effect === "deny" ? "circle-slash" : icon}
        label={effect === "deny" ? `Never: ${label}` : label}
      />
      <span class="rule-text">
        <Pattern text={pattern} />
        <span class="figure">
          {[
            effect === "deny" ? "denied" : "allowed",
            isPending === true ? "waits for your approval" : undefined,
            project === undefined ? "every project" : `in ${visibleText(splitPath(project)[1])}`,
          ]
            .filter((part) => part !== undefined)
            .join(" · ")}
          {" · "}
          <FileLink file={file} line={line} showsLine />
        </span>
      </span>
      {canRevoke && <RevokeButton id={id} what={`the rule ${visibleText(pattern)}`} />}
    </li>
  );
}

function Pattern({ text }: { readonly text: string }): VNode {
  return (
    <code title={visibleText(text)}>
      <Visible text={text} />
    </code>
  );
}

function RevokeButton({ id, what }: { readonly id: string; readonly what: string }): VNode {
  const app = usePermissions();
  const isRevoking = useComputed(() => app.revoking.value.has(id)).value;
  return (
    <button
      type="button"
      class="button secondary"
      aria-label={`Revoke ${what}`}
      disabled={isRevoking}
      onClick={() => void app.revoke(id)}
    >
      Revoke
    </button>
  );
}
