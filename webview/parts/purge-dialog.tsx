import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  /** What is deleted: a title in quotation marks, or a number of sessions. */
  readonly what: string;
  readonly onDelete: () => void;
  readonly onCancel: () => void;
}

/** Asks before sessions are deleted for good; Escape and Cancel leave them where they are. */
export function PurgeDialog({ what, onDelete, onCancel }: Props): VNode {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="dialog"
      role="alertdialog"
      aria-labelledby="purge-title"
      aria-describedby="purge-text"
      onCancel={(event) => {
        event.preventDefault();
        onCancel();
      }}
    >
      <h2 id="purge-title">Delete {what} for good?</h2>
      <p id="purge-text">Nothing of it is kept. This can not be undone.</p>
      <div class="dialog-buttons">
        <button type="button" class="button" onClick={onDelete}>
          Delete now
        </button>
        <button type="button" class="button secondary" onClick={onCancel} autoFocus>
          Cancel
        </button>
      </div>
    </dialog>
  );
}
