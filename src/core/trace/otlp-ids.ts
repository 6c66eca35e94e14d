/** Ids and times as OTLP has them, made of ours in a way that anybody can repeat. */

const traceIdBytes = 16;
const spanIdBytes = 8;
const mostKnown = 4_096;
const encoder = new TextEncoder();

/** Trace id (32 hex digits) and span ids (16): the first bytes of the sha-256 of "SESSION", and of "SESSION\nSPAN". */
export class OtlpIds {
  readonly #known = new Map<string, Promise<string>>();

  /** The trace id of a session. */
  trace(session: string): Promise<string> {
    return this.#of(session, traceIdBytes);
  }

  /** The id of a span; that of the session's own, the root, goes by an empty name. */
  span(session: string, span: string): Promise<string> {
    return this.#of(`${session}\n${span}`, spanIdBytes);
  }

  // A parent is asked for by each of its children; what is asked for no more makes room.
  #of(text: string, length: number): Promise<string> {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= mostKnown && oldest !== undefined) this.#known.delete(oldest);
    const made = digest(text, length);
    this.#known.set(text, made);
    return made;
  }
}

/** Epoch milliseconds as a decimal string of nanoseconds, without the error of a product beyond 2^53; times before 1970 become 0. */
export function unixNano(epochMs: number): string {
  if (!Number.isFinite(epochMs) || epochMs <= 0) return "0";
  const whole = Math.floor(epochMs);
  const nanos = Math.round((epochMs - whole) * 1_000_000);
  return (BigInt(whole) * 1_000_000n + BigInt(nanos)).toString();
}

async function digest(text: string, length: number): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", encoder.encode(text)), 0, length);
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
