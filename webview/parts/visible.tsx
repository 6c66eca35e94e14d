import type { VNode } from "preact";
import { visibleParts } from "../visible-text.ts";

/** A text that people decide by, with what nobody would see marked. */
export function Visible({
  text,
  keepsLines = false,
}: {
  readonly text: string;
  readonly keepsLines?: boolean;
}): VNode {
  return (
    <bdi dir="ltr">
      {visibleParts(text, keepsLines).map((part, index) =>
        part.code === undefined ? (
          part.text
        ) : (
          <mark key={index} class="unseen" title={`${part.code}, a character that is not seen`}>
            {part.text}
          </mark>
        ),
      )}
    </bdi>
  );
}
