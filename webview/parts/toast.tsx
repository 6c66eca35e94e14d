import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useOwnState } from "../own-state.ts";
import { IconButton } from "./icon-button.tsx";

/** How long a toast stays while nobody looks at it, in milliseconds. */
const shownMs = 10_000;

interface Props {
  /** Another number is another toast. */
  readonly id: number;
  readonly text: string;
  readonly onUndo?: () => void;
  readonly onDismiss: () => void;
}

/** Says what was just done, and offers the way back; goes by itself unless the pointer or the focus is in it. */
export function Toast({ id, text, onUndo, onDismiss }: Props): VNode {
  const [isHeld, setHeld] = useOwnState(false);
  useEffect(() => {
    if (isHeld) return undefined;
    const timer = setTimeout(onDismiss, shownMs);
    return () => clearTimeout(timer);
  }, [id, isHeld]);
  return (
    <div
      class="toast"
      data-testid="toast"
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocusIn={() => setHeld(true)}
      onFocusOut={() => setHeld(false)}
    >
      <span class="toast-text" title={text}>
        {text}
      </span>
      {onUndo !== undefined && (
        <button type="button" class="button secondary" onClick={onUndo}>
          Undo
        </button>
      )}
      <IconButton icon="close" label="Dismiss" onClick={onDismiss} />
    </div>
  );
}
