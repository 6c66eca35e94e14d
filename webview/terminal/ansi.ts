/** What a program wrote to a terminal, as lines of text with looks: escape sequences are carried out or left out, never shown. */

/** How a piece of text looks; colours are 0–15, as terminals number them. */
export interface Look {
  readonly colour?: number;
  readonly background?: number;
  readonly isBold?: true;
  readonly isDim?: true;
  readonly isItalic?: true;
  readonly isUnderlined?: true;
  readonly isStruck?: true;
  readonly isInverse?: true;
}

/** A piece of text of one look; the same look is the same object. */
export interface Run {
  readonly text: string;
  readonly look: Look;
}

/** The look of text that no sequence has changed. */
export const plainLook: Look = {};

/** A longer line is not written over: a terminal would have broken it, and going back would cost its whole length each time. */
const longestOverwritten = 2_000;
/** The furthest column that a sequence moves to beyond the end of a line. */
const furthestColumn = 1_000;
/** Changes of look that a line and a text may have; what comes after is plain. */
const most = { lineRuns: 200, runs: 5_000 } as const;
/** Control strings (titles, links) longer than this are not taken for one. */
const longestControl = 4_096;

const escape = 0x1b;

/** The lines that a text leaves on a terminal, without an empty last one. */
export function readTerminal(text: string): readonly (readonly Run[])[] {
  const screen = new Screen();
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code === escape) at = readSequence(text, at, screen);
    else if (isControl(code)) {
      screen.control(code);
      at += 1;
    } else {
      let end = at + 1;
      while (end < text.length && !isControl(text.charCodeAt(end))) end += 1;
      screen.write(text.slice(at, end));
      at = end;
    }
  }
  return screen.finish();
}

/** Lines as one text's runs, as few as possible. */
export function joinLines(lines: readonly (readonly Run[])[]): readonly Run[] {
  const runs: Run[] = [];
  const add = (text: string, look: Look) => {
    const last = runs.at(-1);
    const shown = runs.length < most.runs ? look : plainLook;
    if (last?.look === shown) runs[runs.length - 1] = { text: last.text + text, look: shown };
    else runs.push({ text, look: shown });
  };
  for (const [index, line] of lines.entries()) {
    if (index > 0) add("\n", plainLook);
    for (const { text, look } of line) add(text, look);
  }
  return runs;
}

/** What a text leaves on a terminal, without looks. */
export function plainTerminal(text: string): string {
  return readTerminal(text)
    .map((line) => line.map((run) => run.text).join(""))
    .join("\n");
}

/** The end of a text that was cut to a length in the middle of a line, or of a sequence: without that line. */
export function wholeLines(text: string, cutLength: number): string {
  if (text.length < cutLength) return text;
  const start = text.search(/[\r\n]/);
  return start === -1 ? text : text.slice(start + 1);
}

// Tabs are text; C1 controls are controls, whatever they would begin.
function isControl(code: number): boolean {
  return (code < 0x20 && code !== 0x09) || (code >= 0x7f && code < 0xa0);
}

function readSequence(text: string, start: number, screen: Screen): number {
  const kind = text[start + 1] ?? "";
  if (kind === "[") return readControl(text, start + 2, screen);
  if ("]PX^_".includes(kind) && kind !== "") return skipString(text, start + 2);
  let at = start + 1;
  while (isBetween(text.charCodeAt(at), 0x20, 0x2f)) at += 1;
  return isBetween(text.charCodeAt(at), 0x30, 0x7e) ? at + 1 : at;
}

function readControl(text: string, start: number, screen: Screen): number {
  let at = start;
  while (isBetween(text.charCodeAt(at), 0x30, 0x3f)) at += 1;
  const parameters = text.slice(start, at);
  while (isBetween(text.charCodeAt(at), 0x20, 0x2f)) at += 1;
  if (!isBetween(text.charCodeAt(at), 0x40, 0x7e)) return at;
  screen.command(text[at] ?? "", parameters);
  return at + 1;
}

