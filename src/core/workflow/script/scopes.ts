/** Which names a script declares, and which it uses without declaring them. */
import { type AnyNode, boundNames, childrenOf, isFunction } from "./syntax.ts";

/** A use of a name that nothing in the script declares. */
export interface FreeName {
  readonly name: string;
  readonly node: AnyNode;
  /** In a try block whose errors are caught. */
  readonly isGuarded: boolean;
}

interface Scope {
  readonly names: Set<string>;
  readonly parent: Scope | undefined;
}

/** What `freeNames` found. */
export interface FreeNames {
  readonly uses: readonly FreeName[];
  /** Names that the script asks for with typeof. */
  readonly asked: ReadonlySet<string>;
}

/** Finds every use of a name that is declared nowhere around it. */
export function findFreeNames(program: AnyNode): FreeNames {
  const walk = new Walk();
  walk.visit(program, { names: declaredIn(program, true), parent: undefined }, false);
  return { uses: walk.uses, asked: walk.asked };
}

class Walk {
  readonly uses: FreeName[] = [];
  readonly asked = new Set<string>();

  visit(node: AnyNode, scope: Scope, isGuarded: boolean): void {
    for (const child of childrenOf(node)) this.#visitChild(node, child, scope, isGuarded);
  }

  #visitChild(parent: AnyNode, node: AnyNode, scope: Scope, isGuarded: boolean): void {
    if (isPropertyName(parent, node)) return;
    if (node.type === "Identifier") {
      if (parent.type === "UnaryExpression" && parent.operator === "typeof") this.asked.add(node.name);
      else if (!isDeclared(node.name, scope)) this.uses.push({ name: node.name, node, isGuarded });
      return;
    }
    const guards = parent.type === "TryStatement" && parent.handler != null && node === parent.block;
    this.visit(node, scopeOf(node, scope), isGuarded || guards);
  }
}

function isDeclared(name: string, scope: Scope | undefined): boolean {
  for (let at = scope; at !== undefined; at = at.parent) if (at.names.has(name)) return true;
  return false;
}

/** Whether an identifier names a property or a label, not a variable. */
function isPropertyName(parent: AnyNode, node: AnyNode): boolean {
  switch (parent.type) {
    case "MemberExpression":
      return parent.property === node && !parent.computed;
    case "Property":
      return parent.key === node && !parent.computed && !parent.shorthand;
    case "MethodDefinition":
    case "PropertyDefinition":
      return parent.key === node && !parent.computed;
    case "LabeledStatement":
      return parent.label === node;
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
      return true;
    default:
      return false;
  }
}

function scopeOf(node: AnyNode, parent: Scope): Scope {
  const names = namesOf(node);
  return names === undefined ? parent : { names, parent };
}

function namesOf(node: AnyNode): Set<string> | undefined {
  switch (node.type) {
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression": {
      const own = node.type === "ArrowFunctionExpression" ? [] : ["arguments"];
      const name = node.type === "FunctionExpression" && node.id ? [node.id.name] : [];
      return new Set([
        ...own,
        ...name,
        ...node.params.flatMap((one) => boundNames(one)),
        ...declaredIn(node.body, true),
      ]);
    }
    case "ClassDeclaration":
    case "ClassExpression":
      return new Set(node.id ? [node.id.name] : []);
    case "CatchClause":
      return new Set(boundNames(node.param ?? null));
    case "StaticBlock":
      return declaredIn(node, true);
    case "BlockStatement":
    case "SwitchStatement":
      return declaredIn(node, false);
    case "ForStatement":
      return new Set(node.init?.type === "VariableDeclaration" ? namesOfDeclaration(node.init) : []);
    case "ForInStatement":
    case "ForOfStatement":
      return new Set(node.left.type === "VariableDeclaration" ? namesOfDeclaration(node.left) : []);
    default:
      return undefined;
  }
}

function namesOfDeclaration(node: Extract<AnyNode, { type: "VariableDeclaration" }>): string[] {
  return node.declarations.flatMap(({ id }) => boundNames(id));
}

/** Names that statements right in a node declare; with `vars`, also what `var` lifts out of blocks below. */
function declaredIn(node: AnyNode, vars: boolean): Set<string> {
  const names = new Set<string>();
  const statements =
    node.type === "SwitchStatement" ? node.cases.flatMap((one) => one.consequent) : childrenOf(node);
  for (const statement of statements) {
    const inner = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (inner?.type === "VariableDeclaration") for (const name of namesOfDeclaration(inner)) names.add(name);
    if ((inner?.type === "FunctionDeclaration" || inner?.type === "ClassDeclaration") && inner.id)
      names.add(inner.id.name);
  }
  if (vars) addVars(node, names);
  return names;
}

function addVars(node: AnyNode, names: Set<string>): void {
  for (const child of childrenOf(node)) {
    if (isFunction(child)) continue;
    if (child.type === "VariableDeclaration" && child.kind === "var")
      for (const name of namesOfDeclaration(child)) names.add(name);
    addVars(child, names);
  }
}
