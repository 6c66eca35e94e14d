/** Moments and days as the list of sessions words them, in the reader's time zone. */

const dayMs = 24 * 60 * 60 * 1000;
const minuteMs = 60_000;

const styles = {
  time: { hour: "2-digit", minute: "2-digit" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  minuteOfDay: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" },
  weekday: { weekday: "long" },
  day: { day: "numeric", month: "long" },
  dayOfYear: { day: "numeric", month: "long", year: "numeric" },
  moment: { dateStyle: "full", timeStyle: "short" },
} as const satisfies Readonly<Record<string, Intl.DateTimeFormatOptions>>;

// Making a format takes a hundred times as long as using it. There are few: as many as styles, and one locale.
const formats = new Map<string, Intl.DateTimeFormat>();

function format(at: number, style: keyof typeof styles, locale: string | undefined): string {
  const key = `${style} ${locale ?? ""}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, styles[style]);
  formats.set(key, known);
  return known.format(at);
}

/** The day that a moment is in: "Today", "Yesterday", "Monday", "12 March", "12 March 2024". */
export function formatDay(at: number, now: number, locale?: string): string {
  const days = daysBetween(at, now);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  if (days < 7) return format(at, "weekday", locale);
  const isThisYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return format(at, isThisYear ? "day" : "dayOfYear", locale);
}

/** A moment as its age or its time of day; with its day unless a heading says it: "5 min ago", "14:02", "12 March, 14:02". */
export function formatAge(at: number, now: number, heading: string, locale?: string): string {
  const age = Math.max(0, now - at);
  if (age < minuteMs) return "now";
  if (age < 60 * minuteMs) return `${Math.floor(age / minuteMs)} min ago`;
  const time = format(at, "time", locale);
  const day = formatDay(at, now, locale);
  if (day === "Today") return `${Math.floor(age / (60 * minuteMs))} h ago`;
  return day === heading ? time : `${day}, ${time}`;
}

/** A moment as a log tells it: "14:02:07" today, "12 Mar, 14:02" before. */
export function formatTime(at: number, now: number, locale?: string): string {
  return format(at, daysBetween(at, now) <= 0 ? "second" : "minuteOfDay", locale);
}

/** A moment in full, for tooltips. */
export function formatMoment(at: number, locale?: string): string {
  return format(at, "moment", locale);
}

/** Which days are looked at; the days of a range are "2025-11-20", an empty one leaves that end open. */
export type Period =
  | { readonly kind: "any" | "today" | "week" | "month" }
  | { readonly kind: "range"; readonly from: string; readonly to: string };

/** The moments of a period, both ends included; an open end is absent. */
export function periodOf(period: Period, now: number): { readonly from?: number; readonly to?: number } {
  const today = new Date(now).setHours(0, 0, 0, 0);
  switch (period.kind) {
    case "any":
      return {};
    case "today":
      return { from: today };
    case "week":
      return { from: startOfDay(today, 6) };
    case "month":
      return { from: startOfDay(today, 29) };
    case "range": {
      const from = Date.parse(`${period.from}T00:00:00`);
      const to = Date.parse(`${period.to}T23:59:59.999`);
      return { ...(!Number.isNaN(from) && { from }), ...(!Number.isNaN(to) && { to }) };
    }
  }
}

// Days are counted by the calendar: one in which clocks change is not 24 hours long.
function startOfDay(today: number, daysBefore: number): number {
  const date = new Date(today);
  return date.setDate(date.getDate() - daysBefore);
}

function daysBetween(at: number, now: number): number {
  return Math.round((new Date(now).setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / dayMs);
}
