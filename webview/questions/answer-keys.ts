import { useEffect } from "preact/hooks";

/** After so long without a key, whoever was writing has stopped, in milliseconds. */
const writingMs = 700;

/** Calls back with the digits that are pressed as answers: in the card, or in a composer in which nothing stands and nobody is writing. */
export function useAnswerKeys(
  card: { readonly current: HTMLElement | null },
  answer: (digit: string, event: KeyboardEvent) => boolean,
): void {
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      const isAnswer = isDigit(event) && isPlaceForAnswers(event, card.current) && answer(event.key, event);
      if (isAnswer) event.preventDefault();
      else noteWriting(event);
    };
    window.addEventListener("keydown", key, { capture: true });
    return () => window.removeEventListener("keydown", key, { capture: true });
  });
}

let wroteAt = -Infinity;

function noteWriting({ key, target, timeStamp }: KeyboardEvent): void {
  const isWriting = key.length === 1 || key === "Enter" || key === "Backspace" || key === "Delete";
  const isText = target instanceof HTMLTextAreaElement || target instanceof HTMLInputElement;
  if (isWriting && isText) wroteAt = timeStamp;
}

// A key that is held down would answer what comes next as well.
function isDigit(event: KeyboardEvent): boolean {
  const isAlone = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat && !event.isComposing;
  return isAlone && /^[1-9]$/.test(event.key);
}

function isPlaceForAnswers({ target, timeStamp }: KeyboardEvent, card: HTMLElement | null): boolean {
  if (target instanceof HTMLTextAreaElement) {
    const isEmpty = target.value === "" && target.form?.querySelector(".pasted") === null;
    return target.form?.matches(".composer") === true && isEmpty && timeStamp - wroteAt > writingMs;
  }
  return target instanceof Node && !(target instanceof HTMLInputElement) && card?.contains(target) === true;
}
