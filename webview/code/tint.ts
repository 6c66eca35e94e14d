/** A colour of code; `plain` keeps the text's own. */
export type Tint =
  | "comment"
  | "keyword"
  | "string"
  | "number"
  | "function"
  | "type"
  | "property"
  | "added"
  | "removed"
  | "plain";

/** A coloured stretch of a text, in characters. */
export interface Mark {
  readonly start: number;
  readonly end: number;
  readonly tint: Tint;
}

/** Marks a piece of code; see `grammar.ts`. */
export type MarkCode = (
  code: string,
  language: string,
) => { readonly marks: readonly Mark[]; readonly isWhole: boolean };

const pieceLength = 1200;
const longestPiece = 12_000;
/** Code beyond this many characters stays plain. */
const longestCode = 200_000;

/**
 * Marks a growing code piece by piece, so that no piece takes long: pieces end at a line that begins a new statement
 * where there is one, and grow while they end inside of a string or comment.
 */
export class CodeMarker {
  readonly #language: string;
  readonly #mark: MarkCode;
  #settled = 0;
  #seen = 0;

  constructor(language: string, mark: MarkCode) {
    this.#language = language;
    this.#mark = mark;
  }

  /** Whether a call of `next` would find something to do. */
  isBehind(code: string): boolean {
    return this.#seen < Math.min(code.length, longestCode);
  }

  /**
   * Marks the next piece. `settled` marks stay right as the code grows; otherwise they replace those that were given
   * last without being settled.
   */
  next(code: string, isOpen: boolean): { readonly marks: readonly Mark[]; readonly isSettled: boolean } {
    const whole = code.length > longestCode ? code.slice(0, longestCode) : code;
    let length = pieceLength;
    for (;;) {
      const end = pieceEnd(whole, this.#settled, length);
      const { marks, isWhole } = this.#mark(whole.slice(this.#settled, end), this.#language);
      const isLast = end >= whole.length;
      if (!isWhole && !isLast && length < longestPiece) {
        length *= 2;
        continue;
      }
      const start = this.#settled;
      const isSettled = !isLast || !isOpen;
      this.#seen = end;
      if (isSettled) this.#settled = end;
      return {
        marks: marks.map((mark) => ({ ...mark, start: mark.start + start, end: mark.end + start })),
        isSettled,
      };
    }
  }
}

// The last line break before the limit that an unindented line follows, or
// else any line break, or else the end of the long line.
function pieceEnd(code: string, start: number, length: number): number {
  const limit = start + length;
  if (limit >= code.length) return code.length;
  const piece = code.slice(start, limit);
  for (let at = piece.lastIndexOf("\n"); at > length / 4; at = piece.lastIndexOf("\n", at - 1)) {
    const next = code.charCodeAt(start + at + 1);
    if (next > 32 && next !== 125 && next !== 41 && next !== 93) return start + at + 1;
  }
  const any = piece.lastIndexOf("\n");
  if (any > 0) return start + any + 1;
  const following = code.indexOf("\n", limit);
  return following === -1 || following > start + longestPiece
    ? Math.min(code.length, start + longestPiece)
    : following + 1;
}
