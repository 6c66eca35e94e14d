/** Texts that occur again and again, each kept once under a number; 0 stands for no text. */
export class Strings {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [""];

  /** The number of a text. */
  numberOf(text: string | undefined): number {
    if (text === undefined) return 0;
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#texts.push(text) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  /** The text of a number; undefined for 0. */
  textOf(number: number): string | undefined {
    return number === 0 ? undefined : this.#texts[number];
  }

  /** How many texts there are, the absent one included. */
  get size(): number {
    return this.#texts.length;
  }
}
