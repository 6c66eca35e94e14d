import { useSignalEffect } from "@preact/signals";
import type { RefObject, VNode } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { pastPrompts } from "#protocol/turn-parts.ts";
import { formatBytes } from "#protocol/words.ts";
import { useApp, type App } from "../app.ts";
import { ContextMeter } from "./context-meter.tsx";
import { ComposerDraft } from "./draft.ts";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";
import { ModeButton } from "./mode-button.tsx";
import { judgePaste, newPasted } from "./pasted-text.ts";
import { PromptHistory } from "./prompt-history.ts";
import { SlashList, useSlash } from "./slash-list.tsx";

// Where the browser does not, lines are counted; a wrapped one then scrolls.
const growsByItself = typeof CSS !== "undefined" && CSS.supports("field-sizing", "content");

type Area = RefObject<HTMLTextAreaElement | null>;

/**
 * Where messages are written. The text lives in the element alone, so what was typed before this script ran stays, and
 * a keystroke draws nothing but itself.
 */
export function Composer(): VNode {
  const app = useApp();
  const area = useRef<HTMLTextAreaElement>(null);
  const history = useMemo(() => new PromptHistory(), []);
  const draft = useDraft(app, area);
  useFocus(app, area);
  useSuggestion(app, area, draft);

  const set = (text: string) => {
    draft.set(text);
    fitRows(area);
  };
  const slash = useSlash(area, set);
  const changed = () => {
    draft.changed();
    fitRows(area);
    slash.changed(draft.text);
  };
  const isReadOnly = app.owner.value !== undefined;
  const submit = () => {
    if (!isReadOnly) void draft.send().then(() => fitRows(area));
  };
  useEarlyEnter(area, set, submit);
  const pasted = draft.pasted.value;
  const canSend = !isReadOnly && (draft.hasText.value || pasted.length > 0);
  return (
    <form class="composer" onSubmit={(event) => (event.preventDefault(), submit())}>
      <SlashList slash={slash} />
      {pasted.length > 0 && <PastedTexts draft={draft} />}
      <textarea
        ref={area}
        data-testid="composer"
        aria-label="Message"
        placeholder={placeholderOf(app)}
        rows={1}
        spellcheck={false}
        readOnly={isReadOnly}
        onInput={changed}
        onKeyDown={(event) => slash.key(event) || key(event, { app, history, submit, set })}
        onPaste={(event) => take(app, event, event.clipboardData, draft)}
        onDrop={(event) => take(app, event, event.dataTransfer, draft)}
      />
      <Bar canSend={canSend} />
    </form>
  );
}

function fitRows({ current }: Area): void {
  if (!growsByItself && current !== null) current.rows = Math.min(10, current.value.split("\n", 10).length);
}

function placeholderOf({ owner }: App): string {
  switch (owner.value) {
    case "elsewhere":
      return "Read-only: another window runs this session";
    case "gone":
      return "Take over the session to write here";
    case undefined:
      return "Ask, or say what to change";
  }
}

function Bar({ canSend }: { readonly canSend: boolean }): VNode {
  const app = useApp();
  const isRunning = app.isRunning.value && app.owner.value === undefined;
  const label = isRunning ? "Queue message" : "Send";
  return (
    <div class="composer-bar">
      <ModelButton />
      <ModeButton />
      <ContextMeter />
      <span class="gap" />
      {isRunning && (
        <IconButton
          data-testid="stop"
          icon="stop-circle"
          label="Stop"
          hint="Stop (Escape)"
          onClick={() => {
            stop(app);
            // This button goes away, and what is written next belongs into the composer.
            app.focusRequests.value++;
          }}
        />
      )}
      <IconButton
        type="submit"
        class="send"
        icon="send"
        label={label}
        hint={`${label} (Enter)`}
        aria-disabled={!canSend}
      />
    </div>
  );
}

