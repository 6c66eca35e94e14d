/** Which of some words was meant by one that is none of them. */

/** The word that a misspelt one is nearest to; undefined where none is near, or two are as near. */
export function nearestWord(misspelt: string, words: Iterable<string>): string | undefined {
  const plain = plainOf(misspelt);
  // Short words are near to too many others.
  if (plain.length < 3) return undefined;
  let nearest: string | undefined;
  let least = plain.length < 6 ? 1.5 : 2.5;
  for (const word of words) {
    if (word.length < 3 || (plain.length < 5 && plain[0] !== word[0])) continue;
    const distance = distanceBetween(plain, plainOf(word));
    if (distance === least) nearest = undefined;
    if (distance >= least) continue;
    nearest = word;
    least = distance;
  }
  return nearest;
}

function plainOf(word: string): string {
  return word.replaceAll(/[_-]/g, "").toLowerCase();
}

/** Letters to add, take away, change or swap with the next one. */
function distanceBetween(a: string, b: string): number {
  let [older, old]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const isSame = a[i - 1] === b[j - 1];
      const changed = (old[j - 1] ?? 0) + (isSame ? 0 : 1);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwap ? (older[j - 2] ?? 0) + 1 : changed;
      row.push(Math.min((old[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, changed, swapped));
    }
    [older, old] = [old, row];
  }
  return old[b.length] ?? 0;
}
