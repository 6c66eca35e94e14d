/** Where in a script a place is: in code or in a text, in which call, in which of the objects that the language knows. */
import { isClosed, isOperatorWord, opensBrace, scan, type Token } from "./tokens.ts";

/** Objects whose fields are known. */
export type KnownObject = "meta" | "phase" | "agent" | "agent-budget" | "sh" | "ask" | "workflow";

/** An open bracket around a place. */
export interface Frame {
  readonly open: "(" | "[" | "{" | "${";
  /** Index of the bracket among the tokens. */
  readonly at: number;
  /** The function that is called: "agent", "budget.spent". */
  readonly callee: string | undefined;
  /** Whether a brace holds fields and not statements. */
  readonly isObject: boolean;
  readonly object: KnownObject | undefined;
  /** Commas since the bracket: the number of the argument. */
  readonly commas: number;
  /** The field whose value the place is in; undefined where a name is expected. */
  readonly key: string | undefined;
}

/** A place, seen from its left. */
export interface Cursor {
  readonly text: string;
  readonly offset: number;
  /** All tokens but comments. */
  readonly tokens: readonly Token[];
  /** How many of them stand before the place, or before the one that holds it. */
  readonly before: number;
  /** The token that holds the place: a word that may go on, a text, a comment. */
  readonly inside: Token | undefined;
  /** The open brackets, the outermost first. */
  readonly frames: readonly Frame[];
}

/** Looks at a place; in a text and at a word's end, the token on the left holds it. */
export function cursorAt(text: string, offset: number): Cursor {
  const all = scan(text);
  const inside = all.find((token) => holds(token, offset));
  const tokens = all.filter(({ kind }) => kind !== "comment");
  const limit = inside?.start ?? offset;
  const after = tokens.findIndex(({ start }) => start >= limit);
  const before = after < 0 ? tokens.length : after;
  return { text, offset, tokens, before, inside, frames: openFrames(tokens, before) };
}

function holds(token: Token, offset: number): boolean {
  if (token.kind === "sign" || offset <= token.start || offset > token.end) return false;
  return offset < token.end || token.kind === "name" || token.kind === "number" || !isClosed(token);
}

const closing: Readonly<Record<string, Frame["open"]>> = { ")": "(", "]": "[", "}": "{" };

function openFrames(tokens: readonly Token[], end: number): readonly Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at < end; at++) {
    const token = tokens[at];
    if (token?.kind === "template") followTemplate(token, at, frames);
    if (token?.kind !== "sign") continue;
    const { text } = token;
    if (text === "(" || text === "[" || text === "{") frames.push(openFrame(tokens, at, text, frames));
    else if (closing[text] !== undefined) close(frames, closing[text]);
    else followSign(tokens, at, text, frames);
  }
  return frames;
}

function followTemplate({ text }: Token, at: number, frames: Frame[]): void {
  if (text.startsWith("}")) close(frames, "${");
  if (!opensBrace(text)) return;
  const nothing = { callee: undefined, object: undefined, key: undefined };
  frames.push({ open: "${", at, isObject: false, commas: 0, ...nothing });
}

// What was left open inside is closed with it; a bracket that closes nothing is ignored.
function close(frames: Frame[], open: Frame["open"]): void {
  const at = frames.findLastIndex((frame) => frame.open === open);
  if (at >= 0) frames.length = at;
}

function followSign(tokens: readonly Token[], at: number, sign: string, frames: Frame[]): void {
  const frame = frames.at(-1);
  if (frame === undefined) return;
  if (sign === ",") frames[frames.length - 1] = { ...frame, commas: frame.commas + 1, key: undefined };
  if (sign !== ":" || !frame.isObject || frame.key !== undefined) return;
  const key = keyOf(tokens[at - 1]);
  if (key !== undefined) frames[frames.length - 1] = { ...frame, key };
}

/** The name of a field as it is written, or undefined where a token is none. */
function keyOf(token: Token | undefined): string | undefined {
  if (token?.kind === "name") return token.text;
  return token?.kind === "string" ? token.text.slice(1, -1) : undefined;
}

function openFrame(
  tokens: readonly Token[],
  at: number,
  open: "(" | "[" | "{",
  frames: readonly Frame[],
): Frame {
  const isObject = open === "{" && beginsObject(tokens, at, frames.at(-1));
  const object = isObject ? knownObject(tokens, at, frames) : undefined;
  const callee = open === "(" ? calleeOf(tokens, at) : undefined;
  return { open, at, isObject, object, callee, commas: 0, key: undefined };
}

