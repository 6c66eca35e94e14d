/** A tag of HTML that may be drawn; only its name and these attributes count. */
export interface Tag {
  readonly name: string;
  readonly kind: "open" | "close" | "void";
  readonly attributes: Readonly<Record<string, string>>;
}

const inline =
  "a b br code del dfn em i ins kbd li mark ol q s samp small span strong sub sup u ul var".split(" ");
const blocks =
  "blockquote caption dd details div dl dt h1 h2 h3 h4 h5 h6 hr p pre summary table tbody td tfoot th thead tr".split(
    " ",
  );
const inlineNames: ReadonlySet<string> = new Set(inline);
const names: ReadonlySet<string> = new Set([...inline, ...blocks]);

// Neither class, id, name, style, title, data-* nor aria-*: with those, text could dress up as a part of this view.
const attributeNames: ReadonlySet<string> = new Set(["href", "start", "colspan", "rowspan", "open"]);

const attribute = /\s+([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?/;
const tagSource = `<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:${attribute.source.replaceAll(/\((?!\?)/g, "(?:")})*)\\s*(/?)>`;
const wholeTag = new RegExp(`^${tagSource}$`);

/** Pairs deeper than this are text: nobody nests so deep, and drawing would not come to an end. */
const deepest = 32;

/** Reads one tag; undefined for whatever is not drawn: other elements, comments, and what is no tag at all. */
export function readTag(source: string, place: "inline" | "block"): Tag | undefined {
  const [, slash = "", written = "", rest = "", selfClosing = ""] = wholeTag.exec(source) ?? [];
  const name = written.toLowerCase();
  if (!(place === "inline" ? inlineNames : names).has(name)) return undefined;
  const isVoid = name === "br" || name === "hr";
  if (isVoid && slash === "") return { name, kind: "void", attributes: {} };
  if (isVoid || (slash !== "" && rest !== "") || selfClosing !== "") return undefined;
  if (slash !== "") return { name, kind: "close", attributes: {} };
  const attributes: Record<string, string> = {};
  for (const [, key = "", double, single, bare] of rest.matchAll(new RegExp(attribute, "g")))
    if (attributeNames.has(key.toLowerCase()))
      attributes[key.toLowerCase()] ??= double ?? single ?? bare ?? "";
  // Without an address it is spoken of: "the <a> element".
  if (name === "a" && attributes["href"] === undefined) return undefined;
  return { name, kind: "open", attributes };
}

/** Whether a block of HTML begins with a tag that may be drawn; otherwise it is read like any other text. */
export function beginsDrawn(source: string): boolean {
  const name = /^ {0,3}<\/?([a-zA-Z][a-zA-Z0-9]*)(?=[\s/>])/.exec(source)?.[1];
  return name !== undefined && names.has(name.toLowerCase());
}

/** A piece of HTML: a tag that may be drawn, or text as it is written. */
export type Piece = { readonly raw: string; readonly tag: Tag | undefined };

/** Splits a block of HTML; the pieces together are the block again. */
export function splitHtml(source: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let text = 0;
  for (const match of source.matchAll(new RegExp(tagSource, "g"))) {
    const tag = readTag(match[0], "block");
    if (tag === undefined) continue;
    if (match.index > text) pieces.push({ raw: source.slice(text, match.index), tag: undefined });
    pieces.push({ raw: match[0], tag });
    text = match.index + match[0].length;
  }
  if (text < source.length) pieces.push({ raw: source.slice(text), tag: undefined });
  return pieces;
}

/** For each opening tag among siblings that is drawn, where its closing one is; a tag without the other is not in it. */
export function pairTags(tags: readonly (Tag | undefined)[]): ReadonlyMap<number, number> {
  const open: { readonly index: number; readonly name: string }[] = [];
  const counts = new Map<string, number>();
  const ends = new Map<number, number>();
  for (const [index, tag] of tags.entries()) {
    if (tag?.kind === "open") {
      open.push({ index, name: tag.name });
      counts.set(tag.name, (counts.get(tag.name) ?? 0) + 1);
    } else if (tag?.kind === "close" && (counts.get(tag.name) ?? 0) > 0) {
      for (let top = open.pop(); top !== undefined; top = open.pop()) {
        counts.set(top.name, (counts.get(top.name) ?? 0) - 1);
        if (top.name !== tag.name) continue;
        ends.set(top.index, index);
        break;
      }
    }
  }
  return withoutDeep(ends, tags.length);
}

function withoutDeep(ends: Map<number, number>, count: number): ReadonlyMap<number, number> {
  const closing: number[] = [];
  for (let index = 0; index < count; index++) {
    while (closing.at(-1) === index) closing.pop();
    const end = ends.get(index);
    if (end === undefined) continue;
    if (closing.length >= deepest) ends.delete(index);
    else closing.push(end);
  }
  return ends;
}
