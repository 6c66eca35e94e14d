/** How figures read: numbers with units, the same everywhere. */

/** A duration: "12 ms", "3.2 s", "2 min 5 s", "1 h 4 min". */
export function formatDuration(ms: number): string {
  if (ms < 999.5) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`;
}

/** A running time in whole seconds: "4 s", "2 min 5 s"; for clocks that tick. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * 1000);
}

/** A number in at most four characters: "812", "48.3k", "128k", "1.2M"; never rounded up to the next unit. */
export function formatShort(count: number): string {
  if (count < 1000) return String(Math.round(count));
  const [value, unit] = count < 999_950 ? [count / 1000, "k"] : [count / 1_000_000, "M"];
  const text = value < 99.95 ? value.toFixed(1) : value.toFixed(0);
  return `${text.replace(/\.0$/, "")}${unit}`;
}

/** Tokens: "812 tokens", "48.3k tokens". */
export function formatTokens(count: number): string {
  return `${formatShort(count)} ${count === 1 ? "token" : "tokens"}`;
}

/** Bytes in binary units: "812 bytes", "3.2 KB", "5.0 MB". */
export function formatBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  const isSmall = bytes < 1024 * 1023.95;
  return isSmall ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

/** US dollars with the digits that matter: "$0", "$0.000031", "$0.0042", "$0.128", "$3.20". */
export function formatMoney(usd: number): string {
  if (usd <= 0) return "$0";
  if (usd >= 0.9995) return `$${usd.toFixed(2)}`;
  if (usd >= 0.00995) return `$${usd.toFixed(3)}`;
  if (usd >= 0.0000995) return `$${usd.toFixed(4)}`;
  return `$${usd.toFixed(6)}`;
}

/** A share as a percentage that is never rounded up to 100 or down to 0: "92%", "99.9%", "<1%". */
export function formatShare(share: number): string {
  if (share >= 1) return "100%";
  if (share <= 0) return "0%";
  const percent = share * 100;
  if (percent < 1) return "<1%";
  return percent > 99 ? `${(Math.floor(percent * 10) / 10).toFixed(1)}%` : `${Math.floor(percent)}%`;
}

/** A count with its noun: "1 file", "6 files". */
export function formatCount(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}

const dayMs = 24 * 60 * 60 * 1000;

/** A moment relative to now: "14:02" today, "Yesterday", "12 Mar", "12 Mar 2024"; in the reader's time zone. */
export function formatWhen(at: number, now: number, locale?: string): string {
  const date = new Date(at);
  const today = new Date(now).setHours(0, 0, 0, 0);
  if (at >= today) return date.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit" });
  if (at >= today - dayMs) return "Yesterday";
  const isThisYear = date.getFullYear() === new Date(now).getFullYear();
  return date.toLocaleDateString(locale, {
    day: "numeric",
    month: "short",
    ...(isThisYear ? {} : { year: "numeric" }),
  });
}