function beginsObject(tokens: readonly Token[], at: number, frame: Frame | undefined): boolean {
  const last = tokens[at - 1];
  if (last?.kind === "name")
    return isOperatorWord(last.text) ? !["do", "else"].includes(last.text) : declaring.has(last.text);
  if (last?.kind === "template") return opensBrace(last.text);
  if (last?.kind !== "sign") return false;
  const isInList = frame?.open === "(" || frame?.open === "[" || frame?.isObject === true;
  if (last.text === ":") return isInList || !endsCase(tokens, at - 1);
  return ["(", "[", ",", "=", "?", "|", "&", "..."].includes(last.text);
}

/** Whether a colon ends `case …:`, `default:` or a label. */
function endsCase(tokens: readonly Token[], colon: number): boolean {
  for (let at = colon - 1; at >= 0; at--) {
    const { text = "" } = tokens[at] ?? {};
    if (text === "case" || text === "default") return true;
    if (text === "?") return false;
    if ([";", "{", "}"].includes(text)) return true;
  }
  return true;
}

const argumentObjects: Readonly<Record<string, readonly [argument: number, object: KnownObject]>> = {
  agent: [1, "agent"],
  sh: [1, "sh"],
  ask: [1, "ask"],
  workflow: [0, "workflow"],
};

function knownObject(
  tokens: readonly Token[],
  at: number,
  frames: readonly Frame[],
): KnownObject | undefined {
  const [holder, frame] = [frames.at(-2), frames.at(-1)];
  if (frame === undefined) {
    const words = tokens.slice(Math.max(0, at - 3), at).map(({ text }) => text);
    return words.join(" ") === "const meta =" ? "meta" : undefined;
  }
  if (frame.open === "(" && frame.callee !== undefined) {
    const [argument, object] = Object.hasOwn(argumentObjects, frame.callee)
      ? (argumentObjects[frame.callee] ?? [])
      : [];
    return argument === frame.commas ? object : undefined;
  }
  if (frame.object === "agent" && frame.key === "budget") return "agent-budget";
  return frame.open === "[" && holder?.object === "meta" && holder.key === "phases" ? "phase" : undefined;
}

const notCalled: ReadonlySet<string> = new Set([
  ...["if", "for", "while", "switch", "catch", "with", "function", "return", "await", "typeof", "in", "of"],
]);

function calleeOf(tokens: readonly Token[], at: number): string | undefined {
  const [before, dot, name] = [tokens[at - 3], tokens[at - 2], tokens[at - 1]];
  if (name?.kind !== "name" || notCalled.has(name.text) || dot?.text === "function") return undefined;
  if (dot?.text !== "." && dot?.text !== "?.") return name.text;
  return before?.kind === "name" ? `${before.text}.${name.text}` : undefined;
}

/** The fields that an open brace has, before and after the place; what is being typed there is none yet. */
export function keysIn({ tokens, before, inside }: Cursor, { at: open }: Frame): readonly string[] {
  const keys: string[] = [];
  const typed = inside === undefined ? -1 : before;
  let depth = 0;
  for (let at = open + 1; at < tokens.length && depth >= 0; at++) {
    const { kind, text = "" } = tokens[at] ?? {};
    if (kind === "template") depth += (opensBrace(text) ? 1 : 0) - (text.startsWith("}") ? 1 : 0);
    if (kind === "sign" && "([{".includes(text)) depth += 1;
    if (kind === "sign" && ")]}".includes(text)) depth -= 1;
    const begins = depth === 0 && ["{", ","].includes(tokens[at - 1]?.text ?? "");
    const ends = [":", ",", "}"].includes(tokens[at + 1]?.text ?? "");
    const key = begins && ends && at !== typed ? keyOf(tokens[at]) : undefined;
    if (key !== undefined) keys.push(key);
  }
  return keys;
}

const declarations = new WeakMap<readonly Token[], ReadonlySet<string>>();

/** Whether a name is declared somewhere in the script, so that it is not the language's own. */
export function isDeclared({ tokens }: Pick<Cursor, "tokens">, name: string): boolean {
  const known = declarations.get(tokens) ?? declaredNames(tokens);
  declarations.set(tokens, known);
  return known.has(name);
}

const declaring: ReadonlySet<string> = new Set(["const", "let", "var", "function", "class"]);

function declaredNames(tokens: readonly Token[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const [at, { kind, text }] of tokens.entries())
    if (kind === "name" && declaring.has(tokens[at - 1]?.text ?? "")) names.add(text);
  return names;
}
