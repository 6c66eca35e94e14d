/** Dates from texts and as texts, in UTC and in the words of en-US, the same on every engine. */

const months = "January February March April May June July August September October November December".split(
  " ",
);
const days = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

const iso =
  /^([+-]\d{6}|\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s?(Z|[+-]\d\d:?\d\d)?)?$/;

function offsetOf(zone: string | undefined): number {
  const [, sign, hours, minutes] = /^([+-])(\d\d):?(\d\d)$/.exec(zone ?? "") ?? [];
  if (sign === undefined) return 0;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

function utc(
  year: number,
  month: number,
  day: number,
  time: readonly [number, number, number, number],
): number {
  const [hours, minutes, seconds, ms] = time;
  const isPossible =
    month >= 1 && month <= 12 && day >= 1 && day <= 31 && hours <= 24 && minutes < 60 && seconds < 60;
  if (!isPossible || (hours === 24 && (minutes > 0 || seconds > 0 || ms > 0))) return Number.NaN;
  // Date.UTC takes years below 100 for those of the last century.
  const date = new Date(Date.UTC(2000, month - 1, day, hours, minutes, seconds, ms));
  date.setUTCFullYear(year, month - 1, day);
  return date.getTime();
}

/** Epoch ms of a text in ISO's form, or as mails and Americans write dates; NaN for anything else. A date without a zone is in UTC. */
export function parseDate(text: string): number {
  const trimmed = text.trim();
  const match = iso.exec(trimmed);
  if (match === null) return parseLoose(trimmed);
  const [, year = "", month = "1", day = "1", hours = "0", minutes = "0", seconds = "0", part = "", zone] =
    match;
  if (year === "-000000") return Number.NaN;
  const ms = Math.floor(Number(`0.${part || "0"}`) * 1000);
  const time = [Number(hours), Number(minutes), Number(seconds), ms] as const;
  return utc(Number(year), Number(month), Number(day), time) - offsetOf(zone);
}

function monthOf(word: string): number {
  const index = months.findIndex((name) => name.toLowerCase().startsWith(word.toLowerCase().slice(0, 3)));
  return word.length >= 3 && index >= 0 ? index + 1 : Number.NaN;
}

function clockOf(text: string): { readonly time: [number, number, number, number]; readonly rest: string } {
  const match = /(\d{1,2}):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?\s*([ap]m)?/i.exec(text);
  if (match === null) return { time: [0, 0, 0, 0], rest: text };
  const [whole, hours = "0", minutes = "0", seconds = "0", ms = "0", half = ""] = match;
  const hour = half === "" ? Number(hours) : (Number(hours) % 12) + (half.toLowerCase() === "pm" ? 12 : 0);
  return {
    time: [hour, Number(minutes), Number(seconds), Number(ms.padEnd(3, "0"))],
    rest: text.replace(whole, " "),
  };
}

function dayOf(text: string): readonly [number, number, number] | undefined {
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  if (words.length > 1 && days.some((name) => name.toLowerCase().startsWith((words[0] ?? "").toLowerCase())))
    words.shift();
  const rest = words.join(" ");
  const slashed = /^(\d{1,2})[/-](\d{1,2})[/-](\d{4})$/.exec(rest);
  if (slashed !== null) return [Number(slashed[3]), Number(slashed[1]), Number(slashed[2])];
  const yearFirst = /^(\d{4})[/-](\d{1,2})[/-](\d{1,2})$/.exec(rest);
  if (yearFirst !== null) return [Number(yearFirst[1]), Number(yearFirst[2]), Number(yearFirst[3])];
  const named = /^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)? (\d{4})$/i.exec(rest);
  if (named !== null) return [Number(named[3]), monthOf(named[1] ?? ""), Number(named[2])];
  const dayFirst = /^(\d{1,2})[ -]([a-z]{3,9})\.?[ -](\d{4})$/i.exec(rest);
  if (dayFirst !== null) return [Number(dayFirst[3]), monthOf(dayFirst[2] ?? ""), Number(dayFirst[1])];
  const monthOnly = /^([a-z]{3,9}) (\d{4})$/i.exec(rest);
  return monthOnly === null ? undefined : [Number(monthOnly[2]), monthOf(monthOnly[1] ?? ""), 1];
}

function parseLoose(text: string): number {
  const clock = clockOf(text.replace(/\([^)]*\)/g, " "));
  const zone = /(?:\b(?:GMT|UTC)|\s)?([+-]\d\d:?\d\d)\s*$/i.exec(clock.rest);
  const hasClock = clock.rest !== text.replace(/\([^)]*\)/g, " ");
  const isZoned = hasClock && zone !== null;
  const rest = (isZoned ? clock.rest.slice(0, zone.index) : clock.rest).replace(/\b(?:GMT|UTC|Z)\b/gi, " ");
  const day = dayOf(rest.trim());
  if (day === undefined) return Number.NaN;
  return utc(...day, clock.time) - (isZoned ? offsetOf(zone[1]) : 0);
}

