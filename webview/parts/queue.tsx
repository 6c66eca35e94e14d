import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import type { QueuedMessage } from "#protocol/session.ts";
import { formatCount } from "#protocol/words.ts";
import { useApp } from "../app.ts";
import { useOwnState } from "../own-state.ts";
import { IconButton } from "./icon-button.tsx";
import { InlineEditor } from "./inline-editor.tsx";

/** Messages that wait for the agent's next boundary, or for the user once it rests: to be read, changed and taken back. */
export function Queue(): VNode | null {
  const app = useApp();
  const queue = useComputed(() => app.session.value?.queue).value;
  if (queue === undefined || queue.length === 0) return null;
  // Without anyone at work there is no next step: the queue goes with the next message, or when the user says so.
  const isWaiting = !app.isRunning.value || app.owner.value === "gone";
  const send = () => void app.act("session.continue", { session: app.sessionId.value });
  return (
    <section class="queue" aria-label="Queued messages">
      <div class="queue-head">
        <p>
          {formatCount(queue.length, "queued message")}
          {isWaiting ? " waiting · sent with your next message" : " · sent at the next step"}
        </p>
        {isWaiting && app.owner.value === undefined && (
          <button type="button" class="button secondary" onClick={send}>
            Send now
          </button>
        )}
      </div>
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
  const [isEditing, setEditing] = useOwnState(false);
  const isReadOnly = app.owner.value !== undefined;
  if (isEditing) {
    const save = (text: string) => {
      setEditing(false);
      if (text.trim() !== "" && text !== message.text)
        void app.act("queue.edit", { session, id: message.id, text });
    };
    return (
      <li class="queued editing">
        <InlineEditor
          label="Queued message"
          verb="Save"
          icon="check"
          text={message.text}
          onSave={save}
          onCancel={() => setEditing(false)}
        />
      </li>
    );
  }
  return (
    <li class="queued">
      <span class="queued-text" title={message.text.slice(0, 1000)}>
        {message.text.slice(0, 400)}
      </span>
      {!isReadOnly && (
        <>
          <IconButton icon="edit" label="Edit queued message" hint="Edit" onClick={() => setEditing(true)} />
          <IconButton
            icon="close"
            label="Remove queued message"
            hint="Remove"
            onClick={() => void app.act("queue.remove", { session, id: message.id })}
          />
        </>
      )}
    </li>
  );
}
