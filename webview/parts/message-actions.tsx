import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import type { Body } from "#protocol/session.ts";
import { useApp, type App } from "../app.ts";
import { useOwnState } from "../own-state.ts";
import type { Row } from "../rows.ts";
import { IconButton } from "./icon-button.tsx";
import { InlineEditor } from "./inline-editor.tsx";

/** The largest message that is edited in place, in bytes: laying out more would freeze the view. */
const largestEdit = 200_000;
/** As much of a message as the host gives at a time, in characters. */
const largestRead = 1_000_000;

type UserMessageRow = Extract<Row, { kind: "user" }>;

/** Whether a message can be sent anew: it began its turn, and is not too large to be edited. */
export function canEdit({ isFirst, text }: UserMessageRow): boolean {
  return isFirst && ("text" in text || text.bytes <= largestEdit);
}

/** What can be done from a message on, shown while the pointer or the focus is in its box. */
export function MessageActions({
  row,
  onEdit,
}: {
  readonly row: UserMessageRow;
  readonly onEdit?: () => void;
}): VNode {
  const app = useApp();
  const [isForking, setForking] = useOwnState(false);
  const fork = async () => {
    setForking(true);
    const isThere = await app.copySession("session.fork", { session: app.sessionId.value, turn: row.turn });
    setForking(false);
    if (isThere) app.focusRequests.value++;
  };
  return (
    <div class="message-actions" role="toolbar" aria-label={`Turn ${row.number}`}>
      {onEdit !== undefined && (
        <IconButton data-testid="edit-message" icon="edit" label="Edit and resend" onClick={onEdit} />
      )}
      <IconButton
        data-testid="fork"
        icon={isForking ? "loading" : "repo-forked"}
        label="Fork from here"
        hint="Fork from here: a new session with everything up to the end of this turn"
        disabled={isForking}
        onClick={() => void fork()}
      />
    </div>
  );
}

/** A message in an editor in its place; what it becomes is sent in a fork that ends before it. */
export function MessageEditor({
  row,
  onClose,
}: {
  readonly row: UserMessageRow;
  readonly onClose: () => void;
}): VNode {
  const app = useApp();
  const [text, setText] = useOwnState(app.edits.get(row.key));
  const close = () => {
    app.edits.delete(row.key);
    onClose();
  };
  useEffect(() => {
    if (text !== undefined) return;
    void wholeText(app, row.text).then((whole) => (whole === undefined ? close() : setText(whole)));
  }, []);
  const send = async (edited: string) => {
    if (edited.trim() === "") return;
    const session = app.sessionId.value;
    const isThere = await app.copySession("session.resend", { session, turn: row.turn, text: edited });
    if (!isThere) return;
    close();
    app.focusRequests.value++;
  };
  return (
    <div class="user editing">
      {text !== undefined && (
        <div class="message-editor">
          <InlineEditor
            label="Edited message"
            verb="Send"
            icon="send"
            text={text}
            onChange={(edited) => app.edits.set(row.key, edited)}
            onSave={(edited) => void send(edited)}
            onCancel={close}
          />
        </div>
      )}
      <p class="cut">Goes on in a fork from before this message. This session stays as it is.</p>
    </div>
  );
}

async function wholeText(app: App, body: Body): Promise<string | undefined> {
  if ("text" in body) return body.text;
  const read = await app.act("body.read", { blob: body.blob, offset: 0, length: largestRead });
  return read?.text;
}
