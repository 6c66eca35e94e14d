/** What can be typed at a place of a script. */
import { type Cursor, cursorAt, type Frame, isDeclared, keysIn } from "./cursor.ts";
import { type FieldReference, fields, signatureOf, type ValueReference } from "./reference.ts";
import { findGlobal, globals } from "./reference-globals.ts";
import { phaseTitles } from "./phase-titles.ts";
import { expandSnippet, scriptSnippets, skeleton } from "./snippets.ts";
import { isClosed, type Token } from "./tokens.ts";

/** A proposal: it replaces characters [start, end). Snippets mark places as editors do: `$1`, `${1:name}`. */
export interface Completion {
  readonly label: string;
  readonly kind: "function" | "variable" | "field" | "value" | "snippet";
  readonly detail: string;
  readonly doc: string;
  readonly insert: string;
  readonly isSnippet: boolean;
  readonly start: number;
  readonly end: number;
  /** Whether what was inserted has a place at which there is something to choose. */
  readonly asksAgain: boolean;
}

type Proposal = Omit<Completion, "start" | "end">;

interface Place extends Cursor {
  readonly workflows: readonly ValueReference[];
}

/** Whether a place is the name of a workflow, so that names can be proposed there. */
export function asksForWorkflow(text: string, offset: number): boolean {
  return isArgumentOf("workflow", cursorAt(text, offset).frames.at(-1));
}

function isArgumentOf(callee: string, frame: Frame | undefined): boolean {
  return frame?.open === "(" && frame.callee === callee && frame.commas === 0;
}

/**
 * Proposals for a place, given the workflows that can be named; none in comments, patterns and templates, and in texts only where their
 * values are known.
 */
export function completionsAt(
  text: string,
  offset: number,
  workflows: readonly ValueReference[] = [],
): readonly Completion[] {
  const cursor: Place = { ...cursorAt(text, offset), workflows };
  const { inside } = cursor;
  if (inside?.kind === "string") return place(inText(cursor), contentOf(inside));
  if (inside !== undefined && inside.kind !== "name") return [];
  return place(inCode(cursor), { start: inside?.start ?? offset, end: inside?.end ?? offset });
}

function place(
  proposals: readonly Proposal[],
  { start, end }: Pick<Token, "start" | "end">,
): readonly Completion[] {
  return proposals.map((proposal) => ({ ...proposal, start, end }));
}

function contentOf(token: Token): Pick<Token, "start" | "end"> {
  return { start: token.start + 1, end: token.end - (isClosed(token) ? 1 : 0) };
}

function inText(cursor: Place): readonly Proposal[] {
  return valuesAt(cursor).map((value) => valueProposal(value, value.name, false));
}

function valueProposal({ name, doc }: ValueReference, insert: string, isSnippet: boolean): Proposal {
  return { label: name, kind: "value", detail: "", doc, insert, isSnippet, asksAgain: false };
}

/** The values that are known for the place: of a field, in a field's list, of the first argument of phase() and workflow(). */
function valuesAt(cursor: Place): readonly ValueReference[] {
  const [holder, frame] = [cursor.frames.at(-2), cursor.frames.at(-1)];
  if (frame?.open === "[") return isList(holder) ? valuesOf(holder, cursor) : [];
  if (isArgumentOf("phase", frame)) return titlesIn(cursor);
  if (isArgumentOf("workflow", frame)) return cursor.workflows;
  return frame?.isObject === true && !isList(frame) ? valuesOf(frame, cursor) : [];
}

function isList(frame: Frame | undefined): boolean {
  return fieldOf(frame)?.type.endsWith("[]") === true;
}

function fieldOf(frame: Frame | undefined): FieldReference | undefined {
  if (frame?.object === undefined) return undefined;
  return fields[frame.object].find(({ name }) => name === frame.key);
}

function valuesOf(frame: Frame | undefined, cursor: Cursor): readonly ValueReference[] {
  if (frame?.object === "agent" && frame.key === "phase") return titlesIn(cursor);
  return fieldOf(frame)?.values ?? [];
}

