import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { IconButton } from "./icon-button.tsx";

interface Props {
  readonly label: string;
  /** What saving is called, and its icon. */
  readonly verb: string;
  readonly icon: string;
  readonly text: string;
  readonly onChange?: (text: string) => void;
  readonly onSave: (text: string) => void;
  readonly onCancel: () => void;
}

/** A text that is edited where it stands: Enter saves, Shift+Enter breaks, Escape cancels. */
export function InlineEditor({ label, verb, icon, text, onChange, onSave, onCancel }: Props): VNode {
  const area = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    area.current?.focus();
    area.current?.setSelectionRange(text.length, text.length);
  }, []);
  const save = () => onSave(area.current?.value ?? "");
  const key = (event: KeyboardEvent) => {
    // 229 is what some input methods send for the Enter that ends a word.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Escape") {
      event.preventDefault();
      onCancel();
    }
    if (event.key !== "Enter" || event.shiftKey || event.altKey) return;
    event.preventDefault();
    save();
  };
  return (
    <>
      <textarea
        ref={area}
        aria-label={label}
        defaultValue={text}
        rows={1}
        spellcheck={false}
        onKeyDown={key}
        onInput={() => onChange?.(area.current?.value ?? "")}
      />
      <IconButton icon={icon} label={verb} hint={`${verb} (Enter)`} onClick={save} />
      <IconButton icon="close" label="Cancel" hint="Cancel (Escape)" onClick={onCancel} />
    </>
  );
}