// One that does not end would hide everything after it: it then is left out alone.
function skipString(text: string, start: number): number {
  const limit = Math.min(text.length, start + longestControl);
  for (let at = start; at < limit; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x07) return at + 1;
    if (code === escape) return text[at + 1] === "\\" ? at + 2 : at;
    if (code === 0x0a) return start;
  }
  return limit === text.length ? limit : start;
}

function isBetween(code: number, low: number, high: number): boolean {
  return code >= low && code <= high;
}

class Screen {
  readonly #lines: TerminalLine[] = [new TerminalLine()];
  readonly #looks = new Map<string, Look>([["{}", plainLook]]);
  readonly #changes = new Map<Look, Map<string, Look>>();
  #row = 0;
  #column = 0;
  #look = plainLook;

  write(text: string): void {
    this.#line.put(this.#column, text, this.#look);
    this.#column += text.length;
  }

  control(code: number): void {
    if (code === 0x0a) this.#toRow(this.#row + 1, true);
    else if (code === 0x08) this.#column = Math.max(0, this.#column - 1);
    else if (code === 0x0d && this.#line.length > longestOverwritten) this.#toRow(this.#row + 1, true);
    else if (code === 0x0d) this.#column = 0;
  }

  command(name: string, parameters: string): void {
    const count = Math.min(furthestColumn, Math.max(1, Number.parseInt(parameters, 10) || 1));
    if (name === "m") this.#changeLook(parameters);
    else if (name === "K") this.#line.erase(this.#column, parameters);
    else if (name === "J" && parameters !== "1") this.#eraseBelow();
    else if (name === "A" || name === "F") this.#toRow(Math.max(0, this.#row - count), name === "F");
    else if (name === "B" || name === "E")
      this.#toRow(Math.min(this.#lines.length - 1, this.#row + count), name === "E");
    else if (name === "C") this.#column = Math.min(furthestColumn, this.#column + count);
    else if (name === "D") this.#column = Math.max(0, this.#column - count);
    else if (name === "G") this.#column = count - 1;
  }

  finish(): readonly (readonly Run[])[] {
    const lines = this.#lines.map((line) => line.runs);
    return lines.at(-1)?.length === 0 ? lines.slice(0, -1) : lines;
  }

  get #line(): TerminalLine {
    const line = (this.#lines[this.#row] ??= new TerminalLine());
    return line;
  }

  #toRow(row: number, isAtStart: boolean): void {
    this.#row = row;
    if (isAtStart) this.#column = 0;
    this.#lines[row] ??= new TerminalLine();
  }

  // Clearing the screen clears what stands below only: what was read stays readable.
  #eraseBelow(): void {
    this.#line.erase(this.#column, "");
    this.#lines.length = this.#row + 1;
  }

  // The same few changes come again and again.
  #changeLook(parameters: string): void {
    const changes = this.#changes.get(this.#look) ?? new Map<string, Look>();
    this.#changes.set(this.#look, changes);
    const changed = changes.get(parameters) ?? this.#intern(changeLook(this.#look, parameters));
    changes.set(parameters, changed);
    this.#look = changed;
  }

  #intern(look: Look): Look {
    const key = JSON.stringify(look);
    const known = this.#looks.get(key) ?? look;
    this.#looks.set(key, known);
    return known;
  }
}

class TerminalLine {
  runs: Run[] = [];
  length = 0;

  put(column: number, text: string, look: Look): void {
    if (column > this.length) this.#append(" ".repeat(column - this.length), plainLook);
    if (column === this.length) return this.#append(text, look);
    const { runs } = this;
    const { length } = this;
    this.#clear();
    for (const run of cut(runs, 0, column)) this.#append(run.text, run.look);
    this.#append(text, look);
    for (const run of cut(runs, column + text.length, length)) this.#append(run.text, run.look);
  }

  /** Erases to the end, for "1" from the start, for "2" all. */
  erase(column: number, part: string): void {
    const { runs, length } = this;
    if (part === "1") return this.put(0, " ".repeat(Math.min(column + 1, length)), plainLook);
    this.#clear();
    if (part !== "2") for (const run of cut(runs, 0, column)) this.#append(run.text, run.look);
  }

