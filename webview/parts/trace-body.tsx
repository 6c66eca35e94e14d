import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { Body } from "#protocol/session.ts";
import { useOwnState } from "../own-state.ts";
import { useTrace } from "../trace/app.ts";
import { useBodyPages } from "./body-pages.ts";
import { CopyButton } from "./copy-button.tsx";
import { JsonView, readJson } from "./json-view.tsx";

/** What a call was given or gave: JSON as lines that open and close, other text as it is; large ones page by page. */
export function TraceBody({ title, body }: { readonly title: string; readonly body: Body }): VNode {
  const { texts, more, isReading, readMore } = useBodyPages(body, useTrace().act);
  const [isPlain, setPlain] = useOwnState(false);
  const whole = more === undefined ? texts.join("") : undefined;
  const json = useMemo(() => (whole === undefined ? undefined : readJson(whole)), [whole]);
  return (
    <div class="body-text">
      <div class="code-head">
        <h3 class="code-language">{title}</h3>
        {json !== undefined && (
          <button type="button" class="link" onClick={() => setPlain(!isPlain)}>
            {isPlain ? "Fold" : "Show as text"}
          </button>
        )}
        <CopyButton label={`Copy ${title.toLowerCase()}`} text={() => texts.join("")} />
      </div>
      {json !== undefined && !isPlain ? (
        <JsonView value={json} />
      ) : (
        <pre tabIndex={0} role="group" aria-label={title}>
          {texts.map((text, index) => (
            <span key={index}>{text}</span>
          ))}
          {whole === "" && <span class="figure">Nothing</span>}
        </pre>
      )}
      {more !== undefined && (
        <button type="button" class="more" disabled={isReading} onClick={() => void readMore()}>
          {more}
        </button>
      )}
    </div>
  );
}
