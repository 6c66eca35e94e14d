import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Question } from "#protocol/session.ts";
import { useApp } from "../app.ts";
import { Icon } from "./icon.tsx";

/** What the agent needs to know before it goes on; keys 1 to 9 choose while nothing is being typed. */
export function QuestionCard(): VNode | null {
  const app = useApp();
  const question = useComputed(() => app.session.value?.question).value;
  if (question === undefined) return null;
  return <Card key={question.id} session={app.sessionId.value} question={question} />;
}

function Card({ session, question }: { readonly session: string; readonly question: Question }): VNode {
  const app = useApp();
  const [chosen, setChosen] = useState<string>();
  const isElsewhere = app.owner.value !== undefined;
  const choose = async (value: string) => {
    if (chosen !== undefined || isElsewhere) return;
    setChosen(value);
    if ((await app.act("session.answer", { session, question: question.id, value })) === undefined)
      setChosen(undefined);
  };
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      const choice = /^[1-9]$/.test(event.key) ? question.choices[Number(event.key) - 1] : undefined;
      if (choice === undefined) return;
      event.preventDefault();
      void choose(choice.value);
    };
    window.addEventListener("keydown", key);
    return () => window.removeEventListener("keydown", key);
  });
  return (
    <section class="question" aria-label="Question">
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
            disabled={chosen !== undefined || isElsewhere}
            aria-keyshortcuts={index < 9 ? String(index + 1) : undefined}
            onClick={() => void choose(choice.value)}
          >
            {choice.label}
            {index < 9 && <kbd aria-hidden="true">{index + 1}</kbd>}
          </button>
        ))}
      </div>
    </section>
  );
}

// In an empty composer a digit is still an answer.
function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLTextAreaElement && target.value !== "";
}
