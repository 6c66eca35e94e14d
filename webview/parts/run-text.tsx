import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { BlockSplitter } from "../markdown/blocks.ts";
import { useRuns } from "../runs/app.ts";
import { JsonView, readJson } from "./json-view.tsx";
import { TextRow } from "./text-row.tsx";

/** A result: Markdown as the chat draws it, JSON as lines that open and close. */
export function RunText({
  text,
  isMarkdown,
}: {
  readonly text: string;
  readonly isMarkdown: boolean;
}): VNode {
  const json = isMarkdown ? undefined : readJson(text);
  if (json !== undefined) return <JsonView value={json} />;
  if (!isMarkdown)
    return (
      <pre class="run-text" tabIndex={0}>
        {text}
      </pre>
    );
  return <Markdown text={text} />;
}

function Markdown({ text }: { readonly text: string }): VNode {
  const { act } = useRuns();
  const { blocks, links } = useMemo(() => {
    const splitter = new BlockSplitter();
    return { blocks: splitter.update(text, false), links: splitter.links };
  }, [text]);
  // Buttons of files are inside; whoever uses the keyboard reaches those.
  const open = (event: MouseEvent): void => {
    const { target } = event;
    const link = target instanceof Element ? target.closest<HTMLElement>(".file-link") : null;
    const { path, line } = link?.dataset ?? {};
    if (path !== undefined)
      void act("file.open", { path, ...(line !== undefined && { line: Number(line) }) });
  };
  return (
    <div class="run-markdown" onClick={open}>
      {blocks.map((block, index) => (
        <TextRow key={index} block={block} links={links} />
      ))}
    </div>
  );
}
