import type { VNode } from "preact";
import { Icon } from "../parts/icon.tsx";
import type { CardProps } from "./card-props.ts";

/** What the agent needs to know before it goes on; keys 1 to 9 choose. */
export function PlainQuestion({ question, isClosed, settled, onAnswer }: CardProps): VNode {
  return (
    <>
      <p class="question-text">
        <Icon name="question" />
        <span>{question.text}</span>
      </p>
      <div class="choices">
        {question.choices.map((choice, index) => (
          <button
            type="button"
            key={choice.value}
            class={index === 0 ? "button" : "button secondary"}
            disabled={isClosed}
            aria-disabled={!settled.isSettled}
            aria-keyshortcuts={index < 9 ? String(index + 1) : undefined}
            onClick={(event) => settled.accepts(event) && onAnswer(choice.value)}
          >
            {choice.label}
            {index < 9 && <kbd aria-hidden="true">{index + 1}</kbd>}
          </button>
        ))}
      </div>
    </>
  );
}
