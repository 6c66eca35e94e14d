/** A configuration file's text as YAML, read in slices and within limits: no file can hold the host up. */
import {
  Composer,
  isAlias,
  isNode,
  isScalar,
  Lexer,
  LineCounter,
  Parser,
  visit,
  type CST,
  type Node,
} from "yaml";
import { Pace } from "../trace/pace.ts";

/** Longest text, in characters. */
const maxLength = 1024 * 1024;
/** Most words and marks in a text: reading so many of the worst kind takes half a second at most. */
const maxLexemes = 30_000;
const maxErrors = 10;

/** Something that is wrong at a line (from 1). */
export interface LineProblem {
  readonly line: number;
  readonly message: string;
}

/** A text and its nodes; their ranges are offsets in `text`. */
export interface YamlText {
  /** Without a byte order mark. */
  readonly text: string;
  /** Null where the text says nothing. */
  readonly root: Node | null;
  /** Why it is no valid YAML; what could be read is below `root` all the same. */
  readonly problems: readonly LineProblem[];
  /** The line (from 1) of an offset. */
  lineAt(offset: number): number;
  /** A node itself, or what it is an alias of; undefined for an alias of nothing. */
  resolve(node: Node): Node | undefined;
}

/** Reads a text. */
export async function readYaml(withMark: string): Promise<YamlText> {
  const text = withMark.replace(/^\uFEFF/, "");
  const hindrance = hindranceOf(text);
  if (hindrance !== undefined) return unreadable(text, hindrance);
  const lines = new LineCounter();
  const tokens = await readTokens(text, lines);
  if (tokens === undefined)
    return unreadable(text, {
      line: 1,
      message: `This file has more than ${maxLexemes.toLocaleString("en")} words and marks: shorten it.`,
    });
  // Looking for keys that stand twice would take the square of their number: it is done where they matter.
  const composer = new Composer({ lineCounter: lines, uniqueKeys: false, logLevel: "silent" });
  const documents = composer.compose(tokens, false, text.length);
  const { value: document } = documents.next();
  const lineAt = (offset: number): number => Math.max(1, lines.linePos(offset).line);
  const problems = (document?.errors ?? []).slice(0, maxErrors).map((error) => ({
    line: lineAt(error.pos[0]),
    message: `This is no valid YAML: ${error.message}.`,
  }));
  const { value: second } = documents.next();
  if (second !== undefined)
    problems.push({
      line: lineAt(second.range[0]),
      message: "A second document begins here: put everything into one, without a line of ---.",
    });
  const { contents } = document ?? {};
  const root = isNode(contents) && !(isScalar(contents) && contents.value === null) ? contents : null;
  return { text, root, problems, lineAt, resolve: aliasResolver(root) };
}

async function readTokens(text: string, lines: LineCounter): Promise<readonly CST.Token[] | undefined> {
  const parser = new Parser(lines.addNewLine);
  lines.addNewLine(0);
  const tokens: CST.Token[] = [];
  const pace = new Pace();
  let count = 0;
  for (const lexeme of new Lexer().lex(text)) {
    if (++count > maxLexemes) return undefined;
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (pace.isDue) await pace.pause();
  }
  for (const token of parser.end()) tokens.push(token);
  return tokens;
}

function hindranceOf(text: string): LineProblem | undefined {
  if (text.length > maxLength) return { line: 1, message: "This file has more than 1 MB: shorten it." };
  // The reader marks its own places with such characters.
  // oxlint-disable-next-line no-control-regex
  const at = text.search(/[\0-\x08\x0B\x0C\x0E-\x1F\x7F\uFEFF]/);
  if (at < 0) return undefined;
  const line = text.slice(0, at).split("\n").length;
  return { line, message: "A character that can not be seen stands here: remove it." };
}

function unreadable(text: string, problem: LineProblem): YamlText {
  return { text, root: null, problems: [problem], lineAt: () => 1, resolve: (node) => node };
}

/** An alias means the last anchor of its name before it. */
function aliasResolver(root: Node | null): YamlText["resolve"] {
  const anchors = new Map<string, Node>();
  const targets = new Map<Node, Node>();
  if (root !== null)
    visit(root, {
      Alias(_key, alias) {
        const target = anchors.get(alias.source);
        if (target !== undefined) targets.set(alias, target);
      },
      Value(_key, node) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
      },
    });
  return (node) => (isAlias(node) ? targets.get(node) : node);
}
