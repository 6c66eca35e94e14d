/** What the nodes of a YAML text say: plain values, keys, and the lines where they stand. */
import { isAlias, isMap, isNode, isScalar, isSeq, type Node, type YAMLMap } from "yaml";
import type { LineProblem, YamlText } from "./yaml-text.ts";

/** Keys and indexes from the root of a file. */
export type ValuePath = readonly (string | number)[];

/** A key with its value in a mapping. */
export interface KeyedNode {
  readonly key: string;
  readonly keyNode: Node;
  readonly value: Node | null;
}

// No place that has a meaning is deeper; an alias inside of what it stands for ends here.
const maxDepth = 10;
// A thousand rules and their projects stay far below; aliases of aliases do not.
const maxValues = 60_000;

/** Reads values, and collects what is wrong with them. */
export class YamlValues {
  readonly yaml: YamlText;
  readonly problems: LineProblem[] = [];
  readonly #known = new Set<string>();
  #left = maxValues;

  constructor(yaml: YamlText) {
    this.yaml = yaml;
  }

  /** Adds a problem at a node. */
  complain(node: Node, message: string): void {
    const line = this.lineOf(node);
    const key = `${line} ${message}`;
    if (this.#known.has(key)) return;
    this.#known.add(key);
    this.problems.push({ line, message });
  }

  /** The line (from 1) where a node begins. */
  lineOf(node: Node): number {
    return this.yaml.lineAt(node.range?.[0] ?? 0);
  }

  /** A node as a plain value: of keys that stand twice the first counts. */
  plain(node: Node | null, depth = 0): unknown {
    if (node === null || depth > maxDepth || !this.#isAffordable(node)) return null;
    const target = this.resolve(node);
    if (target === undefined) return null;
    if (isAlias(node)) return this.plain(target, depth + 1);
    if (target.tag !== undefined) this.complain(target, "A tag (!…) has no meaning here: remove it.");
    if (isScalar(target)) return target.value;
    if (isSeq(target)) return target.items.map((item) => this.plain(isNode(item) ? item : null, depth + 1));
    // Without a prototype a key can be any word.
    const record: Record<string, unknown> = Object.create(null);
    for (const { key, value } of this.keyed(target))
      if (!Object.hasOwn(record, key)) record[key] = this.plain(value, depth + 1);
    return record;
  }

  /** What a node means where it is an alias; undefined, with a problem, where that is nothing. */
  resolve(node: Node): Node | undefined {
    const target = this.yaml.resolve(node);
    if (target === undefined && isAlias(node))
      this.complain(
        node,
        `"*${node.source}" repeats something that nothing before it is named. For a text that begins with *, put quotes around it.`,
      );
    return target;
  }

  /** The keys of a mapping with their values, those that stand twice too; empty for anything else. */
  keyed(node: Node | null): readonly KeyedNode[] {
    const target = node === null ? undefined : this.resolve(node);
    if (!isMap(target)) return [];
    return keyedNodes(target, (keyNode) => this.complain(keyNode, "A key must be a text."));
  }

  /** The nodes of a list; empty for anything else. */
  items(node: Node | null): readonly (Node | null)[] {
    const target = node === null ? undefined : this.resolve(node);
    return isSeq(target) ? target.items.map((item) => (isNode(item) ? item : null)) : [];
  }

  /** The line of the key or item at a path, or of what is nearest above it. */
  lineAt(path: ValuePath): number {
    let node = this.yaml.root;
    let line = 1;
    for (const part of path) {
      const found = typeof part === "number" ? this.items(node)[part] : undefined;
      const pair = this.keyed(node).find(({ key }) => key === part);
      const next = found ?? pair?.keyNode;
      if (next === undefined) return line;
      line = this.lineOf(next);
      node = found ?? pair?.value ?? null;
    }
    return line;
  }

  #isAffordable(node: Node): boolean {
    this.#left -= 1;
    if (this.#left === -1)
      this.complain(node, "Aliases repeat too much here: write the rules out, or fewer of them.");
    return this.#left >= 0;
  }
}

/** The keys of a mapping with their values; those that are no texts go to `refuse`. */
export function keyedNodes(map: YAMLMap, refuse: (key: Node) => void = () => {}): readonly KeyedNode[] {
  return map.items.flatMap(({ key: keyNode, value }) => {
    if (!isNode(keyNode)) return [];
    if (isScalar(keyNode) && typeof keyNode.value === "string")
      return [{ key: keyNode.value, keyNode, value: isNode(value) ? value : null }];
    refuse(keyNode);
    return [];
  });
}
