import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { PermissionRequest } from "#protocol/permissions.ts";
import type { Question } from "#protocol/session.ts";
import { formatCount } from "#protocol/words.ts";
import { CopyButton } from "../parts/copy-button.tsx";
import { Icon } from "../parts/icon.tsx";
import { PathText } from "../parts/path-text.tsx";
import { Visible } from "../parts/visible.tsx";
import { offeredAnswers, operationLooks, wishOf } from "../permissions/words.ts";
import { visibleText } from "../visible-text.ts";
import { ChangeView } from "./change-view.tsx";
import type { CardProps } from "./card-props.ts";
import type { Settled } from "../settled.ts";

interface Props extends CardProps {
  readonly permission: PermissionRequest;
  /** What was written to deny each question with. */
  readonly words: Map<string, string>;
  readonly isDenying: boolean;
  readonly onDeny: (isOpen: boolean) => void;
}

/** A question for leave: who wants what, where and why, and the four answers. */
export function PermissionQuestion(props: Props): VNode {
  const { permission, question, isDenying } = props;
  return (
    <>
      <p class="question-who">
        <Icon name={operationLooks[permission.operation].icon} />
        <span>
          <strong title={visibleText(permission.agent)}>
            <Visible text={permission.agent} />
          </strong>{" "}
          {wishOf(permission)}
        </span>
      </p>
      <div class="question-what">
        <Target permission={permission} />
        <p class="question-reason">
          <Visible text={permission.reason} />
        </p>
        <Commands permission={permission} />
        {permission.change !== undefined && <ChangeView change={permission.change} />}
      </div>
      <Rule question={question} permission={permission} />
      {isDenying ? <DenyForm {...props} /> : <Answers {...props} />}
    </>
  );
}

function Target({ permission }: { readonly permission: PermissionRequest }): VNode {
  const { operation, target, folder } = permission;
  if (operation === "read" || operation === "write") return <PathText path={target} />;
  const lines = target.split("\n").length;
  return (
    <>
      <div class="question-command">
        <pre tabIndex={0} role="group" aria-label={operation === "execute" ? "Command" : "Host"}>
          <Visible text={target} keepsLines />
        </pre>
        {operation === "execute" && <CopyButton label="Copy command" text={() => target} />}
      </div>
      {(lines > 1 || target.length > 400) && (
        <p class="figure">
          {formatCount(lines, "line")}, {formatCount(target.length, "character")}
        </p>
      )}
      {folder !== undefined && (
        <p class="question-where">
          in <PathText path={folder} />
        </p>
      )}
    </>
  );
}

// What is the whole line would only be said twice.
function Commands({
  permission: { commands = [], target },
}: {
  readonly permission: PermissionRequest;
}): VNode | null {
  if (commands.length === 0 || (commands.length === 1 && commands[0]?.trim() === target.trim())) return null;
  const label = `Asks about ${formatCount(commands.length, "command")}`;
  return (
    <div role="group" aria-label={label}>
      <p class="figure">{label}</p>
      <ul class="question-commands">
        {commands.map((command, index) => (
          <li key={index}>
            <code>
              <Visible text={command} />
            </code>
          </li>
        ))}
      </ul>
    </div>
  );
}

function Rule({
  question,
  permission: { rule, ruleFor },
}: {
  readonly question: Question;
  readonly permission: PermissionRequest;
}): VNode | null {
  const isOffered = offeredAnswers(question).some(({ value }) => value === "always");
  if (!isOffered || rule === undefined) return null;
  return (
    <p class="question-rule" tabIndex={0} role="group" aria-label="What Always saves">
      Always saves the rule{" "}
      <code>
        <Visible text={rule} />
      </code>{" "}
      {ruleFor === undefined ? (
        "for every project"
      ) : (
        <>
          for <PathText path={ruleFor} />
        </>
      )}
    </p>
  );
}

function Answers({ question, isClosed, settled, onAnswer, onDeny }: Props): VNode {
  return (
    <div class="choices">
      {offeredAnswers(question).map(({ value, label, key }) => (
        <button
          type="button"
          key={value}
          data-testid={`permission-${value}`}
          class={value === "once" ? "button" : "button secondary"}
          disabled={isClosed}
          aria-disabled={!settled.isSettled}
          aria-keyshortcuts={key}
          onClick={(event) => {
            if (!settled.accepts(event)) return;
            if (value === "deny") onDeny(true);
            else onAnswer(value);
          }}
        >
          {label}
          <kbd aria-hidden="true">{key}</kbd>
        </button>
      ))}
    </div>
  );
}

/** The longest word with a denial, in characters. */
const longestWord = 2_000;

function DenyForm({ question, words, isClosed, settled, onAnswer, onDeny }: Props): VNode {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  const deny = () => {
    const word = field.current?.value.trim() ?? "";
    onAnswer("deny", word === "" ? undefined : word);
  };
  const pressKey = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    onDeny(false);
  };
  const guard = {
    "aria-disabled": !settled.isSettled,
    onClick: (event: MouseEvent) => isEarly(settled, event) && event.preventDefault(),
  };
  return (
    <form class="deny" onSubmit={(event) => (event.preventDefault(), deny())} onKeyDown={pressKey}>
      <input
        ref={field}
        type="text"
        aria-label="Tell the agent why (optional)"
        placeholder="Tell the agent why (optional)"
        maxLength={longestWord}
        defaultValue={words.get(question.id) ?? ""}
        disabled={isClosed}
        onInput={(event) => words.set(question.id, event.currentTarget.value)}
      />
      <div class="deny-buttons">
        <button type="submit" class="button" data-testid="permission-deny" disabled={isClosed} {...guard}>
          Deny
        </button>
        <button
          type="button"
          class="button secondary"
          disabled={isClosed}
          aria-disabled={!settled.isSettled}
          onClick={(event) => !isEarly(settled, event) && onDeny(false)}
        >
          Back
        </button>
      </div>
    </form>
  );
}

// The second of two quick clicks on Deny. Enter in the field clicks as well, without a pointer.
function isEarly(settled: Settled, event: MouseEvent): boolean {
  return event.detail > 0 && !settled.accepts(event);
}
