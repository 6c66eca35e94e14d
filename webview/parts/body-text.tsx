import type { VNode } from "preact";
import type { Body } from "#protocol/session.ts";
import { useApp } from "../app.ts";
import { useBodyPages } from "./body-pages.ts";
import { CopyButton } from "./copy-button.tsx";

/** A text as it is, cut to what is at hand; the rest of a large one is read page by page. */
export function BodyText({ title, body }: { readonly title: string; readonly body: Body }): VNode {
  const { texts, more, isReading, readMore } = useBodyPages(body, useApp().act);
  return (
    <div class="body-text">
      <div class="code-head">
        <span class="code-language">{title}</span>
        <CopyButton label={`Copy ${title.toLowerCase()}`} text={() => texts.join("")} />
      </div>
      <pre tabIndex={0} role="group" aria-label={title}>
        {texts.map((text, index) => (
          <span key={index}>{text}</span>
        ))}
        {texts.length === 1 && texts[0] === "" && <span class="figure">Nothing</span>}
      </pre>
      {more !== undefined && (
        <button type="button" class="more" disabled={isReading} onClick={() => void readMore()}>
          {more}
        </button>
      )}
    </div>
  );
}
