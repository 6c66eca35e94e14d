/** Changes single entries of a configuration file: every byte beside the entry, comments too, stays as it is. */
import {
  Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import { keyedNodes, type KeyedNode, type ValuePath } from "./yaml-values.ts";
import type { YamlText } from "./yaml-text.ts";

/** Adds a value to the list at a path of keys, making what is missing; undefined where the file is written in a way that leaves no place for it. */
export function addEntry(
  yaml: YamlText,
  path: readonly string[],
  value: Readonly<Record<string, string>>,
): string | undefined {
  let holder = yaml.root;
  if (holder === null) return insertLines(yaml.text, yaml.text.length, block(nested(path, value), 0, yaml));
  for (const [depth, key] of path.entries()) {
    if (!isMap(holder)) return undefined;
    const pair: KeyedNode | undefined = keyedNodes(holder).find((one) => one.key === key);
    const rest = path.slice(depth + 1);
    if (pair === undefined) return addPair(yaml, holder, nested([key, ...rest], value));
    if (pair.value === null || isEmptyScalar(pair.value))
      return fillPair(yaml, holder, pair.keyNode, nested(rest, value));
    holder = pair.value;
  }
  return isSeq(holder) ? addItem(yaml, holder, value) : undefined;
}

/**
 * Removes the entry at a path, with the lists and mappings that it leaves empty; whole lines of comments stay. Gives what may come out,
 * best first: what is meant has to be read from it.
 */
export function removeEntry(yaml: YamlText, path: ValuePath): readonly string[] {
  const chain = chainOf(yaml.root, path);
  if (chain === undefined) return [];
  // The highest place that holds nothing else.
  let at = chain.length - 1;
  while (at > 0 && chain[at]?.holder.items.length === 1) at -= 1;
  const link = chain[at];
  if (link === undefined) return [];
  return link.holder.flow === true ? [cutFlow(yaml.text, link)] : cutLines(yaml.text, link);
}

type Entry = Pair | Node;

interface Link {
  readonly holder: YAMLMap | YAMLSeq;
  readonly entry: Entry;
}

function chainOf(root: Node | null, path: ValuePath): readonly Link[] | undefined {
  const chain: Link[] = [];
  let node: unknown = root;
  for (const part of path) {
    if (!isCollection(node)) return undefined;
    const entry: unknown = isMap(node)
      ? node.items.find(({ key }) => isScalar(key) && key.value === part)
      : node.items[Number(part)];
    if (!isEntry(entry) || !(isMap(node) || isSeq(node))) return undefined;
    chain.push({ holder: node, entry });
    node = isPair(entry) ? entry.value : entry;
  }
  return chain;
}

function isEntry(entry: unknown): entry is Entry {
  return isPair(entry) || isNode(entry);
}

function nested(keys: readonly string[], value: unknown): unknown {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), [value]);
}

function isEmptyScalar(node: Node): boolean {
  return isScalar(node) && node.value === null && node.anchor === undefined;
}

/** Where the first word of an entry begins. */
export function startOf(entry: Entry): number {
  const node: unknown = isPair(entry) ? entry.key : entry;
  return (isNode(node) ? node.range?.[0] : undefined) ?? 0;
}

/** Where the last word of an entry ends: a block's own range would reach over the comments behind it. */
export function endOf(entry: unknown): number {
  if (isPair(entry)) return Math.max(endOf(entry.key), endOf(entry.value));
  if (!isNode(entry)) return 0;
  const last: unknown = isCollection(entry) && entry.flow !== true ? entry.items.at(-1) : undefined;
  return last === undefined ? (entry.range?.[1] ?? 0) : endOf(last);
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

/** The beginning of the line after an offset; behind a break that ends a block of text, the offset itself. */
function nextLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === "\n") return offset;
  const end = text.indexOf("\n", offset);
  return end < 0 ? text.length : end + 1;
}

function columnOf(text: string, offset: number): number {
  return offset - lineStart(text, offset);
}

function addPair(yaml: YamlText, map: YAMLMap, value: unknown): string | undefined {
  if (map.flow === true) return addToFlow(yaml.text, map, flow(value).replace(/^\{\s*|\s*\}$/g, ""));
  const column = columnOf(yaml.text, startOf(map.items[0] ?? map));
  return insertLines(yaml.text, nextLine(yaml.text, endOf(map)), block(value, column, yaml));
}

/** Gives a key that has no value yet its value. */
function fillPair(yaml: YamlText, map: YAMLMap, keyNode: Node, value: unknown): string | undefined {
  const { text } = yaml;
  const pair = map.items.find(({ key }) => key === keyNode);
  const [from = 0, to = 0] = (isNode(pair?.value) ? pair.value.range : undefined) ?? [];
  if (map.flow === true) {
    const colon = text.indexOf(":", keyNode.range?.[1]) + 1;
    return colon > from ? undefined : `${text.slice(0, colon)} ${flow(value)}${text.slice(to)}`;
  }
  // A written null ("~") goes; with it the blank before.
  const before = from === to ? text : text.slice(0, from).trimEnd() + text.slice(to);
  const column = columnOf(text, startOf(keyNode)) + indentStep(yaml);
  return insertLines(before, nextLine(before, keyNode.range?.[1] ?? 0), block(value, column, yaml));
}