const two = (value: number): string => String(value).padStart(2, "0");

function yearText(date: Date): string {
  const year = date.getUTCFullYear();
  return `${year < 0 ? "-" : ""}${String(Math.abs(year)).padStart(year < 0 ? 6 : 4, "0")}`;
}

/** "Fri Jan 02 2026". */
export function dateString(date: Date): string {
  const day = (days[date.getUTCDay()] ?? "").slice(0, 3);
  const month = (months[date.getUTCMonth()] ?? "").slice(0, 3);
  return `${day} ${month} ${two(date.getUTCDate())} ${yearText(date)}`;
}

/** "15:04:05 GMT+0000 (Coordinated Universal Time)". */
export function timeString(date: Date): string {
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(":");
  return `${clock} GMT+0000 (Coordinated Universal Time)`;
}

/** How a date is shown: the options of Intl that are known here. */
export type DateOptions = Readonly<Record<string, unknown>>;

const styles: Readonly<Record<string, DateOptions>> = {
  full: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  long: { year: "numeric", month: "long", day: "numeric" },
  medium: { year: "numeric", month: "short", day: "numeric" },
  short: { year: "2-digit", month: "numeric", day: "numeric" },
};

function partsFrom(options: DateOptions, needed: "date" | "time" | "any"): DateOptions {
  const style = styles[String(options["dateStyle"])] ?? {};
  const time =
    options["timeStyle"] === undefined
      ? {}
      : {
          hour: "numeric",
          minute: "2-digit",
          ...(options["timeStyle"] !== "short" && { second: "2-digit" }),
        };
  const parts = { ...options, ...style, ...time };
  const hasDate = ["weekday", "year", "month", "day"].some((key) => key in parts);
  const hasTime = ["hour", "minute", "second"].some((key) => key in parts);
  if (hasDate || hasTime) return parts;
  const day = { year: "numeric", month: "numeric", day: "numeric" };
  const clock = { hour: "numeric", minute: "2-digit", second: "2-digit" };
  if (needed === "date") return { ...parts, ...day };
  return needed === "time" ? { ...parts, ...clock } : { ...parts, ...day, ...clock };
}

function dayPart(date: Date, parts: DateOptions): string {
  const year = parts["year"] === "2-digit" ? two(date.getUTCFullYear() % 100) : String(date.getUTCFullYear());
  const day = parts["day"] === "2-digit" ? two(date.getUTCDate()) : String(date.getUTCDate());
  const weekdayName = days[date.getUTCDay()] ?? "";
  const weekday = parts["weekday"] === "long" ? weekdayName : weekdayName.slice(0, 3);
  const has = (key: string): boolean => parts[key] !== undefined;
  const head = has("weekday") ? weekday : undefined;
  if (parts["month"] === "long" || parts["month"] === "short") {
    const name = months[date.getUTCMonth()] ?? "";
    const month = parts["month"] === "long" ? name : name.slice(0, 3);
    const monthDay = has("day") ? `${month} ${day}` : month;
    const body = has("year") ? `${monthDay}${has("day") ? "," : ""} ${year}` : monthDay;
    return head === undefined ? body : `${head}, ${body}`;
  }
  const number = date.getUTCMonth() + 1;
  const month = parts["month"] === "2-digit" ? two(number) : String(number);
  const body = [has("month") && month, has("day") && day, has("year") && year].filter((one) => one !== false);
  return [head, body.join("/")].filter((one) => one !== undefined && one !== "").join(", ");
}

function clockPart(date: Date, parts: DateOptions): string {
  if (!["hour", "minute", "second"].some((key) => parts[key] !== undefined)) return "";
  const isTwelve = parts["hour12"] !== false && parts["hourCycle"] !== "h23";
  const hours = date.getUTCHours();
  const shown = isTwelve ? hours % 12 || 12 : hours;
  const texts = [
    parts["hour"] !== undefined && (parts["hour"] === "2-digit" || !isTwelve ? two(shown) : String(shown)),
    parts["minute"] !== undefined && two(date.getUTCMinutes()),
    parts["second"] !== undefined && two(date.getUTCSeconds()),
  ].filter((text) => text !== false);
  return `${texts.join(":")}${isTwelve && parts["hour"] !== undefined ? (hours < 12 ? " AM" : " PM") : ""}`;
}

/** A date as en-US writes it, in UTC; `needed` is what is shown where the options name no part. */
export function localeDate(date: Date, options: unknown, needed: "date" | "time" | "any"): string {
  if (Number.isNaN(date.getTime())) return "Invalid Date";
  const parts = partsFrom((options ?? {}) as DateOptions, needed);
  return [dayPart(date, parts), clockPart(date, parts)].filter((text) => text !== "").join(", ");
}
