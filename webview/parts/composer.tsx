import { useSignal, useSignalEffect, type Signal } from "@preact/signals";
import type { RefObject, VNode } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { pastPrompts } from "#protocol/turn-parts.ts";
import { formatBytes } from "#protocol/words.ts";
import { useApp, type App } from "../app.ts";
import { unsentDraft } from "../destination.ts";
import { ContextMeter } from "./context-meter.tsx";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";
import { joinMessage, judgePaste, type PastedText } from "./pasted-text.ts";
import { PromptHistory } from "./prompt-history.ts";

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
  const hasText = useSignal(false);
  const pasted = useSignal<readonly PastedText[]>([]);
  const history = useMemo(() => new PromptHistory(), []);
  const draft = useDraft(app, area, hasText);
  useFocus(app, area);
  useSuggestion(app, area, hasText);

  const changed = () => {
    const text = area.current?.value ?? "";
    hasText.value = text.trim() !== "";
    draft.keep(text);
    if (!growsByItself && area.current !== null)
      area.current.rows = Math.min(10, text.split("\n", 10).length);
  };
  const set = (text: string) => {
    if (area.current === null) return;
    area.current.value = text;
    changed();
  };
  const isReadOnly = app.owner.value !== undefined;
  const submit = () => {
    if (!isReadOnly) void send(app, area.current?.value ?? "", pasted, set);
  };
  useEarlyEnter(area, set, submit);
  const canSend = !isReadOnly && (hasText.value || pasted.value.length > 0);
  return (
    <form class="composer" onSubmit={(event) => (event.preventDefault(), submit())}>
      {pasted.value.length > 0 && <PastedTexts pasted={pasted} />}
      <textarea
        ref={area}
        data-testid="composer"
        aria-label="Message"
        placeholder={placeholderOf(app)}
        rows={1}
        spellcheck={false}
        readOnly={isReadOnly}
        onInput={changed}
        onKeyDown={(event) => key(event, { app, history, submit, set })}
        onPaste={(event) => take(app, event, event.clipboardData, pasted)}
        onDrop={(event) => take(app, event, event.dataTransfer, pasted)}
      />
      <Bar canSend={canSend} />
    </form>
  );
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

function PastedTexts({ pasted }: { readonly pasted: Signal<readonly PastedText[]> }): VNode {
  const remove = (id: number) => (pasted.value = pasted.value.filter((entry) => entry.id !== id));
  return (
    <ul class="pasted" aria-label="Pasted texts">
      {pasted.value.map(({ id, text }) => (
        <li key={id}>
          <Icon name="note" />
          <span>Pasted text · {formatBytes(text.length)}</span>
          <IconButton icon="close" label="Remove pasted text" hint="Remove" onClick={() => remove(id)} />
        </li>
      ))}
    </ul>
  );
}

/** Keeps what is written beside what it is for. */
interface Draft {
  keep(text: string): void;
}

function useDraft(app: App, area: Area, hasText: Signal<boolean>): Draft {
  const shown = useRef<{ readonly key: string; readonly session: string }>(undefined);
  const key = app.destination.draftKey.value;
  const session = app.destination.session.value;
  useLayoutEffect(() => {
    const element = area.current;
    if (element === null || key === undefined) return;
    const earlier = shown.current;
    shown.current = { key, session };
    if (earlier?.key === key) return;
    const isMoved = earlier?.key === unsentDraft && app.destination.isSame(earlier.session, session);
    if (isMoved) app.arrangement.setDraft(unsentDraft, "");
    // What was typed before the session was known, or is typed while its first message is on its way, belongs to it.
    if (isMoved || (earlier === undefined && element.value !== ""))
      app.arrangement.setDraft(key, element.value);
    else element.value = app.arrangement.draft(key);
    hasText.value = element.value.trim() !== "";
  }, [key, session]);
  return {
    keep: (text) => {
      if (shown.current !== undefined) app.arrangement.setDraft(shown.current.key, text);
    },
  };
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

function useSuggestion(app: App, area: Area, hasText: Signal<boolean>): void {
  useEffect(() => {
    hasText.value = area.current?.value.trim() !== "";
  }, []);
  useSignalEffect(() => {
    const text = app.suggestion.value;
    if (text === "" || area.current === null) return;
    area.current.value = text;
    hasText.value = true;
    app.suggestion.value = "";
    area.current.focus();
    area.current.setSelectionRange(text.length, text.length);
  });
}

async function send(
  app: App,
  typed: string,
  pasted: Signal<readonly PastedText[]>,
  set: (text: string) => void,
): Promise<void> {
  const kept = pasted.value;
  const text = joinMessage(typed, kept);
  if (text === "") return;
  set("");
  pasted.value = [];
  const session = await app.destination.resolve();
  const sent = session === undefined ? undefined : await app.act("session.prompt", { session, text });
  if (sent !== undefined) return;
  // Nothing that was written is lost to a refusal.
  set(typed);
  pasted.value = kept;
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

let nextPasteId = 1;

function take(
  app: App,
  event: Event,
  data: DataTransfer | null,
  pasted: Signal<readonly PastedText[]>,
): void {
  const text = data?.getData("text/plain") ?? "";
  const area = event.currentTarget;
  if (text === "" || !(area instanceof HTMLTextAreaElement)) return;
  const present = area.value.length + pasted.value.reduce((sum, entry) => sum + entry.text.length, 0);
  const verdict = judgePaste(text.length, present);
  if (verdict.kind === "type") return;
  event.preventDefault();
  if (verdict.kind === "refuse") app.problem.value = verdict.reason;
  else pasted.value = [...pasted.value, { id: nextPasteId++, text }];
}
