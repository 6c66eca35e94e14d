import { useComputed } from "@preact/signals";
import type { RefObject, VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Question } from "#protocol/session.ts";
import { useApp, type App } from "../app.ts";
import { useOwnState } from "../own-state.ts";
import { IconButton } from "../parts/icon-button.tsx";
import { offeredAnswers, wishOf } from "../permissions/words.ts";
import { visibleText } from "../visible-text.ts";
import { useAnswering } from "./answering.ts";
import { useAnswerKeys } from "./answer-keys.ts";
import { lookAt, lookFurther, type LookedAt } from "./looked-at.ts";
import { PermissionQuestion } from "./permission-question.tsx";
import { PlainQuestion } from "./plain-question.tsx";
import { useSettled } from "../settled.ts";

const none: readonly Question[] = [];

/** What waits for the user, one at a time: the one that is read keeps its place, whatever comes meanwhile. */
export function Questions(): VNode | null {
  const app = useApp();
  const questions = useComputed(() => app.session.value?.questions ?? none).value;
  const session = app.sessionId.value;
  return questions.length === 0 ? null : <Waiting key={session} session={session} questions={questions} />;
}

function Waiting({
  session,
  questions,
}: {
  readonly session: string;
  readonly questions: readonly Question[];
}): VNode | null {
  const app = useApp();
  const card = useRef<HTMLElement>(null);
  const [place, look] = useLookedAt(questions);
  const [denied, setDenied] = useOwnState("");
  const answering = useAnswering(app, session);
  const question = place && questions[place.index];
  const id = question?.id ?? "";
  const isDenying = denied === id;
  const settled = useSettled(`${id} ${isDenying}`);
  const deny = (isOpen: boolean) => {
    setDenied(isOpen ? id : "");
    if (!isOpen) card.current?.focus();
  };
  const answer = (value: string, word?: string) => {
    // What had the focus goes away, or can not have it any more.
    if (card.current?.contains(document.activeElement) === true) card.current.focus();
    answering.answer(id, value, word);
  };
  useFocusBack(app, card);
  useAnswerKeys(card, (digit, event) => {
    const value = question && answerOf(question, digit);
    if (value === undefined) return false;
    // Too early for an answer is still early enough for a message; and who words a denial answers nothing else.
    if (isDenying || !settled.accepts(event)) return false;
    if (answering.isClosed(id)) return true;
    if (value === "deny" && question?.permission !== undefined) deny(true);
    else answer(value);
    return true;
  });
  if (question === undefined || place === undefined) return null;
  const props = { question, isClosed: answering.isClosed(id), settled, onAnswer: answer };
  return (
    <section ref={card} class="question" tabIndex={-1} {...namesOf(question)}>
      {questions.length > 1 && (
        <Pager
          index={place.index}
          count={questions.length}
          onStep={(step) => look(lookFurther(questions, place, step))}
        />
      )}
      {question.permission === undefined ? (
        <PlainQuestion key={id} {...props} />
      ) : (
        <PermissionQuestion
          key={id}
          {...props}
          permission={question.permission}
          words={answering.words}
          isDenying={isDenying}
          onDeny={deny}
        />
      )}
    </section>
  );
}

function namesOf({ permission }: Question): {
  readonly "aria-label": string;
  readonly "data-testid": string;
} {
  return permission === undefined
    ? { "aria-label": "Question", "data-testid": "question-card" }
    : {
        "aria-label": `Permission: ${visibleText(permission.agent)} ${wishOf(permission)}`,
        "data-testid": "permission-card",
      };
}

function answerOf(question: Question, digit: string): string | undefined {
  return question.permission === undefined
    ? question.choices[Number(digit) - 1]?.value
    : offeredAnswers(question).find(({ key }) => key === digit)?.value;
}

function useLookedAt(
  questions: readonly Question[],
): readonly [LookedAt | undefined, (place: LookedAt | undefined) => void] {
  const looked = useRef<LookedAt | undefined>(undefined);
  const [, redraw] = useOwnState({});
  looked.current = lookAt(questions, looked.current);
  const look = (place: LookedAt | undefined) => {
    looked.current = place;
    redraw({});
  };
  return [looked.current, look];
}

// Whoever answered the last question by keyboard goes on writing.
function useFocusBack(app: App, card: RefObject<HTMLElement | null>): void {
  useLayoutEffect(
    () => () => {
      if (card.current?.contains(document.activeElement) === true) app.focusRequests.value++;
    },
    [],
  );
}

function Pager({
  index,
  count,
  onStep,
}: {
  readonly index: number;
  readonly count: number;
  readonly onStep: (step: number) => void;
}): VNode {
  return (
    <div class="pager" role="group" aria-label="Questions that wait">
      <span class="figure">
        {index + 1} of {count}
      </span>
      <IconButton icon="chevron-left" label="Previous question" onClick={() => onStep(-1)} />
      <IconButton icon="chevron-right" label="Next question" onClick={() => onStep(1)} />
    </div>
  );
}
