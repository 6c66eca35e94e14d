/** What is wrong with a script, and where. */

/** A replacement of characters [start, end) of the script's text. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A way to mend it. */
export interface QuickFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
}

/** A finding; lines and columns from 1, `start` and `end` in characters. Errors keep the script from running. */
export interface ScriptDiagnostic {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly fixes: readonly QuickFix[];
}

/** A place in a text, line and column from 1. */
export interface TextPlace {
  readonly line: number;
  readonly column: number;
}

/** Finds places in a text. */
export class LineMap {
  readonly #starts: number[] = [0];
  readonly #length: number;

  constructor(text: string) {
    this.#length = text.length;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) this.#starts.push(at + 1);
  }

  /** The place of a character. */
  place(offset: number): TextPlace {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - (this.#starts[low] ?? 0) + 1 };
  }

  /** The character at a place. */
  offset({ line, column }: TextPlace): number {
    const start = this.#starts[Math.min(Math.max(line, 1), this.#starts.length) - 1] ?? 0;
    return Math.min(start + Math.max(column, 1) - 1, this.#length);
  }
}

/** Makes findings about one text. */
export class Findings {
  readonly list: ScriptDiagnostic[] = [];
  /** What is looked at. */
  readonly text: string;
  readonly #lines: LineMap;

  constructor(text: string, lines: LineMap) {
    this.text = text;
    this.#lines = lines;
  }

  add(
    severity: "error" | "warning",
    code: string,
    message: string,
    range: { readonly start: number; readonly end: number },
    fixes: readonly QuickFix[] = [],
  ): void {
    const { start, end } = range;
    const from = this.#lines.place(start);
    const to = this.#lines.place(end);
    this.list.push({
      ...{ severity, code, message, start, end, fixes },
      ...from,
      endLine: to.line,
      endColumn: to.column,
    });
  }
}
