import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { QueuedMessage } from "#protocol/session.ts";
import { formatCount } from "#protocol/words.ts";
import { useApp } from "../app.ts";
import { Icon } from "./icon.tsx";

/** Messages that wait for the agent's next boundary: to be read, changed and taken back. */
export function Queue(): VNode | null {
  const app = useApp();
  const queue = useComputed(() => app.session.value?.queue).value;
  if (queue === undefined || queue.length === 0) return null;
  return (
    <section class="queue" aria-label="Queued messages">
      <p class="queue-head">{formatCount(queue.length, "queued message")} · sent at the next step</p>
      <ul>
        {queue.map((message) => (
          <Queued key={message.id} session={app.sessionId.value} message={message} />
        ))}
      </ul>
    </section>
  );
}

function Queued({ session, message }: { readonly session: string; readonly message: QueuedMessage }): VNode {
  const app = useApp();
  const [isEditing, setEditing] = useState(false);
  if (isEditing) {
    const save = (text: string) => {
      setEditing(false);
      if (text.trim() !== "" && text !== message.text)
        void app.act("queue.edit", { session, id: message.id, text });
    };
    return (
      <li class="queued editing">
        <Editor text={message.text} onSave={save} onCancel={() => setEditing(false)} />
      </li>
    );
  }
  return (
    <li class="queued">
      <span class="queued-text" title={message.text.slice(0, 1000)}>
        {message.text.slice(0, 400)}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label="Edit queued message"
        title="Edit"
        onClick={() => setEditing(true)}
      >
        <Icon name="edit" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Remove queued message"
        title="Remove"
        onClick={() => void app.act("queue.remove", { session, id: message.id })}
      >
        <Icon name="close" />
      </button>
    </li>
  );
}

function Editor({
  text,
  onSave,
  onCancel,
}: {
  readonly text: string;
  readonly onSave: (text: string) => void;
  readonly onCancel: () => void;
}): VNode {
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(text.length, text.length);
  }, []);
  const key = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Escape") onCancel();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    onSave(area.current?.value ?? "");
  };
  return (
    <>
      <textarea ref={area} aria-label="Queued message" defaultValue={text} rows={1} onKeyDown={key} />
      <button
        type="button"
        class="icon-button"
        aria-label="Save"
        title="Save (Enter)"
        onClick={() => onSave(area.current?.value ?? "")}
      >
        <Icon name="check" />
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Cancel"
        title="Cancel (Escape)"
        onClick={onCancel}
      >
        <Icon name="close" />
      </button>
    </>
  );
}
