import type { Links, Token } from "marked";
import type { VNode } from "preact";
import { useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { CodeBlock } from "../code/code-block.tsx";
import type { Block } from "../markdown/blocks.ts";
import { hasHtml, readBlock, renderTokens } from "../markdown/render.tsx";
import { healInline } from "../markdown/heal.ts";

/** A block of the agent's answer. */
export function TextRow({ block, links }: { readonly block: Block; readonly links: Links }): VNode {
  if (block.kind === "code")
    return <CodeBlock code={block.code} language={block.language} isOpen={block.isOpen} />;
  if (isTooLong(block)) return <div class="prose plain">{block.source}</div>;
  return <Prose block={block} links={links} />;
}

/** Longer paragraphs are shown as they are written: reading their inline marks would take too long. */
const longestProse = 30_000;
const longestTable = 200_000;

function isTooLong({ source }: Block): boolean {
  return source.length > (source.startsWith("|") ? longestTable : longestProse);
}

function Prose({ block, links }: { readonly block: Block; readonly links: Links }): VNode {
  const tokens = useMemo(
    () => readBlock(block.isOpen ? healInline(block.source) : block.source, links),
    [block, links],
  );
  const className = `prose${block.isJoined ? " joined" : ""}${block.kind === "heading" ? " heading" : ""}`;
  if (hasHtml(tokens)) return <SanitizedProse tokens={tokens} className={className} />;
  return <div class={className}>{renderTokens(tokens)}</div>;
}

type Sanitize = (tokens: readonly Token[]) => DocumentFragment;
let sanitize: Sanitize | undefined;

// HTML is rare in answers, so the sanitiser is loaded when the first is met.
function SanitizedProse({
  tokens,
  className,
}: {
  readonly tokens: readonly Token[];
  readonly className: string;
}): VNode {
  const holder = useRef<HTMLDivElement>(null);
  const [ready, setReady] = useState(() => sanitize);
  useLayoutEffect(() => {
    if (ready !== undefined) return holder.current?.replaceChildren(ready(tokens));
    void import("../markdown/sanitize.ts").then(({ sanitizeBlock }) => {
      sanitize = sanitizeBlock;
      setReady(() => sanitizeBlock);
    });
    return undefined;
  }, [tokens, ready]);
  return <div class={className} ref={holder} />;
}
