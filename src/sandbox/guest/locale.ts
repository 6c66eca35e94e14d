/** What would depend on the machine's language, in the ways of en-US, the same on every engine. */
import { localeDate } from "./date-text.ts";
import { defineGlobal, defineProperty, replaceMethod } from "./natives.ts";

type Options = Readonly<Record<string, unknown>>;

const marks = /[\u0300-\u036f]/g;

/** Where kinds of characters stand in the order: spaces and signs, digits, letters. */
function kindOf(character: string): number {
  if (/[\p{L}]/u.test(character)) return 3;
  if (/[\p{N}]/u.test(character)) return 2;
  return /\s/u.test(character) ? 0 : 1;
}

function compareBase(a: readonly string[], b: readonly string[], isNumeric: boolean): number {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const [one = "", other = ""] = [a[i], b[j]];
    if (isNumeric && /\d/.test(one) && /\d/.test(other)) {
      const [left, right] = [numberAt(a, i), numberAt(b, j)];
      if (left.value !== right.value) return left.value < right.value ? -1 : 1;
      i = left.end;
      j = right.end;
      continue;
    }
    if (one !== other) {
      const [left, right] = [kindOf(one), kindOf(other)];
      if (left !== right) return left - right;
      return one < other ? -1 : 1;
    }
    i += 1;
    j += 1;
  }
  return a.length - i - (b.length - j);
}

function numberAt(characters: readonly string[], start: number): { value: bigint; end: number } {
  let end = start;
  while (end < characters.length && /\d/.test(characters[end] ?? "")) end += 1;
  return { value: BigInt(characters.slice(start, end).join("")), end };
}

/** The order of two texts: letters before their case and accents, lower case first. */
function compareTexts(first: string, second: string, options: Options = {}): number {
  const [a, b] = [first.normalize("NFD"), second.normalize("NFD")];
  const plain = (text: string): string[] => Array.from(text.replace(marks, "").toLowerCase());
  const base = compareBase(plain(a), plain(b), options["numeric"] === true);
  if (base !== 0) return Math.sign(base);
  const sensitivity = options["sensitivity"] ?? "variant";
  if (sensitivity === "base") return 0;
  if (sensitivity !== "case") {
    const accents = (text: string): string => text.toLowerCase();
    if (accents(a) !== accents(b)) return accents(a) < accents(b) ? -1 : 1;
    if (sensitivity === "accent") return 0;
  }
  const bare = (text: string): string => (sensitivity === "case" ? text.replace(marks, "") : text);
  if (bare(a) === bare(b)) return 0;
  // Lower case comes first, though its codes are higher.
  return bare(a) > bare(b) ? -1 : 1;
}

function group(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

function digitsOf(options: Options, isPercent: boolean, isMoney: boolean): readonly [number, number] {
  const [least, most] = isMoney ? [2, 2] : isPercent ? [0, 0] : [0, 3];
  const minimum = options["minimumFractionDigits"];
  const maximum = options["maximumFractionDigits"];
  const low =
    typeof minimum === "number" ? minimum : Math.min(least, typeof maximum === "number" ? maximum : least);
  const high = typeof maximum === "number" ? maximum : Math.max(most, low);
  if (low < 0 || high > 20 || low > high) throw new RangeError("The fraction digits are out of range.");
  return [low, high];
}

/** A number as en-US writes it: 1,234.568; with `style` "percent" or "currency" (USD). */
function formatNumber(value: number | bigint, options: Options = {}): string {
  const isPercent = options["style"] === "percent";
  const isMoney = options["style"] === "currency";
  if (typeof value === "bigint")
    return `${value < 0n ? "-" : ""}${group(String(value < 0n ? -value : value))}`;
  if (Number.isNaN(value)) return "NaN";
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const currency = isMoney ? (options["currency"] === "USD" ? "$" : `${String(options["currency"])} `) : "";
  const end = isPercent ? "%" : "";
  const size = Math.abs(value) * (isPercent ? 100 : 1);
  if (!Number.isFinite(size)) return `${sign}${currency}∞${end}`;
  const [low, high] = digitsOf(options, isPercent, isMoney);
  const fixed = size >= 1e21 ? BigInt(size).toString() : size.toFixed(high);
  const [whole = "", part = ""] = fixed.split(".");
  let fraction = part;
  while (fraction.length > low && fraction.endsWith("0")) fraction = fraction.slice(0, -1);
  const grouped = options["useGrouping"] === false ? whole : group(whole);
  return `${sign}${currency}${grouped}${fraction === "" ? "" : `.${fraction}`}${end}`;
}

function makeIntl(): object {
  class NumberFormat {
    readonly #options: Options;
    constructor(_locale?: unknown, options: Options = {}) {
      this.#options = options;
    }
    format = (value: number | bigint): string => formatNumber(value, this.#options);
    resolvedOptions(): object {
      return { locale: "en-US", ...this.#options };
    }
  }
  class DateTimeFormat {
    readonly #options: Options;
    constructor(_locale?: unknown, options: Options = {}) {
      this.#options = options;
    }
    format = (value: Date | number): string => localeDate(new Date(value), this.#options, "date");
    resolvedOptions(): object {
      return { locale: "en-US", timeZone: "UTC", ...this.#options };
    }
  }
  class Collator {
    readonly #options: Options;
    constructor(_locale?: unknown, options: Options = {}) {
      this.#options = options;
    }
    compare = (a: string, b: string): number => compareTexts(String(a), String(b), this.#options);
    resolvedOptions(): object {
      return { locale: "en-US", ...this.#options };
    }
  }
  const intl = {};
  for (const one of [NumberFormat, DateTimeFormat, Collator])
    defineProperty(intl, one.name, { value: one, writable: true, configurable: true });
  return intl;
}

/** Puts one implementation in place of what engines do differently. */
export function replaceLocale(): void {
  const options = (given: unknown): Options => (given ?? {}) as Options;
  replaceMethod(String.prototype, "localeCompare", function (
    this: string,
    other: unknown,
    _locale?: unknown,
    given?: unknown,
  ) {
    return compareTexts(String(this), String(other), options(given));
  } as never);
  replaceMethod(String.prototype, "toLocaleUpperCase", function (this: string) {
    return String(this).toUpperCase();
  } as never);
  replaceMethod(String.prototype, "toLocaleLowerCase", function (this: string) {
    return String(this).toLowerCase();
  } as never);
  replaceMethod(Number.prototype, "toLocaleString", function (
    this: number,
    _locale?: unknown,
    given?: unknown,
  ) {
    return formatNumber(Number(this), options(given));
  } as never);
  replaceMethod(BigInt.prototype, "toLocaleString", function (
    this: bigint,
    _locale?: unknown,
    given?: unknown,
  ) {
    return formatNumber(BigInt(this), options(given));
  } as never);
  defineGlobal("Intl", makeIntl());
}
