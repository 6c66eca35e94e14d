import hljs from "highlight.js/lib/core";
import bash from "highlight.js/lib/languages/bash";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import json from "highlight.js/lib/languages/json";
import markdown from "highlight.js/lib/languages/markdown";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import shell from "highlight.js/lib/languages/shell";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { css } from "./css-grammar.ts";
import type { Mark, Tint } from "./tint.ts";

const languages = {
  bash,
  cpp,
  csharp,
  css,
  diff,
  go,
  ini,
  java,
  json,
  markdown,
  python,
  rust,
  shell,
  sql,
  typescript,
  xml,
  yaml,
};

for (const [name, definition] of Object.entries(languages)) hljs.registerLanguage(name, definition);
// One grammar for both: that of TypeScript holds all of JavaScript.
hljs.registerAliases(["javascript", "js", "jsx", "mjs", "cjs"], { languageName: "typescript" });
hljs.registerAliases(["c", "h"], { languageName: "cpp" });
hljs.registerAliases(["jsonc", "json5"], { languageName: "json" });
hljs.registerAliases(["scss", "less"], { languageName: "css" });
hljs.registerAliases(["vue", "svelte"], { languageName: "xml" });

// From highlight.js scopes, by their longest known beginning; what is not here keeps the text's colour.
const tints: Readonly<Record<string, Tint>> = {
  comment: "comment",
  quote: "comment",
  keyword: "keyword",
  "meta.keyword": "keyword",
  operator: "keyword",
  string: "string",
  regexp: "string",
  "meta.string": "string",
  "char.escape": "number",
  number: "number",
  literal: "number",
  symbol: "number",
  title: "function",
  "title.class": "type",
  "title.function": "function",
  built_in: "type",
  type: "type",
  attr: "property",
  attribute: "property",
  property: "property",
  "template-variable": "property",
  variable: "property",
  "variable.language": "keyword",
  meta: "keyword",
  tag: "plain",
  name: "keyword",
  "selector-tag": "type",
  "selector-class": "type",
  "selector-id": "type",
  "selector-attr": "property",
  "selector-pseudo": "property",
  section: "keyword",
  bullet: "keyword",
  code: "string",
  link: "string",
  addition: "added",
  deletion: "removed",
};

function tintOf(scope: string): Tint | undefined {
  for (let name = scope; name !== ""; name = name.slice(0, Math.max(0, name.lastIndexOf(".")))) {
    const tint = tints[name];
    if (tint !== undefined) return tint;
  }
  return undefined;
}

// Collects offsets instead of building a tree and HTML; nested scopes win over those around them.
class MarkEmitter {
  readonly marks: Mark[] = [];
  readonly #open: (Tint | undefined)[] = [];
  #offset = 0;

  addText(text: string): void {
    const tint = this.#open.findLast((entry) => entry !== undefined);
    const start = this.#offset;
    this.#offset += text.length;
    if (tint === undefined || tint === "plain") return;
    const last = this.marks.at(-1);
    if (last !== undefined && last.end === start && last.tint === tint)
      this.marks[this.marks.length - 1] = { ...last, end: this.#offset };
    else this.marks.push({ start, end: this.#offset, tint });
  }

  startScope(scope: string): void {
    this.#open.push(tintOf(scope));
  }

  openNode(scope: string): void {
    this.startScope(scope);
  }

  endScope(): void {
    this.#open.pop();
  }

  closeNode(): void {
    this.endScope();
  }

  __addSublanguage(emitter: MarkEmitter): void {
    const outer = this.#offset;
    for (const mark of emitter.marks)
      this.marks.push({ ...mark, start: mark.start + outer, end: mark.end + outer });
    this.#offset += emitter.#offset;
  }

  finalize(): void {}

  toHTML(): string {
    return "";
  }
}

hljs.configure({ __emitter: MarkEmitter });

/** Marks a piece of code that begins outside of strings and comments; `isWhole` when it also ends outside. */
export function markCode(
  code: string,
  language: string,
): { readonly marks: readonly Mark[]; readonly isWhole: boolean } {
  const name = language.toLowerCase();
  if (hljs.getLanguage(name) === undefined) return { marks: [], isWhole: true };
  const result = hljs.highlight(code, { language: name, ignoreIllegals: true });
  const top = result._top as { readonly parent?: unknown } | undefined;
  return { marks: (result._emitter as unknown as MarkEmitter).marks, isWhole: top?.parent === undefined };
}
