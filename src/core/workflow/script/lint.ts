/** What can be said of a script before it runs, from its syntax tree alone: names in texts and comments never count. */
import type { Findings, QuickFix } from "./diagnostic.ts";
import { replace, wrapInCallback, wrapInFunction } from "./fixes.ts";
import { hostCalls, knownGlobals, language, unknownName } from "./globals.ts";
import { reservedPrefix } from "./rewrite.ts";
import { type FreeName, findFreeNames } from "./scopes.ts";
import { nearestWord } from "./spelling.ts";
import { type AnyNode, childrenOf, type Program } from "./syntax.ts";

/** A call of a primitive in the script's text. */
export interface CallPlace {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
}

/** Options that agent() knows. */
export const agentOptions: readonly string[] = [
  ...["label", "phase", "schema", "model", "effort", "agentType", "isolation", "tools", "capabilities"],
  ...["maxToolCalls", "max_tool_calls", "timeoutMs", "retries", "budget", "skills"],
];

const whyNot = "a run must give the same results when it is resumed";

/** Adds findings; gives the ranges of calls of primitives. */
export function lint(program: Program, findings: Findings): readonly Range[] {
  const { uses, asked } = findFreeNames(program);
  for (const use of uses) lintName(use, asked, findings);
  const free = new Set(uses.map(({ node }) => node));
  const walk = new Lint(free, findings);
  walk.visit(program, undefined, false);
  return walk.calls;
}

/** A call's name and range. */
export interface Range {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

function lintName({ name, node, isGuarded }: FreeName, asked: ReadonlySet<string>, findings: Findings): void {
  if (name.startsWith(reservedPrefix))
    findings.add(
      "error",
      "reserved-name",
      `Names that begin with "${reservedPrefix}" are BooCode's own.`,
      node,
    );
  else if (!knownGlobals.has(name) && !asked.has(name))
    findings.add(
      isGuarded ? "warning" : "error",
      "undeclared",
      unknownName(name),
      node,
      renamed(node, nearestWord(name, [...hostCalls, ...language])),
    );
}

function renamed(node: AnyNode, name: string | undefined): readonly QuickFix[] {
  return name === undefined ? [] : [replace(`Change to ${name}`, node, name)];
}

class Lint {
  readonly calls: Range[] = [];
  readonly #free: ReadonlySet<AnyNode>;
  readonly #findings: Findings;

  constructor(free: ReadonlySet<AnyNode>, findings: Findings) {
    this.#free = free;
    this.#findings = findings;
  }

  visit(node: AnyNode, parent: AnyNode | undefined, isGuarded: boolean): void {
    this.#look(node, parent, isGuarded);
    for (const child of childrenOf(node)) {
      const guards = node.type === "TryStatement" && node.handler != null && child === node.block;
      this.visit(child, node, isGuarded || guards);
    }
  }

  #look(node: AnyNode, parent: AnyNode | undefined, isGuarded: boolean): void {
    switch (node.type) {
      case "ImportExpression":
        return this.#ban(node, "import() loads nothing here: a workflow is one file.", false);
      case "ImportDeclaration":
      case "ExportAllDeclaration":
      case "ExportDefaultDeclaration":
        return this.#ban(node, "A workflow imports nothing and exports only meta: return the result.", false);
      case "ExportNamedDeclaration":
        return this.#lookAtExport(node, parent);
      case "MetaProperty":
        if (node.meta.name === "import") this.#ban(node, "import.meta does not exist in a workflow.", false);
        return;
      case "NewExpression":
        if (this.#isFree(node.callee, "Date") && node.arguments.length === 0)
          this.#ban(
            node,
            `new Date() without arguments is not available: ${whyNot}. Pass the time in through args.`,
            isGuarded,
            [replace("Take the time from args", node, "new Date(args.now)")],
          );
        return;
      case "CallExpression":
        return this.#lookAtCall(node, parent, isGuarded);
      case "BlockStatement":
      case "Program":
        return this.#lookForUnreachable(node.body);
      default:
        return;
    }
  }

