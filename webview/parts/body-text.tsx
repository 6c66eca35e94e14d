import type { VNode } from "preact";
import { useState } from "preact/hooks";
import type { Body } from "#protocol/session.ts";
import { formatBytes } from "#protocol/words.ts";
import { useApp } from "../app.ts";
import { CopyButton } from "./copy-button.tsx";

/** Characters that are read at a time. */
const pageLength = 100_000;

/** A text as it is, cut to what is at hand; the rest of a large one is read page by page. */
export function BodyText({ title, body }: { readonly title: string; readonly body: Body }): VNode {
  const app = useApp();
  const [pages, setPages] = useState<readonly string[]>([]);
  const [total, setTotal] = useState<number>();
  const [isReading, setReading] = useState(false);
  const read = pages.reduce((sum, page) => sum + page.length, 0);
  const shown = "text" in body ? body.text : pages.length > 0 ? undefined : body.preview;
  const isMore = "blob" in body && (total === undefined || read < total);
  const readMore = async () => {
    if (!("blob" in body) || isReading) return;
    setReading(true);
    const result = await app.act("body.read", { blob: body.blob, offset: read, length: pageLength });
    setReading(false);
    if (result === undefined) return;
    setPages([...pages, result.text]);
    setTotal(result.total);
  };
  const rest =
    "blob" in body
      ? total === undefined
        ? formatBytes(body.bytes)
        : `${formatBytes(total - read)} left`
      : "";
  return (
    <div class="body-text">
      <div class="code-head">
        <span class="code-language">{title}</span>
        <CopyButton label={`Copy ${title.toLowerCase()}`} text={() => shown ?? pages.join("")} />
      </div>
      <pre tabIndex={0} role="group" aria-label={title}>
        {shown ?? pages.map((page, index) => <span key={index}>{page}</span>)}
        {shown === "" && <span class="figure">Nothing</span>}
      </pre>
      {isMore && (
        <button type="button" class="more" disabled={isReading} onClick={() => void readMore()}>
          {isReading ? "Reading" : pages.length === 0 ? `Show all (${rest})` : `Show more (${rest})`}
        </button>
      )}
    </div>
  );
}
