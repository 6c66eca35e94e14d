const longestWaitMs = 600_000;

/** How long a Retry-After header asks to wait, in milliseconds: seconds or an HTTP date (RFC 9110, 10.2.3), at most ten minutes; undefined where it says nothing. */
export function retryAfterMs(header: string | null | undefined, now: number): number | undefined {
  const value = header?.trim() ?? "";
  if (value === "") return undefined;
  const wait = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(wait) ? Math.min(Math.max(0, wait), longestWaitMs) : undefined;
}
