import type { VNode } from "preact";
import { Icon } from "./icon.tsx";

/** Says that the agent went on without a new message. */
export function ContinuedRow(): VNode {
  return (
    <p class="line continued">
      <Icon name="debug-continue" />
      <span class="line-text">Continued</span>
    </p>
  );
}
