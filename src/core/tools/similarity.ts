/** How alike two short texts are. */

/** Makes a measure of how much of `wanted`'s letter pairs a text has, 0 to 1; case counts a little. */
export function likeness(wanted: string): (text: string) => number {
  const pairs = countPairs(wanted.toLowerCase());
  const total = Math.max(1, wanted.length - 1);
  return (text) => {
    if (text === wanted) return 1;
    const left = new Map(pairs);
    const lower = text.toLowerCase();
    let shared = 0;
    for (let index = 0; index + 1 < lower.length; index++) {
      const pair = pairAt(lower, index);
      const count = left.get(pair) ?? 0;
      if (count === 0) continue;
      left.set(pair, count - 1);
      shared++;
    }
    return (shared / total) * 0.99;
  };
}

/** The names most like a wanted one, best first, at most `limit`. */
export function nearNames(wanted: string, names: readonly string[], limit: number): readonly string[] {
  const measure = likeness(wanted);
  return names
    .map((name) => ({ name, score: Math.min(measure(name), likeness(name)(wanted)) }))
    .filter((entry) => entry.score >= 0.5)
    .toSorted((a, b) => b.score - a.score || (a.name < b.name ? -1 : 1))
    .slice(0, limit)
    .map((entry) => entry.name);
}

function countPairs(text: string): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (let index = 0; index + 1 < text.length; index++) {
    const pair = pairAt(text, index);
    counts.set(pair, (counts.get(pair) ?? 0) + 1);
  }
  return counts;
}

function pairAt(text: string, index: number): number {
  return text.charCodeAt(index) * 0x10000 + text.charCodeAt(index + 1);
}
