/** Splits a script into tokens, also one that is half typed: a text ends with its line, and brackets need not match. */

/** A piece of a script. A template is one token up to each `${` and from each matching `}`. */
export interface Token {
  readonly kind: "name" | "number" | "string" | "template" | "pattern" | "comment" | "sign";
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const patterns = {
  space: /\s+/y,
  comment: /\/\/[^\n]*|#![^\n]*|\/\*[\s\S]*?(?:\*\/|$)/y,
  string: /"(?:[^"\\\n]+|\\[\s\S])*"?|'(?:[^'\\\n]+|\\[\s\S])*'?/y,
  template: /[`}](?:[^`\\$]+|\\[\s\S]|\$(?!\{))*(?:`|\$\{)?/y,
  name: /[\p{ID_Start}$_#][\p{ID_Continue}$\u200c\u200d]*/uy,
  number: /\d[\w.]*/y,
  pattern: /\/(?:[^\\/[\n]|\\[^\n]|\[(?:[^\]\\\n]|\\[^\n])*\])+\/[a-z]*/y,
  sign: /=>|\.\.\.|\?\.(?!\d)|[\s\S]/y,
};

/** After these words an expression begins. */
const operators: ReadonlySet<string> = new Set([
  ...["return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "await"],
  ...["yield", "instanceof", "default"],
]);

/** Whether a word is one after which an expression begins. */
export function isOperatorWord(word: string): boolean {
  return operators.has(word);
}

/** All tokens, comments among them; whatever lies between is white space. */
export function scan(text: string): readonly Token[] {
  const tokens: Token[] = [];
  // The braces that are open; true where one began in a template.
  const braces: boolean[] = [];
  let last: Token | undefined;
  const match = (pattern: keyof typeof patterns, at: number): number => {
    patterns[pattern].lastIndex = at;
    return patterns[pattern].test(text) ? patterns[pattern].lastIndex : at;
  };
  for (let at = match("space", 0); at < text.length;) {
    const kind = kindAt(text, at, last, braces.at(-1) === true);
    let end = match(kind, at);
    // A slash that begins no pattern divides.
    const isDivision = end === at;
    if (isDivision) end = at + 1;
    const token: Token = {
      ...{ kind: isDivision ? "sign" : kind, start: at, end },
      text: text.slice(at, end),
    };
    tokens.push(token);
    countBraces(token, braces);
    if (kind !== "comment") last = token;
    at = match("space", end);
  }
  return tokens;
}

function kindAt(text: string, at: number, last: Token | undefined, isInTemplate: boolean): Token["kind"] {
  const character = text.charAt(at);
  const next = text.charAt(at + 1);
  if (character === "/" && (next === "/" || next === "*")) return "comment";
  if (at === 0 && character === "#" && next === "!") return "comment";
  if (character === '"' || character === "'") return "string";
  if (character === "`" || (character === "}" && isInTemplate)) return "template";
  if (/\d/.test(character)) return "number";
  if (character === "/" && canBeginExpression(last)) return "pattern";
  return beginsName(text, at, character) ? "name" : "sign";
}

function beginsName(text: string, at: number, character: string): boolean {
  if (character < "\u0080") return /[a-zA-Z$_#]/.test(character);
  return /\p{ID_Start}/u.test(String.fromCodePoint(text.codePointAt(at) ?? 0));
}

function canBeginExpression(last: Token | undefined): boolean {
  if (last === undefined) return true;
  if (last.kind === "name") return isOperatorWord(last.text);
  if (last.kind === "template") return opensBrace(last.text);
  return last.kind === "sign" && ![")", "]", "}"].includes(last.text);
}

function countBraces({ kind, text }: Token, braces: boolean[]): void {
  if (kind === "sign" && text === "{") braces.push(false);
  if (kind === "sign" && text === "}") braces.pop();
  if (kind !== "template") return;
  if (text.startsWith("}")) braces.pop();
  if (opensBrace(text)) braces.push(true);
}

/** Whether a template's token ends where an expression begins; an escaped dollar sign begins none. */
export function opensBrace(text: string): boolean {
  return /(?:^|[^\\])(?:\\\\)*\$\{$/.test(text);
}

/** Whether a text, pattern or comment has its end in the token. */
export function isClosed({ kind, text }: Token): boolean {
  if (kind === "string") return text.length > 1 && text.endsWith(text.charAt(0)) && isUnescaped(text);
  if (kind === "template") return text.length > 1 && (opensBrace(text) || isUnescaped(text));
  return kind === "comment" ? text.startsWith("/*") && text.length > 3 && text.endsWith("*/") : true;
}

/** Whether the quote at a text's end ends it. */
function isUnescaped(text: string): boolean {
  return /[^\\](?:\\\\)*["'`]$/.test(text);
}
