import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { bodyPreview, type Body } from "#protocol/session.ts";
import { formatBytes } from "#protocol/words.ts";
import { useApp } from "../app.ts";

const foldedLines = 8;
const foldedLength = 700;

/** A message of the user, in a quiet box; a long one is folded. */
export function UserRow({ id, text }: { readonly id: string; readonly text: Body }): VNode {
  const app = useApp();
  const session = app.sessionId.value;
  const [isOpen, setOpen] = useState(app.arrangement.isOpen(session, id) === true);
  const whole = bodyPreview(text);
  const isLong = whole.length > foldedLength || whole.split("\n", foldedLines + 1).length > foldedLines;
  const toggle = () => {
    app.arrangement.setOpen(session, id, !isOpen);
    setOpen(!isOpen);
  };
  return (
    <div class="user">
      <div class={isLong && !isOpen ? "user-text folded" : "user-text"}>
        {isLong && !isOpen ? whole.slice(0, foldedLength * 2) : whole}
      </div>
      {"blob" in text && isOpen && (
        <p class="cut">{formatBytes(text.bytes)} in all; this is its beginning.</p>
      )}
      {isLong && (
        <button type="button" class="more" aria-expanded={isOpen} onClick={toggle}>
          {isOpen ? "Show less" : "Show more"}
        </button>
      )}
    </div>
  );
}
