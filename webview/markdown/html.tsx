import type { Token } from "marked";
import { createElement, type ComponentChildren, type ComponentType, type VNode } from "preact";
import { decodeEntities } from "./entities.ts";
import { linkTarget, type LinkTarget } from "./links.ts";
import { pairTags, readTag, splitHtml, type Piece, type Tag } from "./tags.ts";

/** How what is not HTML itself is drawn. */
export interface Drawing {
  readonly token: (token: Token) => ComponentChildren;
  readonly Heading: ComponentType<{ readonly depth: number; readonly children: ComponentChildren }>;
  readonly Linked: ComponentType<{
    readonly target: LinkTarget | undefined;
    readonly children: ComponentChildren;
  }>;
}

type Part = (Piece & { readonly isBlock: boolean }) | { readonly token: Token };

/** Whether there are tags among tokens that stand side by side. */
export function hasTags(tokens: readonly Token[]): boolean {
  return tokens.some(({ type }) => type === "html");
}

/**
 * Draws tokens with tags among them. Like all Markdown they become elements that are chosen here, never HTML that is
 * parsed: a tag that has no other to end it is text, except where it only begins or ends a block of its own.
 */
export function drawHtml(tokens: readonly Token[], drawing: Drawing): ComponentChildren {
  const parts = tokens.flatMap((token) => partsOf(token));
  const tags = parts.map((part) => ("token" in part ? undefined : part.tag));
  const ends = pairTags(tags);
  const draw = (from: number, to: number): ComponentChildren[] => {
    const drawn: ComponentChildren[] = [];
    for (let index = from; index < to; index++) {
      const part = parts[index];
      if (part === undefined) continue;
      const end = ends.get(index);
      const tag = tags[index];
      if ("token" in part) drawn.push(drawing.token(part.token));
      else if (tag?.kind === "void") drawn.push(createElement(tag.name, null));
      else if (tag !== undefined && end !== undefined) {
        drawn.push(drawElement(tag, draw(index + 1, end), drawing));
        index = end;
      } else if (tag === undefined) drawn.push(decodeEntities(part.raw));
      else if (!isFrame(parts, index)) drawn.push(part.raw);
    }
    return drawn;
  };
  return draw(0, parts.length);
}

function partsOf(token: Token): readonly Part[] {
  if (token.type !== "html") return [{ token }];
  const isBlock = "block" in token && token.block === true;
  if (isBlock) return splitHtml(token.raw.trimEnd()).map((piece) => ({ ...piece, isBlock }));
  return [{ raw: token.raw, tag: readTag(token.raw, "inline"), isBlock }];
}

// A tag whose other one is in another block: "<details>" on a line of its own, but not "<details> is what you want".
function isFrame(parts: readonly Part[], index: number): boolean {
  const part = parts[index];
  if (part === undefined || "token" in part || !part.isBlock) return false;
  const next = parts[index + 1];
  return next === undefined || "token" in next || next.tag !== undefined || /^[ \t]*\n/.test(next.raw);
}

function drawElement(
  { name, attributes }: Tag,
  children: ComponentChildren[],
  { Heading, Linked }: Drawing,
): VNode {
  if (name === "a") {
    const target = linkTarget(decodeEntities(attributes["href"] ?? ""));
    return <Linked target={target}>{children}</Linked>;
  }
  if (/^h\d$/.test(name)) return <Heading depth={Number(name.slice(1))}>{children}</Heading>;
  const numbers = ["start", "colspan", "rowspan"].flatMap((key) => {
    const value = attributes[key] ?? "";
    return /^\d{1,3}$/.test(value) ? [[key, Number(value)] as const] : [];
  });
  const isOpen = name === "details" && attributes["open"] !== undefined;
  return createElement(name, { ...Object.fromEntries(numbers), ...(isOpen && { open: true }) }, children);
}
