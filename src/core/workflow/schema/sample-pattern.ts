/** Texts that match a regular expression: what a pattern asks for in most schemas; look-around is left to the check afterwards. */
import type { Random } from "./random.ts";

/** Most that an open repetition adds. */
const maxExtra = 4;
const printable = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
const digits = Array.from("0123456789");
const letters = Array.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
const wordCharacters = [...letters, ...digits, "_"];

const classes: Readonly<Record<string, readonly string[]>> = {
  d: digits,
  w: wordCharacters,
  s: [" "],
  D: letters,
  W: ["-", " ", "."],
  S: wordCharacters,
  n: ["\n"],
  t: ["\t"],
  r: ["\r"],
};

/** Makes a text. */
export function samplePattern(pattern: string, random: Random): string {
  return new PatternSampler(pattern, random).alternatives();
}

class PatternSampler {
  readonly #pattern: string;
  readonly #random: Random;
  #at = 0;

  constructor(pattern: string, random: Random) {
    this.#pattern = pattern;
    this.#random = random;
  }

  alternatives(): string {
    const options = [this.#sequence()];
    while (this.#pattern[this.#at] === "|") {
      this.#at += 1;
      options.push(this.#sequence());
    }
    return (this.#random.pick(options) ?? (() => ""))();
  }

  #sequence(): () => string {
    const parts: (() => string)[] = [];
    while (this.#at < this.#pattern.length && !"|)".includes(this.#pattern[this.#at] ?? "")) {
      const part = this.#atom();
      parts.push(this.#repeated(part));
    }
    return () => parts.map((part) => part()).join("");
  }

  #atom(): () => string {
    const character = this.#pattern[this.#at] ?? "";
    this.#at += 1;
    if (character === "^" || character === "$") return () => "";
    if (character === ".") return () => this.#random.pick(wordCharacters) ?? "";
    if (character === "[") return this.#set();
    if (character === "(") return this.#group();
    if (character === "\\") return this.#escape();
    return () => character;
  }

  #escape(): () => string {
    const character = this.#pattern[this.#at] ?? "";
    this.#at += 1;
    if (character === "b" || character === "B") return () => "";
    if ((character === "p" || character === "P") && this.#pattern[this.#at] === "{") {
      this.#at = this.#pattern.indexOf("}", this.#at) + 1;
      return () => this.#random.pick(letters) ?? "";
    }
    const known = classes[character];
    return () => (known === undefined ? character : (this.#random.pick(known) ?? ""));
  }

  #group(): () => string {
    const isLookAround = /^\?<?[=!]/.test(this.#pattern.slice(this.#at));
    const prefix = /^\?(?::|<[^>=!]+>|<?[=!])/.exec(this.#pattern.slice(this.#at))?.[0] ?? "";
    this.#at += prefix.length;
    const options = [this.#sequence()];
    while (this.#pattern[this.#at] === "|") {
      this.#at += 1;
      options.push(this.#sequence());
    }
    this.#at += 1;
    return isLookAround ? () => "" : () => (this.#random.pick(options) ?? (() => ""))();
  }

  #set(): () => string {
    const isNegated = this.#pattern[this.#at] === "^";
    if (isNegated) this.#at += 1;
    const members: string[] = [];
    let isFirst = true;
    while (this.#at < this.#pattern.length && (isFirst || this.#pattern[this.#at] !== "]")) {
      isFirst = false;
      members.push(...this.#member());
    }
    this.#at += 1;
    const chosen = isNegated ? printable.filter((one) => !members.includes(one)) : members;
    return () => this.#random.pick(chosen) ?? "";
  }

  #member(): readonly string[] {
    const first = this.#setCharacter();
    if (typeof first !== "string") return first;
    if (this.#pattern[this.#at] !== "-" || this.#pattern[this.#at + 1] === "]") return [first];
    this.#at += 1;
    const last = this.#setCharacter();
    if (typeof last !== "string") return [first, "-", ...last];
    const [from, to] = [first.charCodeAt(0), Math.min(last.charCodeAt(0), first.charCodeAt(0) + 200)];
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) =>
      String.fromCharCode(from + index),
    );
  }

  #setCharacter(): string | readonly string[] {
    const character = this.#pattern[this.#at] ?? "";
    this.#at += 1;
    if (character !== "\\") return character;
    const escaped = this.#pattern[this.#at] ?? "";
    this.#at += 1;
    return classes[escaped] ?? escaped;
  }

  #repeated(part: () => string): () => string {
    const match = /^(?:\{(\d+)(,(\d*))?\}|([*+?]))\??/.exec(this.#pattern.slice(this.#at));
    if (match === null) return part;
    this.#at += match[0].length;
    const [, low, comma, high, sign] = match;
    const least = low === undefined ? (sign === "+" ? 1 : 0) : Number(low);
    const most =
      low === undefined
        ? sign === "?"
          ? 1
          : least + maxExtra
        : comma === undefined
          ? least
          : high === "" || high === undefined
            ? least + maxExtra
            : Number(high);
    return () =>
      Array.from({ length: this.#random.between(least, Math.min(most, least + 40)) }, part).join("");
  }
}
