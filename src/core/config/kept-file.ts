/** What counts of a configuration file whose last change may have broken it. */
import type { PermissionSection, WrittenRule } from "./permission-section.ts";

/** Keeps the last good version of a file, in memory: another window, or this one after a reload, does not have it. */
export class KeptFile {
  #good: readonly WrittenRule[] = [];
  #section: PermissionSection | undefined;

  /** Takes what the file says now; undefined: there is none. */
  take(section: PermissionSection | undefined): void {
    this.#section = section;
    if (section?.error === undefined) this.#good = section?.rules ?? [];
  }

  /** What the file says now, as far as it can be read. */
  get section(): PermissionSection | undefined {
    return this.#section;
  }

  /** The rules of the last good version; where the file has an error, also the denials that it holds now. */
  get rules(): readonly WrittenRule[] {
    const { error, rules = [] } = this.#section ?? {};
    if (error === undefined) return this.#good;
    const denials = rules.filter((rule) => rule.effect === "deny");
    const known = new Set(denials.map((rule) => rule.id));
    return [...denials, ...this.#good.filter((rule) => !known.has(rule.id))];
  }

  /** Drops a rule that was taken back while the file has an error elsewhere. */
  forget(id: string): void {
    this.#good = this.#good.filter((rule) => rule.id !== id);
  }
}
