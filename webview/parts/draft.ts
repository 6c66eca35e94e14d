import { signal } from "@preact/signals";
import type { App } from "../app.ts";
import { unsentDraft } from "../destination.ts";
import { joinMessage, type PastedText } from "./pasted-text.ts";

/** As much of a text as the host gives at a time, in characters. */
const pageLength = 1_000_000;

/** Where the typed text lives: the element itself. */
export interface DraftArea {
  readonly current: { value: string } | null;
}

type DraftApp = Pick<App, "act" | "arrangement" | "destination">;

/** What stands in the composer, typed and pasted beside, and what it is for; all of it outlives the view. */
export class ComposerDraft {
  readonly hasText = signal(false);
  readonly pasted = signal<readonly PastedText[]>([]);
  readonly #app: DraftApp;
  readonly #area: DraftArea;
  #shown: { readonly key: string; readonly session: string } | undefined;
  // Whether the user wrote something since it was put there.
  #isTouched = false;
  #isReading = false;

  constructor(app: DraftApp, area: DraftArea) {
    this.#app = app;
    this.#area = area;
  }

  get text(): string {
    return this.#area.current?.value ?? "";
  }

  /** Puts there what was kept for a key; what was written before the key was known belongs to it as well. */
  show(key: string, session: string): void {
    const { arrangement, destination } = this.#app;
    const earlier = this.#shown;
    this.#shown = { key, session };
    if (earlier?.key === key) return;
    // A session may look empty until it is read: only what was written since then goes with its first message.
    const isMoved = earlier?.key === unsentDraft && destination.isSame(earlier.session, session);
    const belongs = earlier === undefined || (isMoved && this.#isTouched);
    const [text, pasted] = belongs ? [this.text, this.pasted.value] : ["", []];
    if (belongs && isMoved) {
      arrangement.setDraft(unsentDraft, "");
      arrangement.setPasted(unsentDraft, []);
    }
    this.#put(joinDrafts(arrangement.draft(key), text), joinPasted(arrangement.pasted(key), pasted));
    this.#isTouched = text !== "" || pasted.length > 0;
  }

  /** Takes what the user has typed into the element. */
  changed(): void {
    this.#isTouched = true;
    this.hasText.value = this.text.trim() !== "";
    if (this.#shown !== undefined) this.#app.arrangement.setDraft(this.#shown.key, this.text);
  }

  /** Puts another text into the element. */
  set(text: string): void {
    if (this.#area.current !== null) this.#area.current.value = text;
    this.changed();
  }

  setPasted(pasted: readonly PastedText[]): void {
    this.#isTouched = true;
    this.pasted.value = pasted;
    if (this.#shown !== undefined) this.#app.arrangement.setPasted(this.#shown.key, pasted);
  }

  /** Sends everything; what is refused comes back, to what it was written for. */
  async send(): Promise<void> {
    if (!(await this.#readPasted())) return;
    const [key, typed, pasted] = [this.#shown?.key, this.text, this.pasted.value];
    const text = joinMessage(typed, pasted);
    if (text === "") return;
    this.set("");
    this.setPasted([]);
    const session = await this.#app.destination.resolve();
    const sent = session === undefined ? undefined : await this.#app.act("session.prompt", { session, text });
    // What was for a session that could not be made is wanted where the user is.
    if (sent === undefined) this.#giveBack(session === undefined ? undefined : key, typed, pasted);
  }

  // Pasted texts of an earlier life of the view are with the host; false where they can not be had, or are not wanted any more.
  async #readPasted(): Promise<boolean> {
    if (this.#isReading) return false;
    if (this.pasted.value.every(({ text }) => text !== undefined)) return true;
    const shown = this.#shown;
    this.#isReading = true;
    const texts = new Map<string, string | undefined>();
    for (const { id, text, blob } of this.pasted.value)
      if (text === undefined) texts.set(id, await this.#readWhole(blob ?? ""));
    this.#isReading = false;
    if (this.#shown?.key !== shown?.key || [...texts.values()].includes(undefined)) return false;
    this.setPasted(
      this.pasted.value.map((each) => ({ ...each, text: each.text ?? texts.get(each.id) ?? "" })),
    );
    return true;
  }

  async #readWhole(blob: string): Promise<string | undefined> {
    let text = "";
    for (;;) {
      const page = await this.#app.act("body.read", { blob, offset: text.length, length: pageLength });
      if (page === undefined) return undefined;
      text += page.text;
      if (page.text === "" || text.length >= page.total) return text;
    }
  }

  #giveBack(key: string | undefined, typed: string, pasted: readonly PastedText[]): void {
    const { arrangement } = this.#app;
    if (key === undefined || key === this.#shown?.key) {
      this.#put(joinDrafts(typed, this.text), joinPasted(pasted, this.pasted.value));
      return;
    }
    arrangement.setDraft(key, joinDrafts(typed, arrangement.draft(key)));
    arrangement.setPasted(key, joinPasted(pasted, arrangement.pasted(key)));
  }

  #put(text: string, pasted: readonly PastedText[]): void {
    const area = this.#area.current;
    if (area !== null && area.value !== text) area.value = text;
    this.hasText.value = text.trim() !== "";
    this.pasted.value = pasted;
    if (this.#shown === undefined) return;
    this.#app.arrangement.setDraft(this.#shown.key, text);
    this.#app.arrangement.setPasted(this.#shown.key, pasted);
  }
}

function joinDrafts(first: string, second: string): string {
  return first === "" || second === "" || first === second ? first || second : `${first}\n${second}`;
}

function joinPasted(first: readonly PastedText[], second: readonly PastedText[]): readonly PastedText[] {
  return first.length === 0 || second.length === 0
    ? first.length === 0
      ? second
      : first
    : [...first, ...second];
}
