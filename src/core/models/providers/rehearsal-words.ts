/** Paths, quoted texts and code blocks in a message of the user. */

/** What a message names. */
export interface Words {
  /** The message without code blocks, quoted texts and paths, lower case. */
  readonly plain: string;
  /** Paths outside of quotes and code blocks, then quoted ones. */
  readonly paths: readonly string[];
  /** Quoted texts that are not the first path. */
  readonly quoted: readonly string[];
  /** The text of the first code block, with its last line break. */
  readonly block: string | undefined;
}

const fence = /^(`{3,})[^\n`]*\n([^]*?)^\1`*[ \t]*$/m;
const quotes = /"([^"]+)"|“([^”]+)”|`([^`\n]+)`|(?<=^|\s)'([^'\n]+)'(?=$|[\s.,;:!?])/g;
const knownNames = /^(?:makefile|dockerfile|license|readme|changelog)$/i;

/** Takes a message apart. */
export function readWords(message: string): Words {
  const block = fence.exec(message)?.[2];
  const prose = message.replace(fence, " ");
  const quoted = [...prose.matchAll(quotes)].map(
    (match) => match.slice(1).find((text) => text !== undefined) ?? "",
  );
  const tokens = prose.replace(quotes, " ").split(/\s+/);
  const bare = tokens.map(trimPunctuation).filter(isPath);
  const quotedPaths = quoted.filter(isPath);
  const isFirstQuoted = bare.length === 0 && quotedPaths.length > 0;
  // The path of an edit comes first or last; its texts may look like paths, too.
  const named =
    quoted.length > 2 && isPath(quoted.at(-1) ?? "") ? quoted.length - 1 : quoted.findIndex(isPath);
  const path = quoted[named];
  return {
    plain: tokens
      .filter((token) => !isPath(trimPunctuation(token)))
      .join(" ")
      .trim()
      .toLowerCase(),
    paths:
      isFirstQuoted && path !== undefined
        ? [path, ...quotedPaths.filter((other) => other !== path)]
        : [...bare, ...quotedPaths],
    quoted: isFirstQuoted ? quoted.filter((_, index) => index !== named) : quoted,
    block,
  };
}

function trimPunctuation(word: string): string {
  return word
    .replace(/^[("'“<[]+(?=[\w./@])/, "")
    .replace(/[)"'”>\],:;?!]+$|\.$/g, "")
    .replace(/[.?!]$/, "");
}

function isPath(word: string): boolean {
  if (word.includes("://") || /\s/.test(word)) return false;
  return (
    /[^/]\/[^/]/.test(word) ||
    /^[\w@.-]*[\w@-]\.[a-z]\w{0,9}$/i.test(word) ||
    /^\.[a-z]\w+$/i.test(word) ||
    knownNames.test(word)
  );
}
