import type { VNode } from "preact";
import type { FileChange } from "#protocol/session.ts";

type Counts = Pick<FileChange, "added" | "removed">;

/** How many lines a change added and removed, in one text, for names: "+12 −3". */
export function lineCounts({ added, removed }: Counts): string {
  return `+${added.toLocaleString("en")} −${removed.toLocaleString("en")}`;
}

/** How many lines a change added and removed: "+12 −3". */
export function LineCounts({ file }: { readonly file: Counts }): VNode {
  return (
    <span class="counts" aria-hidden="true">
      <span class="added">+{file.added.toLocaleString("en")}</span>{" "}
      <span class="removed">−{file.removed.toLocaleString("en")}</span>
    </span>
  );
}
