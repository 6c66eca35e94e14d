import type { Question } from "#protocol/session.ts";
import type { Settled } from "../settled.ts";

/** A question as its card draws it. */
export interface CardProps {
  readonly question: Question;
  readonly isClosed: boolean;
  readonly settled: Settled;
  readonly onAnswer: (value: string, word?: string) => void;
}
