/** How alike two short texts are. */

/** The share of `wanted`'s letter pairs that `text` has, 0 to 1; case counts a little. */
export function similarity(wanted: string, text: string): number {
  if (wanted === text) return 1;
  const have = pairs(text.toLowerCase());
  const want = pairs(wanted.toLowerCase());
  let shared = 0;
  let total = 0;
  for (const [pair, count] of want) {
    total += count;
    shared += Math.min(count, have.get(pair) ?? 0);
  }
  return total === 0 ? 0 : (shared / total) * 0.99;
}

/** The names most like a wanted one, best first, at most `limit`. */
export function nearNames(wanted: string, names: readonly string[], limit: number): readonly string[] {
  return names
    .map((name) => ({ name, score: Math.min(similarity(wanted, name), similarity(name, wanted)) }))
    .filter((entry) => entry.score >= 0.5)
    .toSorted((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map((entry) => entry.name);
}

function pairs(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let index = 0; index + 1 < text.length; index++) {
    const pair = text.slice(index, index + 2);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}
