import type { VNode } from "preact";
import type { MessageHit } from "#protocol/sessions.ts";
import type { HitRow } from "../sessions/rows.ts";
import { useTreeItem } from "./tree-item.ts";

/** A message that holds the words, below its session: who says it, and the words marked in an excerpt. */
export function HitItem({ row }: { readonly row: HitRow }): VNode {
  const { hit } = row;
  const item = useTreeItem(row, "hit-item");
  const speaker = hit.role === "user" ? "You" : "Agent";
  return (
    <div {...item} data-testid="session-hit" aria-selected={false} title={`Turn ${hit.turn}`}>
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
