/** Finding lines of the permission log. */
import type { PermissionEntry } from "#protocol/permissions.ts";

/** The entries that hold all words of a text (any case) in what is shown of them, in their order. */
export function findEntries(entries: readonly PermissionEntry[], text: string): readonly PermissionEntry[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return entries;
  return entries.filter((entry) => {
    const { agent, operation, target, verdict, by, answer, rule, reason, word } = entry;
    const shown = [agent, operation, target, verdict, by, answer, rule, reason, word].join(" ").toLowerCase();
    return words.every((wanted) => shown.includes(wanted));
  });
}