  #ban(node: AnyNode, message: string, isGuarded: boolean, fixes: readonly QuickFix[] = []): void {
    this.#findings.add(isGuarded ? "warning" : "error", "banned", message, node, fixes);
  }

  #isFree(node: AnyNode, name: string): boolean {
    return node.type === "Identifier" && node.name === name && this.#free.has(node);
  }

  #lookAtExport(
    node: Extract<AnyNode, { type: "ExportNamedDeclaration" }>,
    parent: AnyNode | undefined,
  ): void {
    const isFirst = parent?.type === "Program" && parent.body[0] === node && node.declaration != null;
    if (!isFirst) this.#ban(node, "A workflow exports only meta: return the result.", false);
  }

  #lookAtCall(
    node: Extract<AnyNode, { type: "CallExpression" }>,
    parent: AnyNode | undefined,
    isGuarded: boolean,
  ): void {
    const { callee } = node;
    if (callee.type === "MemberExpression" && !callee.computed && callee.property.type === "Identifier") {
      const { name } = callee.property;
      if (name === "now" && this.#isFree(callee.object, "Date"))
        this.#ban(node, `Date.now() is not available: ${whyNot}. Pass the time in through args.`, isGuarded, [
          replace("Take the time from args", node, "args.now"),
        ]);
      if (name === "random" && this.#isFree(callee.object, "Math"))
        this.#ban(
          node,
          `Math.random() is not available: ${whyNot}. Derive variety from an index.`,
          isGuarded,
        );
      return;
    }
    if (this.#isFree(callee, "Date"))
      this.#ban(node, `Date() is not available: ${whyNot}. Pass the time in through args.`, isGuarded, [
        replace("Take the time from args", node, "String(new Date(args.now))"),
      ]);
    if (callee.type !== "Identifier" || !this.#free.has(callee)) return;
    if (hostCalls.includes(callee.name))
      this.calls.push({ name: callee.name, start: node.start, end: node.end });
    if (callee.name === "agent") this.#lookAtAgent(node, parent);
    if (callee.name === "parallel") this.#lookAtParallel(node);
  }

  #lookAtAgent(node: Extract<AnyNode, { type: "CallExpression" }>, parent: AnyNode | undefined): void {
    if (parent?.type === "ExpressionStatement")
      this.#findings.add(
        "warning",
        "not-awaited",
        "Nobody waits for this agent: it is aborted when the script ends.",
        node,
        [replace("Wait for it", { start: node.start, end: node.start }, "await ")],
      );
    const [, options] = node.arguments;
    if (options?.type !== "ObjectExpression") return;
    for (const property of options.properties) {
      if (property.type !== "Property" || property.computed || property.key.type !== "Identifier") continue;
      const { name } = property.key;
      if (!agentOptions.includes(name))
        this.#findings.add(
          "warning",
          "unknown-option",
          `agent() knows no option "${name}"; it is ignored.`,
          property,
          property.shorthand ? [] : renamed(property.key, nearestWord(name, agentOptions)),
        );
    }
  }

  #lookAtParallel(node: Extract<AnyNode, { type: "CallExpression" }>): void {
    const [list] = node.arguments;
    const promises = list?.type === "ArrayExpression" ? list.elements : [];
    for (const element of promises)
      if (element !== null && this.#isPromise(element)) this.#warnOfPromise(element, wrapInFunction(element));
    const callback = list && mapCallback(list);
    if (callback !== undefined && (callback.async || this.#isPromise(callback.body)))
      this.#warnOfPromise(callback.body, wrapInCallback(this.#findings.text, callback));
  }

  #warnOfPromise(node: AnyNode, fix: QuickFix): void {
    const message = "parallel() expects functions, not promises: wrap each call, () => agent(…).";
    // Of a long function the beginning tells enough.
    const end = node.type === "BlockStatement" ? node.start + 1 : node.end;
    this.#findings.add("warning", "not-wrapped", message, { start: node.start, end }, [fix]);
  }

  /** Whether an expression is the call of a primitive that works, awaited or not. */
  #isPromise(node: AnyNode): boolean {
    const call = node.type === "AwaitExpression" ? node.argument : node;
    return call.type === "CallExpression" && working.some((name) => this.#isFree(call.callee, name));
  }

  #lookForUnreachable(statements: readonly AnyNode[]): void {
    const end = statements.findIndex(({ type }) =>
      ["ReturnStatement", "ThrowStatement", "BreakStatement", "ContinueStatement"].includes(type),
    );
    const next =
      end < 0 ? undefined : statements.slice(end + 1).find(({ type }) => type !== "FunctionDeclaration");
    if (next !== undefined)
      this.#findings.add(
        "warning",
        "unreachable",
        "This is never reached: the statement before it always leaves.",
        next,
      );
  }
}

/** What gives a promise. */
const working = [...hostCalls, "parallel", "pipeline"];

/** The arrow function in `list.map(…)`. */
function mapCallback(list: AnyNode): Extract<AnyNode, { type: "ArrowFunctionExpression" }> | undefined {
  if (list.type !== "CallExpression" || list.callee.type !== "MemberExpression") return undefined;
  const { property } = list.callee;
  const [callback] = list.arguments;
  const isMap = property.type === "Identifier" && property.name === "map";
  return isMap && callback?.type === "ArrowFunctionExpression" ? callback : undefined;
}

/** Whether agent() knows an option. */
export function isAgentOption(name: string): boolean {
  return agentOptions.includes(name);
}