function addItem(yaml: YamlText, list: YAMLSeq, value: Readonly<Record<string, string>>): string | undefined {
  if (list.flow === true) return addToFlow(yaml.text, list, flow(value));
  const last: unknown = list.items.at(-1);
  const column = columnOf(yaml.text, list.range?.[0] ?? 0);
  const item = isMap(last) && last.flow === true ? `- ${flow(value)}` : block([value], 0, yaml).trimEnd();
  return insertLines(yaml.text, nextLine(yaml.text, endOf(list)), `${" ".repeat(column)}${item}\n`);
}

function addToFlow(text: string, holder: YAMLMap | YAMLSeq, written: string): string {
  const last: unknown = holder.items.at(-1);
  if (last === undefined) {
    const inside = (holder.range?.[0] ?? 0) + 1;
    return text.slice(0, inside) + written + text.slice(inside);
  }
  const end = endOf(last);
  const comma = /^\s*,/.exec(text.slice(end))?.[0] ?? "";
  const at = end + comma.length;
  return `${text.slice(0, at)}${comma === "" ? ", " : " "}${written}${text.slice(at)}`;
}

/** Inserts whole lines (ending in "\n") at the beginning of a line, with the line ends of the text. */
function insertLines(text: string, at: number, lines: string): string {
  const lineEnd = /\r?\n/.exec(text)?.[0] ?? "\n";
  const isOpen = at > 0 && text[at - 1] !== "\n";
  return text.slice(0, at) + (isOpen ? lineEnd : "") + lines.replaceAll("\n", lineEnd) + text.slice(at);
}

/** By how much this file indents. */
function indentStep(yaml: YamlText): number {
  const { root, text } = yaml;
  for (const pair of isMap(root) ? root.items : []) {
    const { value } = pair;
    if (!isMap(value) || value.flow === true || value.items[0] === undefined) continue;
    const step = columnOf(text, startOf(value.items[0])) - columnOf(text, startOf(pair));
    if (step > 0) return Math.min(step, 8);
  }
  return 2;
}

function block(value: unknown, column: number, yaml: YamlText): string {
  const written = new Document(value).toString({ indent: indentStep(yaml), lineWidth: 0 });
  return written.replace(/^(?=.)/gm, " ".repeat(column));
}

function flow(value: unknown): string {
  const document = new Document();
  const node = document.createNode(value, { flow: true });
  document.contents = node;
  return document.toString({ lineWidth: 0, flowCollectionPadding: false }).trim();
}

/** Removes an entry of a list or mapping in brackets, with one comma; comments between entries stay. */
function cutFlow(text: string, { holder, entry }: Link): string {
  const items: readonly unknown[] = holder.items;
  const at = items.indexOf(entry);
  const [before, after] = [items[at - 1], items[at + 1]];
  const [start, end] = [startOf(entry), endOf(entry)];
  if (before !== undefined)
    return text.slice(0, endOf(before)) + commentsIn(text.slice(endOf(before), start)) + text.slice(end);
  if (!isEntry(after)) return text.slice(0, start) + text.slice(end).replace(/^\s*,/, "");
  return text.slice(0, start) + commentsIn(text.slice(end, startOf(after))) + text.slice(startOf(after));
}

/** What stays of the gap between two entries. */
function commentsIn(gap: string): string {
  return gap.includes("#") ? gap.replace(/^(\s*(?:#[^\n]*\n\s*)*),/, "$1") : "";
}

/** Removes the lines of an entry that stands in lines of its own. */
function cutLines(text: string, { holder, entry }: Link): readonly string[] {
  const from = lineStart(text, startOf(entry));
  const lead = text.slice(from, startOf(entry));
  if (!(isSeq(holder) ? /^\s*-\s+(?:[&!]\S*\s+)*$/ : /^\s*$/).test(lead)) return [];
  const indent = /^\s*/.exec(lead)?.[0] ?? "";
  const to = nextLine(text, endOf(entry));
  const comments = commentLines(text.slice(from, to));
  // Left as they are, comments and empty lines can become part of a text that ends above.
  const below =
    new RegExp(`^(?:[^\\S\\n]*\\n|${indent}[ \\t]+#[^\\n]*(?:\\n|$))+`).exec(text.slice(to))?.[0] ?? "";
  const outdented = [...comments, ...commentLines(below)].map((line) => indent + line.trimStart());
  return [
    text.slice(0, from) + comments.join("") + text.slice(to),
    text.slice(0, from) + outdented.join("") + text.slice(to + below.length),
  ];
}

function commentLines(text: string): readonly string[] {
  return (text.match(/[^\n]*(?:\n|$)/g) ?? []).filter((line) => /^\s*#/.test(line));
}
