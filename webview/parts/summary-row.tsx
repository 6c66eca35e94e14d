import type { VNode } from "preact";
import { bodyPreview, type Body } from "#protocol/session.ts";
import { classes, runClass } from "../class-names.ts";
import { useOwnState } from "../own-state.ts";
import { Icon } from "./icon.tsx";

/** Says that the session began with a summary of another one, and shows it. */
export function SummaryRow({ body }: { readonly body: Body }): VNode {
  const [isOpen, setOpen] = useOwnState(false);
  return (
    <div class="line-row">
      <button type="button" class="line" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name={isOpen ? "chevron-down" : "chevron-right"} />
        <span class="line-text">Begins with a summary of an earlier session</span>
      </button>
      {isOpen && (
        <div
          class={classes("quiet-text", runClass(bodyPreview(body)))}
          tabIndex={0}
          role="group"
          aria-label="Summary"
        >
          {bodyPreview(body)}
        </div>
      )}
    </div>
  );
}
