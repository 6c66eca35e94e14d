/** Where a hundred thousand spans stand: a typed array for each of their fields, so that a span costs bytes and no objects. */

/** Epoch milliseconds, tokens and dollars; NaN where there is none. */
const doubles = [
  "startedAt",
  "endedAt",
  "promptTokens",
  "cacheHitTokens",
  "cacheMissTokens",
  "outputTokens",
  "reasoningTokens",
  "costUsd",
  "reusableTokens",
  "missedTokens",
  "savedUsd",
  "lostUsd",
] as const;

/** Milliseconds; NaN where there is none. */
const floats = ["queuedMs", "waitingForUserMs", "firstTokenMs", "generatingMs", "toolMs"] as const;

/** Places of other spans, -1 for none, and numbers of texts. */
const numbers = [
  "parent",
  "firstChild",
  "lastChild",
  "next",
  "previous",
  "turn",
  "agent",
  "origin",
  "name",
  "title",
  "provider",
  "model",
  "errorCode",
  "errorMessage",
  "revision",
] as const;

const shorts = ["attempt", "retries"] as const;

/** Places in lists of words, and flags. */
const bytes = ["kind", "outcome", "cause", "reason", "flags"] as const;

/** The fields that hold numbers. */
export type DoubleColumn = (typeof doubles)[number];
/** The fields that hold parts of a span's time. */
export type FloatColumn = (typeof floats)[number];
type NumberColumn = (typeof numbers)[number];
type ShortColumn = (typeof shorts)[number];
type ByteColumn = (typeof bytes)[number];

/** All fields; what is beyond the last span is without meaning. */
export type Columns = Readonly<
  Record<DoubleColumn, Float64Array> &
    Record<FloatColumn, Float32Array> &
    Record<NumberColumn, Int32Array> &
    Record<ShortColumn, Uint16Array> &
    Record<ByteColumn, Uint8Array>
>;

/** Columns with room for so many spans, with what there was in them before. */
export function makeColumns(capacity: number, before?: Columns): Columns {
  const made: Record<string, Float64Array | Float32Array | Int32Array | Uint16Array | Uint8Array> = {};
  for (const name of doubles) made[name] = copied(new Float64Array(capacity), before?.[name]);
  for (const name of floats) made[name] = copied(new Float32Array(capacity), before?.[name]);
  for (const name of numbers) made[name] = copied(new Int32Array(capacity), before?.[name]);
  for (const name of shorts) made[name] = copied(new Uint16Array(capacity), before?.[name]);
  for (const name of bytes) made[name] = copied(new Uint8Array(capacity), before?.[name]);
  return made as unknown as Columns;
}

function copied<A extends { set(values: A): void }>(made: A, before: A | undefined): A {
  if (before !== undefined) made.set(before);
  return made;
}
