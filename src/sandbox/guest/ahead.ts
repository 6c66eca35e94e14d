/** Answers that the host gave before they were asked for, by path and mark. */
import { markOf } from "#protocol/call-mark.ts";
import type { AheadAnswer } from "#protocol/guest.ts";
import { create } from "./natives.ts";

let lists = create(null) as Record<string, AheadAnswer[] | undefined>;
let left = 0;

/** Takes them in. */
export function giveAhead(answers: readonly AheadAnswer[]): void {
  lists = create(null) as typeof lists;
  left = answers.length;
  for (let at = 0; at < answers.length; at++) {
    const answer = answers[at] as AheadAnswer;
    const name = `${answer.mark} ${answer.path}`;
    const list = (lists[name] ??= []);
    list[list.length] = answer;
  }
}

/** The next answer to a call of this path and these arguments (JSON), if there is one. */
export function takeAhead(path: string, args: () => string): AheadAnswer | undefined {
  if (left === 0) return undefined;
  const list = lists[`${markOf(args())} ${path}`];
  const answer = list?.[0];
  if (list === undefined || answer === undefined) return undefined;
  for (let at = 1; at < list.length; at++) list[at - 1] = list[at] as AheadAnswer;
  list.length -= 1;
  left -= 1;
  return answer;
}
