import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { Body } from "#protocol/session.ts";
import { useApp } from "../app.ts";
import { joinLines, plainTerminal, readTerminal } from "../terminal/ansi.ts";
import { useBodyPages } from "./body-pages.ts";
import { CopyButton } from "./copy-button.tsx";
import { TerminalText } from "./terminal-text.tsx";

interface Props {
  readonly title: string;
  readonly body: Body;
  /** Whether the text was written to a terminal: with its colours, and without what only a terminal understands. */
  readonly isTerminal?: boolean;
}

/** A text as it is, cut to what is at hand; the rest of a large one is read page by page. */
export function BodyText({ title, body, isTerminal = false }: Props): VNode {
  const { texts, more, isReading, readMore } = useBodyPages(body, useApp().act);
  return (
    <div class="body-text">
      <div class="code-head">
        <span class="code-language">{title}</span>
        <CopyButton
          label={`Copy ${title.toLowerCase()}`}
          text={() => (isTerminal ? plainTerminal(texts.join("")) : texts.join(""))}
        />
      </div>
      <pre tabIndex={0} role="group" aria-label={title}>
        {isTerminal ? (
          <Terminal text={texts.join("")} />
        ) : (
          texts.map((text, index) => <span key={index}>{text}</span>)
        )}
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

function Terminal({ text }: { readonly text: string }): VNode {
  const runs = useMemo(() => joinLines(readTerminal(text)), [text]);
  return <TerminalText runs={runs} />;
}
