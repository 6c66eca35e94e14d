import type { Links, Token, Tokens } from "marked";
import { calmNesting } from "./calm.ts";
import { makeLexer } from "./lexer.ts";

/** A top-level block of Markdown: a source that can be drawn on its own. */
export type Block = {
  readonly source: string;
  /** True while text may still be added to it. */
  readonly isOpen: boolean;
  /** True when it goes on with the list that the block before began. */
  readonly isJoined: boolean;
} & (
  | { readonly kind: "code"; readonly language: string; readonly code: string }
  | { readonly kind: "prose" | "heading" }
);

const listChunk = 24;
/** What is drawn as Markdown of one text, in characters; the rest is drawn as it is. */
const longestText = 400_000;
/** When reading a growing text takes longer than this, in milliseconds, it is read less often. */
const dearMs = 6;
const fenceStart = /^ {0,3}(`{3,}|~{3,})([^\n]*)(?:\n|$)/;
const definition = /^ {0,3}\[[^\]\n]+\]:/m;

/**
 * Splits a growing text into blocks. Each update reads only what follows the last block that can not change any more,
 * and an open code block reads only what was added; blocks that did not change stay the same objects.
 */
export class BlockSplitter {
  #text = "";
  #isStreaming = true;
  #closed: Block[] = [];
  #closedLength = 0;
  #blocks: readonly Block[] = [];
  #fence: OpenFence | undefined;
  #isInList = false;
  #readAgainAt = 0;
  #links: Links = {};

  /** The reference definitions of the finished text, which any block may use. */
  get links(): Links {
    return this.#links;
  }

  /** The blocks of the text so far. */
  update(whole: string, isStreaming: boolean): readonly Block[] {
    const start = performance.now();
    if (isStreaming && start < this.#readAgainAt) return this.#blocks;
    const blocks = this.#read(whole.slice(0, longestText), isStreaming);
    const spent = performance.now() - start;
    this.#readAgainAt = spent > dearMs ? start + spent * 5 : 0;
    if (whole.length <= longestText) return blocks;
    return [...blocks, { ...codeBlock("", "", whole.slice(longestText)), isOpen: isStreaming }];
  }

  #read(whole: string, isStreaming: boolean): readonly Block[] {
    const text = calmNesting(whole.includes("\r") ? whole.replaceAll(/\r\n?/g, "\n") : whole);
    if (text === this.#text && isStreaming === this.#isStreaming) return this.#blocks;
    if (!text.startsWith(this.#text)) this.#restart();
    this.#text = text;
    this.#isStreaming = isStreaming;
    if (!isStreaming && definition.test(text)) this.#links = makeLexer().lex(text).links;
    const open = isStreaming ? this.#readOpen() : this.#readRest();
    const earlier = this.#blocks;
    this.#blocks = [...this.#closed, ...open].map((block, index) => keepSame(earlier[index], block));
    this.#closed = this.#blocks.slice(0, this.#closed.length);
    return this.#blocks;
  }

  #restart(): void {
    this.#closed = [];
    this.#closedLength = 0;
    this.#blocks = [];
    this.#fence = undefined;
    this.#isInList = false;
  }

  #readRest(): readonly Block[] {
    for (const token of makeLexer().blockTokens(this.#text.slice(this.#closedLength), []))
      this.#closeToken(token);
    return [];
  }

  #readOpen(): readonly Block[] {
    for (;;) {
      const rest = this.#text.slice(this.#closedLength);
      this.#fence ??= openFence(rest);
      if (this.#fence === undefined) return this.#readProse(rest);
      const end = findFenceEnd(rest, this.#fence);
      if (end === undefined) return [openCode(rest, this.#fence)];
      const code = rest.slice(this.#fence.codeStart, end.codeEnd);
      this.#closed.push(codeBlock(rest.slice(0, end.next), this.#fence.language, code));
      this.#closedLength += end.next;
      this.#isInList = false;
      this.#fence = undefined;
    }
  }

  // Everything but the last block is final, and so is the beginning of a long
  // list: reading it again with each word would cost more with every item.
  #readProse(rest: string): readonly Block[] {
    const tokens = makeLexer().blockTokens(rest, []);
    const lastIndex = tokens.findLastIndex((token) => token.type !== "space");
    for (const token of tokens.slice(0, Math.max(0, lastIndex))) this.#closeToken(token);
    const last = tokens[lastIndex];
    if (last === undefined) return [];
    if (last.type === "code") {
      if (openFence(last.raw) !== undefined) return this.#readOpen();
      // A fence whose line is not whole, or indented code.
      return [{ ...codeBlock(last.raw, "", (last as Tokens.Code).text), isOpen: true }];
    }
    const items = last.type === "list" ? (last as Tokens.List).items : [];
    if (items.length > listChunk + 4) {
      const head = items.slice(0, listChunk);
      this.#closed.push({ kind: "prose", source: sourceOf(head), isOpen: false, isJoined: this.#isInList });
      this.#closedLength += rawLength(head);
      this.#isInList = true;
    }
    const shown = items.length > listChunk + 4 ? sourceOf(items.slice(listChunk)) : last.raw;
    return [
      { ...proseBlock(last.type, shown), isOpen: true, isJoined: last.type === "list" && this.#isInList },
    ];
  }

  #closeToken(token: Token): void {
    this.#closedLength += token.raw.length;
    if (token.type === "space" || token.type === "def") return;
    if (token.type === "list") {
      const { items } = token as Tokens.List;
      for (let start = 0; start < items.length; start += listChunk) {
        const source = sourceOf(items.slice(start, start + listChunk));
        this.#closed.push({ kind: "prose", source, isOpen: false, isJoined: start > 0 || this.#isInList });
      }
    } else if (token.type === "code") {
      const { lang, text } = token as Tokens.Code;
      this.#closed.push(codeBlock(token.raw, lang?.split(/\s+/, 1)[0] ?? "", text));
    } else {
      this.#closed.push(proseBlock(token.type, token.raw));
    }
    this.#isInList = false;
  }
}

interface OpenFence {
  readonly marker: string;
  readonly language: string;
  readonly codeStart: number;
  /** Where the search for the end goes on; moved as text arrives. */
  searchFrom: number;
}

function openFence(text: string): OpenFence | undefined {
  const blank = /^(?:[ \t]*\n)*/.exec(text)?.[0].length ?? 0;
  const match = fenceStart.exec(text.slice(blank, blank + 300));
  if (match === null) return undefined;
  const [line, marker = "", info = ""] = match;
  if (marker.startsWith("`") && info.includes("`")) return undefined;
  // Until its line is whole the language may still grow.
  if (!line.endsWith("\n")) return undefined;
  const codeStart = blank + line.length;
  return { marker, language: info.trim().split(/\s+/, 1)[0] ?? "", codeStart, searchFrom: codeStart };
}

// A closing line counts once it is whole: its marks may yet be the beginning of "```js".
function findFenceEnd(text: string, fence: OpenFence): { codeEnd: number; next: number } | undefined {
  const mark = fence.marker[0] === "`" ? "`" : "~";
  const closing = new RegExp(`^ {0,3}${mark}{${fence.marker.length},}[ \\t]*\\n`, "gm");
  closing.lastIndex = fence.searchFrom;
  const match = closing.exec(text);
  if (match !== null)
    return { codeEnd: Math.max(fence.codeStart, match.index - 1), next: match.index + match[0].length };
  fence.searchFrom = Math.max(fence.codeStart, text.lastIndexOf("\n") + 1);
  return undefined;
}

function openCode(source: string, fence: OpenFence): Block {
  const lastLine = source.slice(fence.searchFrom);
  const isEnding = lastLine !== "" && /^ {0,3}(?:`+|~+)[ \t]*$/.test(lastLine);
  const code = source.slice(fence.codeStart, isEnding ? fence.searchFrom : undefined);
  return { kind: "code", source, language: fence.language, code, isOpen: true, isJoined: false };
}

function codeBlock(source: string, language: string, code: string): Block {
  return {
    kind: "code",
    source: trimEnd(source),
    language,
    code: code.replace(/\n$/, ""),
    isOpen: false,
    isJoined: false,
  };
}

function proseBlock(type: string, source: string): Block {
  return {
    kind: type === "heading" ? "heading" : "prose",
    source: trimEnd(source),
    isOpen: false,
    isJoined: false,
  };
}

function sourceOf(items: readonly Tokens.ListItem[]): string {
  return trimEnd(items.map((item) => item.raw).join(""));
}

function rawLength(items: readonly Tokens.ListItem[]): number {
  return items.reduce((sum, item) => sum + item.raw.length, 0);
}

function trimEnd(text: string): string {
  return text.replace(/\n+$/, "");
}

function keepSame(earlier: Block | undefined, block: Block): Block {
  const isSame =
    earlier !== undefined &&
    earlier.kind === block.kind &&
    earlier.source === block.source &&
    earlier.isOpen === block.isOpen &&
    earlier.isJoined === block.isJoined;
  return isSame ? earlier : block;
}
