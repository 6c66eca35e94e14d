/** The question that is being read, and its place among those that wait. */
export interface LookedAt {
  readonly id: string;
  readonly index: number;
}

/** Which question is read now: the same one as long as it waits, then the one that takes its place; undefined where none waits. */
export function lookAt(
  questions: readonly { readonly id: string }[],
  earlier: LookedAt | undefined,
): LookedAt | undefined {
  const known = questions.findIndex(({ id }) => id === earlier?.id);
  const index = known === -1 ? Math.min(earlier?.index ?? 0, questions.length - 1) : known;
  const question = questions[index];
  return question && { id: question.id, index };
}

/** The question so many places further on, around the ends. */
export function lookFurther(
  questions: readonly { readonly id: string }[],
  { index }: LookedAt,
  step: number,
): LookedAt | undefined {
  const { length } = questions;
  return lookAt(questions, { id: "", index: (index + step + length) % length });
}
