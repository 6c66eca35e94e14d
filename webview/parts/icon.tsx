import type { VNode } from "preact";

/** A codicon; hidden from assistive technology unless it has a label. */
export function Icon({ name, label }: { readonly name: string; readonly label?: string }): VNode {
  const hidden =
    label === undefined ? { "aria-hidden": "true" as const } : { role: "img" as const, "aria-label": label };
  return <span class={`codicon codicon-${name}`} {...hidden} />;
}
