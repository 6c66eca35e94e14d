/** Keeps secrets that BooCode holds out of everything that is written or sent. */

/** What stands where a secret stood; fixed, so that it never breaks a cached prefix. */
export const secretMarker = "[secret removed by BooCode]";

/** Knows the secrets in use and replaces them. Shorter ones than 8 characters are left: they would match ordinary text. */
export class Redactor {
  readonly #secrets = new Set<string>();

  /** Remembers a secret for this window's life. */
  hold(secret: string): void {
    if (secret.length < 8) return;
    this.#secrets.add(secret);
    this.#secrets.add(JSON.stringify(secret).slice(1, -1));
  }

  /** The secrets that are held, also as they stand in JSON. */
  get secrets(): readonly string[] {
    return [...this.#secrets];
  }

  /** True where a text holds a secret. */
  finds(text: string): boolean {
    for (const secret of this.#secrets) if (text.includes(secret)) return true;
    return false;
  }

  /** The text with each secret replaced; the same string where there is none. */
  text(text: string): string {
    let clean = text;
    for (const secret of this.#secrets)
      if (clean.includes(secret)) clean = clean.replaceAll(secret, secretMarker);
    return clean;
  }

  /** A plain value with each secret replaced; the same object where there is none. */
  value<T>(value: T): T {
    if (this.#secrets.size === 0) return value;
    const json = JSON.stringify(value);
    return this.finds(json) ? (JSON.parse(this.text(json)) as T) : value;
  }
}
