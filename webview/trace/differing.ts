/** Two texts cut at what differs. */
export interface Differing {
  readonly head: string;
  readonly before: string;
  readonly after: string;
  /** What follows in each: the same text. */
  readonly tail: string;
}

/** Cuts two texts into what they begin with alike, what differs, and what they end with alike. */
export function cutAtDifference(before: string, after: string): Differing {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  return {
    head: before.slice(0, head),
    before: before.slice(head, before.length - tail),
    after: after.slice(head, after.length - tail),
    tail: before.slice(before.length - tail),
  };
}
