/** sed: which of its scripts do no more than print and replace. */
import { exactText, type Field } from "../command-line/values.ts";
import { hasOption, optionValues, type Arguments } from "./arguments.ts";
import { type Call, each, type Program } from "./program.ts";

/** sed, whose scripts can run commands and write files. */
export const sed: Program = {
  options: {
    ...each("text", "-e --expression -l --line-length"),
    ...each("read", "-f --file"),
  },
  flags: each(
    "harmless",
    "-n -E -r -s -u -z -i --in-place --quiet --silent --regexp-extended --debug --posix --sandbox",
  ),
  attached: ["-i"],
  others: "danger",
  follow: followSed,
};

function followSed({ draft, setting }: Call, given: Arguments): readonly string[] | undefined {
  const scripts = [...optionValues(given, "-e", "--expression")];
  const files = optionValues(given, "-f", "--file");
  const inPlace = hasOption(given, "-i", "--in-place");
  let operands = given.operands;
  if (scripts.length === 0 && files.length === 0) {
    // macOS takes the word behind "-i" for a suffix.
    if (inPlace && exactText(operands[0]) === "") operands = operands.slice(1);
    scripts.push(...operands.slice(0, 1));
    operands = operands.slice(1);
  }
  for (const script of scripts) judgeScript(script, draft);
  if (files.length > 0) draft.runsCode("The script of sed is in a file.");
  if (files.some((file) => /^(?:-|\/dev\/)/.test(exactText(file) ?? "-")))
    draft.ask("What sed would do comes from elsewhere.", "exact-rule");
  for (const suffix of optionValues(given, "-i", "--in-place"))
    if (!/^[\w.~-]*$/.test(exactText(suffix) ?? "/"))
      draft.ask(`Where sed keeps the old files ("${suffix.text}") is not certain.`, "exact-rule");
  for (const field of operands) {
    draft.use(field, { operation: "read" });
    if (inPlace) draft.use(field, { operation: "write" });
  }
  const isPlain = scripts.every((script) => /^\d+(?:,\d+)?p$/.test(exactText(script) ?? ""));
  return operands.length === 0 && isPlain && setting.input.kind === "pipe" ? setting.input.names : undefined;
}

function judgeScript(script: Field, draft: Call["draft"]): void {
  for (const value of script.values)
    if (!isHarmlessScript(value))
      draft.ask(`The sed script ${script.text.slice(0, 80)} may run commands or write files.`, "exact-rule");
}

/** True for a script of which every command is known and neither runs anything nor names a file. */
export function isHarmlessScript(script: string): boolean {
  return new ScriptReader(script).isHarmless();
}

class ScriptReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isHarmless(): boolean {
    while (this.#at < this.#text.length) {
      this.#skip(/[\s;}]*/y);
      if (this.#at >= this.#text.length) return true;
      if (this.#skip(/#[^\n]*/y)) continue;
      if (!this.#readAddresses()) return false;
      if (!this.#readCommand()) return false;
    }
    return true;
  }

  #skip(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return false;
    this.#at += found[0].length;
    return found[0].length > 0;
  }

  #readAddresses(): boolean {
    if (!this.#readAddress()) return true;
    this.#skip(/[ \t]*/y);
    if (this.#skip(/,[ \t]*/y) && !this.#skip(/[+~]\d+/y) && !this.#readAddress()) return false;
    this.#skip(/[ \t]*!*[ \t]*/y);
    return true;
  }

  #readAddress(): boolean {
    if (this.#skip(/(?:\d+(?:~\d+)?|\$)/y)) return true;
    const letter = this.#text[this.#at];
    if (letter === "/") {
      this.#at++;
      return this.#readUntil("/") && (this.#skip(/[IM]*/y), true);
    }
    if (letter !== "\\") return false;
    const delimiter = this.#text[this.#at + 1];
    if (delimiter === undefined || /[\s\w\\]/.test(delimiter)) return false;
    this.#at += 2;
    return this.#readUntil(delimiter) && (this.#skip(/[IM]*/y), true);
  }

  // Brackets may hold the delimiter in some versions and not in others: a script for which that matters is not understood.
  #readUntil(delimiter: string): boolean {
    let bracket: number | undefined;
    for (; this.#at < this.#text.length; this.#at++) {
      const letter = this.#text[this.#at];
      if (letter === "\\") this.#at++;
      else if (letter === "[" && bracket === undefined)
        bracket = this.#at + (this.#text[this.#at + 1] === "^" ? 2 : 1);
      else if (letter === "]" && bracket !== undefined && this.#at > bracket) bracket = undefined;
      else if (letter === delimiter) {
        this.#at++;
        return bracket === undefined;
      }
    }
    return false;
  }

  #readReplacement(delimiter: string): boolean {
    for (; this.#at < this.#text.length; this.#at++) {
      const letter = this.#text[this.#at];
      if (letter === "\\") this.#at++;
      else if (letter === delimiter) {
        this.#at++;
        return true;
      }
    }
    return false;
  }

  #readCommand(): boolean {
    const command = this.#text[this.#at++];
    if (command === undefined) return false;
    if (command === "{") return true;
    if ("=dDgGhHnNpPxzF".includes(command)) return this.#atEnd();
    if ("qQlL".includes(command)) return (this.#skip(/[ \t]*\d*/y), this.#atEnd());
    if (":btT".includes(command)) return (this.#skip(/[ \t]*[\w.-]*/y), this.#atEnd());
    if ("aic".includes(command)) return this.#readText();
    if (command !== "s" && command !== "y") return false;
    const delimiter = this.#text[this.#at++];
    if (delimiter === undefined || /[\s\w\\;]/.test(delimiter)) return false;
    if (!this.#readUntil(delimiter) || !this.#readReplacement(delimiter)) return false;
    // "e" runs what is left, "w" writes it.
    if (command === "s") this.#skip(/[gpiImM\d]*/y);
    return this.#atEnd();
  }

  // Text to be put in goes to the end of its line, further where that ends in a backslash.
  #readText(): boolean {
    this.#skip(/(?:[^\n\\]|\\[^])*/y);
    return this.#at >= this.#text.length || this.#text[this.#at] === "\n";
  }

  #atEnd(): boolean {
    this.#skip(/[ \t]*/y);
    return this.#at >= this.#text.length || /[\n;}#]/.test(this.#text[this.#at] ?? "");
  }
}
