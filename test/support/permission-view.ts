/** What the tests of questions ask of the chat view. */
import type { Locator } from "playwright-core";
import type { Question, SessionEvent } from "../../src/protocol/session.ts";
import { asks, waiting } from "./permission-scenes.ts";
import { until } from "./e2e-chat.ts";
import { frame } from "./webview-harness.ts";
import type { ViewUnderTest } from "./webview-harness-page.ts";

/** The card above the composer, and what can be done with it. */
export interface CardUnderTest {
  readonly card: () => Locator;
  readonly button: (answer: "once" | "session" | "always" | "deny") => Locator;
  readonly field: () => Locator;
  /** Waits until an answer would be taken. */
  readonly settle: () => Promise<void>;
  /** Lets things happen in the session, and waits until they are drawn. */
  readonly happen: (...events: readonly SessionEvent[]) => Promise<void>;
  readonly ask: (...questions: readonly Question[]) => Promise<void>;
  /** Lets the host say that questions were answered. */
  readonly answered: (...ids: readonly string[]) => Promise<void>;
  readonly press: (key: string) => Promise<void>;
  /** The answers so far, as "q1 once". */
  readonly answers: () => Promise<readonly string[]>;
  /** A text of the card. */
  readonly name: (text: string) => Locator;
  /** Goes on to the next card, or back. */
  readonly step: (label: string) => Promise<void>;
  /** Opens the view with a question for each id, of "agent ID" for "run ID". */
  readonly open: (...ids: readonly string[]) => Promise<void>;
  /** Waits until the card is that of an id. */
  readonly isCard: (id: string) => Promise<void>;
  /** Waits until these are the answers. */
  readonly gave: (...expected: readonly string[]) => Promise<unknown>;
}

/** Makes the card of a view. */
export function cardOf(view: ViewUnderTest): CardUnderTest {
  const card = () => view.page.getByTestId("permission-card");
  const happen = async (...events: readonly SessionEvent[]) => {
    await view.page.evaluate((told) => window.host.emit("session", told), events);
    await frame(view.page);
    await frame(view.page);
  };
  const answers = async () =>
    (await view.requests("session.answer")).map((params) => {
      const { question, value, word } = params as { question: string; value: string; word?: string };
      return `${question} ${value}${word === undefined ? "" : `: ${word}`}`;
    });
  const settle = () => card().locator(".choices [aria-disabled=false]").first().waitFor();
  return {
    card,
    name: (text) => card().getByText(text, { exact: true }),
    step: (label) => card().getByRole("button", { name: label }).click(),
    async open(...ids) {
      await view.open(waiting(...ids.map((id) => asks(id, { agent: `agent ${id}`, target: `run ${id}` }))));
      await settle();
    },
    isCard: (id) => card().getByText(`run ${id}`, { exact: true }).waitFor(),
    button: (answer) => view.page.getByTestId(`permission-${answer}`),
    field: () => card().getByRole("textbox"),
    settle,
    happen,
    ask: (...questions) =>
      happen(
        ...questions.map(
          (question) => ({ type: "question-asked", at: Date.now(), turn: "t2", question }) as const,
        ),
      ),
    answered: (...ids) =>
      happen(...ids.map((id) => ({ type: "question-answered", at: Date.now(), id, value: "once" }) as const)),
    press: (key) => view.page.keyboard.press(key),
    answers,
    gave: (...expected) => until(answers, (now) => JSON.stringify(now) === JSON.stringify(expected)),
  };
}
