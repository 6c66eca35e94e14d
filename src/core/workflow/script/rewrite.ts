/**
 * Makes a script's text what the engine compiles: a function of the guest's own helpers. After each `await` the structural path of the code that
 * waited is put back; nothing else changes, and only text is inserted, so that every place can be found again.
 */
import { type Insertion, insertAll, type InsertedText } from "./insertions.ts";
import { type AnyNode, childrenOf, containsInFunction, isFunction, type Program } from "./syntax.ts";
import type { LineMap } from "./diagnostic.ts";

/** Names of the helpers begin so; scripts may not use such names. */
export const reservedPrefix = "__boo_";

const head = `(function(args,__boo_p,__boo_r,__boo_s,__boo_t){"use strict";return async()=>{`;
const tail = "\n}})";

/** The rewritten text, as an expression. */
export function rewrite(text: string, program: Program, lines: LineMap): InsertedText {
  const rewriter = new Rewriter(lines);
  rewriter.visit(program, undefined);
  const blanked = blankExports(text, program);
  return insertAll(blanked, [{ at: 0, text: head }, ...rewriter.insertions, { at: text.length, text: tail }]);
}

// Blanks keep every place where it was.
function blankExports(text: string, program: Program): string {
  let blanked = text.startsWith("#!") ? `//${text.slice(2)}` : text;
  for (const { type, start } of program.body)
    if (type === "ExportNamedDeclaration")
      blanked = `${blanked.slice(0, start)}      ${blanked.slice(start + 6)}`;
  return blanked;
}

interface Ends {
  readonly start: string;
  readonly end: string;
}

class Rewriter {
  readonly insertions: Insertion[] = [];
  readonly #lines: LineMap;
  readonly #loopNames = new Map<AnyNode, string>();
  #lastName = 0;

  constructor(lines: LineMap) {
    this.#lines = lines;
  }

  /** Inserts around a node and in it: first what its place asks for, inside that what it is. */
  visit(node: AnyNode, parent: AnyNode | undefined, isAsyncGenerator = false): void {
    const isOwn = isFunction(node) ? isAsyncGeneratorNode(node) : isAsyncGenerator;
    const around = [this.#forPlace(node, parent), this.#forNode(node, parent, isOwn)];
    if (needsMark(node, parent)) this.#insert(node.start, "0;");
    for (const ends of around) if (ends !== undefined) this.#insert(node.start, ends.start);
    this.#enterBlocks(node);
    for (const child of childrenOf(node)) this.visit(child, node, isOwn);
    for (const ends of around.toReversed()) if (ends !== undefined) this.#insert(node.end, ends.end);
  }

  #insert(at: number, text: string): void {
    this.insertions.push({ at, text });
  }

  #forPlace(node: AnyNode, parent: AnyNode | undefined): Ends | undefined {
    // Only errors know where they were thrown.
    if (parent?.type === "ThrowStatement") {
      const { line, column } = this.#lines.place(node.start);
      // What is thrown again came from elsewhere.
      const isFresh = node.type !== "Identifier" && node.type !== "MemberExpression";
      return { start: "__boo_t((", end: `),"${isFresh ? "=" : "~"}${line}:${column}")` };
    }
    const isBody = parent?.type === "ForOfStatement" && parent.await && node === parent.body;
    if (!isBody || node.type === "BlockStatement") return undefined;
    return { start: `{__boo_s(${this.#loopNames.get(parent)});`, end: "}" };
  }

  #forNode(node: AnyNode, parent: AnyNode | undefined, isAsyncGenerator: boolean): Ends | undefined {
    switch (node.type) {
      case "AwaitExpression":
        return resume;
      case "YieldExpression":
        return isAsyncGenerator ? resume : undefined;
      case "TryStatement": {
        if (!containsInFunction(node, waits)) return undefined;
        const name = this.#newName(node);
        return { start: `{const ${name}=__boo_p();`, end: "}" };
      }
      case "LabeledStatement":
      case "ForOfStatement":
        return parent?.type === "LabeledStatement" ? undefined : this.#forLoop(node);
      default:
        return undefined;
    }
  }

  // Leaving the loop waits, too, however it is left.
  #forLoop(node: AnyNode): Ends | undefined {
    let loop: AnyNode = node;
    while (loop.type === "LabeledStatement") loop = loop.body;
    if (loop.type !== "ForOfStatement" || !loop.await) return undefined;
    const name = this.#newName(loop);
    return { start: `{const ${name}=__boo_p();try{`, end: `}finally{__boo_s(${name})}}` };
  }

  // A rejected await goes on in a catch or finally block, with the path of whoever ran last.
  #enterBlocks(node: AnyNode): void {
    const name = this.#loopNames.get(node);
    if (name === undefined) return;
    const blocks =
      node.type === "TryStatement"
        ? [node.handler?.body, node.finalizer]
        : node.type === "ForOfStatement"
          ? [node.body]
          : [];
    for (const block of blocks)
      if (block?.type === "BlockStatement") this.#insert(block.start + 1, `__boo_s(${name});`);
  }

  #newName(node: AnyNode): string {
    this.#lastName += 1;
    const name = `${reservedPrefix}${this.#lastName}`;
    this.#loopNames.set(node, name);
    return name;
  }
}

/** Statements that begin with no expression: one engine knows places of expressions only. */
function needsMark(node: AnyNode, parent: AnyNode | undefined): boolean {
  return ["Program", "BlockStatement", "SwitchCase"].includes(parent?.type ?? "") && marked.has(node.type);
}

const marked: ReadonlySet<string> = new Set([
  ...["VariableDeclaration", "ReturnStatement", "IfStatement", "ForStatement", "ForInStatement"],
  ...["ForOfStatement", "WhileStatement", "SwitchStatement", "ThrowStatement"],
]);

const resume: Ends = { start: "__boo_r(__boo_p(),", end: ")" };

function isAsyncGeneratorNode(node: AnyNode): boolean {
  return "async" in node && node.async === true && "generator" in node && node.generator === true;
}

function waits(node: AnyNode): boolean {
  return (
    node.type === "AwaitExpression" ||
    node.type === "YieldExpression" ||
    (node.type === "ForOfStatement" && node.await)
  );
}
