/** Steps through earlier prompts as a shell does: from the newest back, and forth again to what was there. */
export class PromptHistory {
  #prompts: readonly string[] = [];
  #index = -1;

  /** Whether what the composer shows was recalled and not changed since. */
  isShowing(text: string): boolean {
    return this.#index >= 0 && this.#prompts[this.#index] === text;
  }

  /** The prompt before the one that is shown, or undefined at the oldest one. */
  older(prompts: readonly string[], text: string): string | undefined {
    if (!this.isShowing(text)) {
      if (text !== "") return undefined;
      this.#prompts = prompts;
      this.#index = -1;
    }
    const next = this.#prompts[this.#index + 1];
    if (next !== undefined) this.#index++;
    return next;
  }

  /** The prompt after the one that is shown; "" after the newest; undefined when none is shown. */
  newer(text: string): string | undefined {
    if (!this.isShowing(text)) return undefined;
    this.#index--;
    return this.#prompts[this.#index] ?? "";
  }
}
