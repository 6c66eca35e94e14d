/** The commands that rules name: the words of one simple command. */

/** The words of a command pattern, or why it is none. */
export type CommandPattern =
  | {
      readonly words: readonly string[];
      /** The last word was "*": any further arguments. */
      readonly isOpen: boolean;
    }
  | { readonly complaint: string };

// Blanks and characters that a shell gives a meaning to.
const special = /[\s;|&$<>`(){}[\]\\'"*?#~!]/;
const reserved = new Set(
  "if then else elif fi for while until do done case esac in select function time coproc [[ ]]".split(" "),
);

/** Takes a pattern apart: words between blanks, with ' or " around a word that holds blanks or other special characters. */
export function parseCommandPattern(text: string): CommandPattern {
  const words: { readonly text: string; readonly isQuoted: boolean }[] = [];
  let rest = text.trim();
  while (rest !== "") {
    const found = /^(?:'([^']*)'|"([^"$`\\]*)"|([^\s'"]+))(?=\s|$)/.exec(rest);
    if (found === null) return { complaint: badWord(rest) };
    const [whole, single, double, plain] = found;
    if (plain !== undefined && plain !== "*" && special.test(plain)) return { complaint: badWord(plain) };
    words.push({ text: single ?? double ?? plain ?? "", isQuoted: plain === undefined });
    rest = rest.slice(whole.length).trimStart();
  }
  const isStar = (word: (typeof words)[number]): boolean => word.text === "*" && !word.isQuoted;
  const at = words.findIndex(isStar);
  if (at >= 0 && at < words.length - 1)
    return { complaint: 'In a command "*" can only be the last word, for any further arguments.' };
  const kept = words.slice(0, at < 0 ? words.length : at).map((word) => word.text);
  const complaint = badCommand(kept[0], words[0]?.isQuoted ?? false);
  return complaint === undefined ? { words: kept, isOpen: at >= 0 } : { complaint };
}

/** Writes a pattern that `parseCommandPattern` reads as these words; undefined where a word can not be written. */
export function writeCommandPattern(words: readonly string[], isOpen: boolean): string | undefined {
  const written = words.map((word, at) => quote(word, at === 0));
  if (written.includes(undefined)) return undefined;
  return [...written, ...(isOpen ? ["*"] : [])].join(" ");
}

function quote(word: string, isFirst: boolean): string | undefined {
  const isPlain = word !== "" && !special.test(word);
  // At the beginning some words are not the names of commands, unless they are quoted.
  if (isPlain && !(isFirst && badCommand(word, false) !== undefined)) return word;
  if (!word.includes("'")) return `'${word}'`;
  return /["$`\\]/.test(word) ? undefined : `"${word}"`;
}

function badCommand(name: string | undefined, isQuoted: boolean): string | undefined {
  // Nothing but "*" is every command.
  if (name === undefined) return undefined;
  if (name === "") return "A rule begins with the name of a command.";
  if (isQuoted) return undefined;
  if (/^[A-Za-z_]\w*\+?=/.test(name)) return "A rule names a command, without variables before it.";
  return reserved.has(name) ? `"${name}" is no command but a word of the shell.` : undefined;
}

function badWord(rest: string): string {
  const quoteMark = /^[^\s]*?(['"])/.exec(rest)?.[1];
  if (quoteMark !== undefined && rest.split(quoteMark).length % 2 === 0)
    return `A quote (${quoteMark}) is not closed.`;
  if (quoteMark !== undefined) return "Quotes go around whole words, and hold no $, ` or \\.";
  const mark = special.exec(rest)?.[0] ?? "";
  if (mark === "~") return '"~" is not expanded in commands: write the whole path.';
  return `A rule names one simple command, without "${mark}". Put quotes around a word that holds it.`;
}