function ModelButton(): VNode {
  const app = useApp();
  const label = app.workspace.value?.modelLabel;
  return (
    <button
      type="button"
      class="model"
      aria-label={`Model: ${label ?? ""}`}
      title="Switch model"
      onClick={() => void app.act("ui.run", { action: "select-model" })}
    >
      <span class="model-name">{label ?? ""}</span>
      <Icon name="chevron-down" />
    </button>
  );
}

function PastedTexts({ draft }: { readonly draft: ComposerDraft }): VNode {
  const pasted = draft.pasted.value;
  return (
    <ul class="pasted" aria-label="Pasted texts">
      {pasted.map((each) => (
        <li key={each.id}>
          <Icon name="note" />
          <span>Pasted text · {formatBytes(each.length)}</span>
          <IconButton
            icon="close"
            label="Remove pasted text"
            hint="Remove"
            onClick={() => draft.setPasted(pasted.filter((other) => other !== each))}
          />
        </li>
      ))}
    </ul>
  );
}

function useDraft(app: App, area: Area): ComposerDraft {
  const draft = useMemo(() => new ComposerDraft(app, area), []);
  const key = app.destination.draftKey.value;
  const session = app.destination.session.value;
  useLayoutEffect(() => {
    if (key !== undefined) draft.show(key, session);
  }, [key, session]);
  return draft;
}

// Before this script ran, Enter could only break the line: a message that ends with one was meant to be sent.
function useEarlyEnter(area: Area, set: (text: string) => void, submit: () => void): void {
  useLayoutEffect(() => {
    const text = area.current?.value ?? "";
    if (text.trim() === "" || !text.endsWith("\n")) return;
    set(text.trimEnd());
    submit();
  }, []);
}

function useFocus(app: App, area: Area): void {
  useSignalEffect(() => {
    if (app.focusRequests.value === 0) return;
    app.isHistoryOpen.value = false;
    area.current?.focus();
    // Behind the list of sessions the composer can take the focus only once it is drawn again.
    requestAnimationFrame(() => area.current?.focus());
  });
}

function useSuggestion(app: App, area: Area, draft: ComposerDraft): void {
  useEffect(() => {
    draft.hasText.value = draft.text.trim() !== "";
  }, []);
  useSignalEffect(() => {
    const text = app.suggestion.value;
    if (text === "" || area.current === null) return;
    draft.set(text);
    app.suggestion.value = "";
    area.current.focus();
    area.current.setSelectionRange(text.length, text.length);
  });
}

function stop(app: App): void {
  if (app.owner.value === undefined) void app.act("session.stop", { session: app.sessionId.value });
}

interface Keys {
  readonly app: App;
  readonly history: PromptHistory;
  readonly submit: () => void;
  readonly set: (text: string) => void;
}

function key(event: KeyboardEvent, { app, history, submit, set }: Keys): void {
  const area = event.currentTarget;
  // 229 is what some input methods send for the Enter that ends a word.
  if (!(area instanceof HTMLTextAreaElement) || event.isComposing || event.keyCode === 229) return;
  if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    submit();
  } else if (event.key === "Escape" && app.isRunning.value && area.value === "") {
    event.preventDefault();
    stop(app);
  } else if (event.key === "ArrowUp" && (area.value === "" || history.isShowing(area.value))) {
    const text = history.older(pastPrompts(app.session.value?.turns ?? []), area.value);
    if (text === undefined) return;
    event.preventDefault();
    set(text);
    area.setSelectionRange(text.length, text.length);
  } else if (event.key === "ArrowDown" && history.isShowing(area.value)) {
    event.preventDefault();
    set(history.newer(area.value) ?? "");
  }
}

function take(app: App, event: Event, data: DataTransfer | null, draft: ComposerDraft): void {
  const text = data?.getData("text/plain") ?? "";
  const pasted = draft.pasted.value;
  if (text === "") return;
  const present = draft.text.length + pasted.reduce((sum, { length }) => sum + length, 0);
  const verdict = judgePaste(text.length, present);
  if (verdict.kind === "type") return;
  event.preventDefault();
  if (verdict.kind === "refuse") app.problem.value = verdict.reason;
  else draft.setPasted([...pasted, newPasted(text)]);
}
