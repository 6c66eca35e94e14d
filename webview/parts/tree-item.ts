import { useComputed } from "@preact/signals";
import type { HTMLAttributes } from "preact";
import { useSessions } from "../sessions/app.ts";
import type { HitRow, SessionRow } from "../sessions/rows.ts";

/** What the element of a row in the list of sessions has because it is an item of a tree, and whether the cursor is on it. */
export function useTreeItem(row: SessionRow | HitRow, className: string): HTMLAttributes<HTMLDivElement> {
  const { selection } = useSessions();
  const { key } = row;
  const isCursor = useComputed(() => selection.value.cursor === key).value;
  const attributes = {
    id: key,
    class: `${className}${isCursor ? " cursor" : ""}`,
    style: { "--depth": row.depth },
    "data-row": key,
    role: "treeitem",
    "aria-level": row.level,
    "aria-posinset": row.position,
    "aria-setsize": row.siblings,
  } as const;
  return attributes;
}
