import type { Links } from "marked";
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { CodeBlock } from "../code/code-block.tsx";
import type { Block } from "../markdown/blocks.ts";
import { readBlock, renderTokens } from "../markdown/render.tsx";
import { healInline } from "../markdown/heal.ts";
import { classes, runClass } from "../class-names.ts";

/** A block of the agent's answer. */
export function TextRow({ block, links }: { readonly block: Block; readonly links: Links }): VNode {
  if (block.kind === "code")
    return <CodeBlock code={block.code} language={block.language} isOpen={block.isOpen} />;
  if (isTooLong(block))
    return <div class={classes("prose plain", runClass(block.source))}>{block.source}</div>;
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
  const kind = block.isJoined ? "joined" : block.kind === "heading" ? "heading" : undefined;
  return <div class={classes("prose", kind, runClass(block.source))}>{renderTokens(tokens)}</div>;
}