  #clear(): void {
    this.runs = [];
    this.length = 0;
  }

  #append(text: string, look: Look): void {
    if (text === "") return;
    const last = this.runs.at(-1);
    const shown = this.runs.length < most.lineRuns ? look : (last?.look ?? look);
    if (last?.look === shown) this.runs[this.runs.length - 1] = { text: last.text + text, look: shown };
    else this.runs.push({ text, look: shown });
    this.length += text.length;
  }
}

function cut(runs: readonly Run[], from: number, to: number): readonly Run[] {
  const parts: Run[] = [];
  let at = 0;
  for (const { text, look } of runs) {
    const part = text.slice(Math.max(0, from - at), Math.max(0, to - at));
    if (part !== "") parts.push({ text: part, look });
    at += text.length;
  }
  return parts;
}

type Change = Partial<{ [K in keyof Look]: Look[K] | undefined }>;

const simple: Readonly<Record<number, Change>> = {
  1: { isBold: true },
  2: { isDim: true },
  3: { isItalic: true },
  4: { isUnderlined: true },
  7: { isInverse: true },
  9: { isStruck: true },
  21: { isUnderlined: true },
  22: { isBold: undefined, isDim: undefined },
  23: { isItalic: undefined },
  24: { isUnderlined: undefined },
  27: { isInverse: undefined },
  29: { isStruck: undefined },
  39: { colour: undefined },
  49: { background: undefined },
};

// Parameters are separated by semicolons; a colon separates parts of one ("4:3", "38:5:208").
function changeLook(look: Look, parameters: string): Look {
  if (!/^[\d;:]*$/.test(parameters)) return look;
  const codes = parameters.split(";").map((code) => code.split(":").map((part) => Number(part || 0)));
  let changed: Change = look;
  for (let index = 0; index < codes.length; index += 1) {
    const [code = 0, ...parts] = codes[index] ?? [];
    if (code === 38 || code === 48) {
      const isWhole = parts.length > 0;
      const given = isWhole ? parts : codes.slice(index + 1, index + 5).map(([part = 0]) => part);
      if (!isWhole) index += given[0] === 5 ? 2 : given[0] === 2 ? 4 : 0;
      changed = { ...changed, [code === 38 ? "colour" : "background"]: namedColour(given) };
    } else changed = code === 0 ? {} : { ...changed, ...changeOf(code, parts) };
  }
  return withoutAbsent(changed);
}

function changeOf(code: number, parts: readonly number[]): Change | undefined {
  if (code === 4 && parts[0] === 0) return simple[24];
  if (isBetween(code, 30, 37)) return { colour: code - 30 };
  if (isBetween(code, 40, 47)) return { background: code - 40 };
  if (isBetween(code, 90, 97)) return { colour: code - 82 };
  if (isBetween(code, 100, 107)) return { background: code - 92 };
  return simple[code];
}

// "5, n": one of 256; "2, red, green, blue", which may have a colour space before: any. The nearest of the sixteen stands for it.
function namedColour([kind, ...rest]: readonly number[]): number | undefined {
  if (kind === 2) return nearestColour(rest.slice(-3));
  const [n = -1] = rest;
  if (kind !== 5 || n < 0 || n > 255) return undefined;
  if (n < 16) return n;
  if (n >= 232) return nearestColour(Array.from({ length: 3 }, () => 8 + (n - 232) * 10));
  const level = (value: number) => (value === 0 ? 0 : 55 + value * 40);
  return nearestColour([Math.floor((n - 16) / 36), Math.floor((n - 16) / 6) % 6, (n - 16) % 6].map(level));
}

function nearestColour(parts: readonly number[]): number {
  const value = Math.round(Math.max(0, ...parts) / 127.5);
  if (value === 0) return 0;
  const [red, green, blue] = parts.map((part) => Math.round(part / 255));
  const hue = (red ?? 0) | ((green ?? 0) << 1) | ((blue ?? 0) << 2);
  return value === 2 ? hue + 8 : hue;
}

function withoutAbsent(change: Change): Look {
  return Object.fromEntries(
    Object.entries(change)
      .filter(([, value]) => value !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ) as Look;
}
