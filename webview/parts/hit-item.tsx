import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import type { MessageHit } from "#protocol/sessions.ts";
import { useSessions } from "../sessions/app.ts";
import type { HitRow } from "../sessions/rows.ts";

/** A message that holds the words, below its session: who says it, and the words marked in an excerpt. */
export function HitItem({ row }: { readonly row: HitRow }): VNode {
  const app = useSessions();
  const { key, hit, depth } = row;
  const isCursor = useComputed(() => app.selection.value.cursor === key).value;
  const speaker = hit.role === "user" ? "You" : "Agent";
  return (
    <div
      id={key}
      class={`hit-item${isCursor ? " cursor" : ""}`}
      style={{ "--depth": depth }}
      data-testid="session-hit"
      data-row={key}
      role="treeitem"
      aria-level={row.level}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-selected={false}
      title={`Turn ${hit.turn}`}
    >
      <span class="hit-speaker">{speaker}: </span>
      {markedParts(hit).map((part, index) =>
        part.isMarked ? <mark key={index}>{part.text}</mark> : <span key={index}>{part.text}</span>,
      )}
    </div>
  );
}

/** An excerpt cut at its ranges, in order; ranges that overlap or lie outside are left out. */
function markedParts({
  excerpt,
  ranges,
}: Pick<MessageHit, "excerpt" | "ranges">): readonly { readonly text: string; readonly isMarked: boolean }[] {
  const parts: { text: string; isMarked: boolean }[] = [];
  let at = 0;
  for (const [start, end] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (start < at || end <= start || end > excerpt.length) continue;
    if (start > at) parts.push({ text: excerpt.slice(at, start), isMarked: false });
    parts.push({ text: excerpt.slice(start, end), isMarked: true });
    at = end;
  }
  if (at < excerpt.length) parts.push({ text: excerpt.slice(at), isMarked: false });
  return parts;
}