function titlesIn({ tokens }: Cursor): readonly ValueReference[] {
  return phaseTitles(tokens).map((name) => ({ name, doc: "A phase of this workflow." }));
}

function inCode(cursor: Place): readonly Proposal[] {
  const { tokens, before, frames } = cursor;
  const last = tokens[before - 1];
  if (last?.text === "." || last?.text === "?.") return membersOf(tokens[before - 2], cursor);
  if (last?.kind === "name" && declaring.has(last.text)) return [];
  const frame = frames.at(-1);
  if (frame?.isObject === true && frame.key === undefined)
    return last?.text === "..." ? globalsAt(cursor) : fieldsOf(frame, cursor);
  if (frame?.object === "meta" || frame?.object === "phase") return [];
  const values = valuesAt(cursor).map((value) => valueProposal(value, JSON.stringify(value.name), false));
  return [...values, ...globalsAt(cursor), ...snippetsAt(cursor)];
}

const declaring: ReadonlySet<string> = new Set([
  "const",
  "let",
  "var",
  "function",
  "class",
  "export",
  "import",
]);

function membersOf(owner: Token | undefined, cursor: Cursor): readonly Proposal[] {
  if (owner?.kind !== "name" || isDeclared(cursor, owner.text)) return [];
  return (findGlobal(owner.text)?.members ?? []).map(({ name, type, doc, snippet }) => ({
    ...{ label: name, detail: `${owner.text}.${name}: ${type}`, doc, isSnippet: false, asksAgain: false },
    kind: snippet.endsWith("()") ? "function" : "field",
    insert: nextSign(cursor) === "(" ? name : snippet,
  }));
}

function fieldsOf(frame: Frame, cursor: Cursor): readonly Proposal[] {
  if (frame.object === undefined) return [];
  const keys = keysIn(cursor, frame);
  const hasColon = nextSign(cursor) === ":";
  return fields[frame.object]
    .filter(({ name }) => !keys.includes(name))
    .map(({ name, type, doc, snippet, values }) => ({
      ...{ label: name, kind: "field", detail: `${name}: ${type}`, doc },
      insert: hasColon ? name : `${name}: ${snippet}`,
      isSnippet: !hasColon,
      asksAgain: !hasColon && (values !== undefined || name === "phase"),
    }));
}

function globalsAt(cursor: Cursor): readonly Proposal[] {
  return globals
    .filter(({ name }) => !isDeclared(cursor, name))
    .map((one) => {
      const isCall = one.parameters !== undefined && nextSign(cursor) !== "(";
      return {
        ...{ label: one.name, kind: one.parameters === undefined ? "variable" : "function" },
        ...{ detail: signatureOf(one), doc: one.doc },
        insert: isCall ? one.snippet : one.name,
        isSnippet: isCall,
        asksAgain: isCall && ["phase", "workflow"].includes(one.name),
      };
    });
}

/** The sign after the word at the place. */
function nextSign({ tokens, before, inside }: Cursor): string | undefined {
  return tokens[before + (inside === undefined ? 0 : 1)]?.text;
}

function snippetsAt(cursor: Cursor): readonly Proposal[] {
  if (!beginsStatement(cursor)) return [];
  const hasMeta = cursor.tokens.some(({ text }) => text === "meta");
  const offered = hasMeta ? scriptSnippets : [skeleton, ...scriptSnippets];
  return offered.map(({ label, detail, body }) => ({
    ...{ label, kind: "snippet", detail, doc: `\`\`\`js\n${expandSnippet(body)}\n\`\`\``, insert: body },
    ...{ isSnippet: true, asksAgain: false },
  }));
}

/** Whether a word here begins a statement: not in brackets, and after what ends one. */
function beginsStatement({ text, offset, tokens, before, inside, frames }: Cursor): boolean {
  const frame = frames.at(-1);
  if (frame !== undefined && (frame.open !== "{" || frame.isObject)) return false;
  const last = tokens[before - 1];
  if (last === undefined || [";", "{", "}"].includes(last.text)) return true;
  const between = text.slice(last.end, inside?.start ?? offset);
  const isWhole = last.kind !== "sign" || [")", "]"].includes(last.text);
  return between.includes("\n") && isWhole;
}
