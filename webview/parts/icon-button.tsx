import type { ButtonHTMLAttributes, VNode } from "preact";
import { Icon } from "./icon.tsx";

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon: string;
  readonly label: string;
  /** What the pointer is told, where that is more than the label. */
  readonly hint?: string;
  /** A class beside its own. */
  readonly class?: string;
}

/** A button that shows an icon alone. */
export function IconButton({ icon, label, hint = label, class: more, ...rest }: Props): VNode {
  const name = more === undefined ? "icon-button" : `icon-button ${more}`;
  return (
    <button type="button" class={name} aria-label={label} title={hint} {...rest}>
      <Icon name={icon} />
    </button>
  );
}
