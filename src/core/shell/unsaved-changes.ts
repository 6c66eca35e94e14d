/** Files that the agent changed in documents which have unsaved changes of the user's: a command would not see them on disk. */
import type { Question } from "#protocol/session.ts";

/** Remembers them for a session, and whether they may be saved. */
export class UnsavedChanges {
  readonly #paths = new Set<string>();
  readonly #ask: (paths: readonly string[]) => Promise<boolean>;
  #answer: Promise<boolean> | undefined;

  /** `ask` asks the user; it is called once in a session, and again only where it was not answered. */
  constructor(ask: (paths: readonly string[]) => Promise<boolean>) {
    this.#ask = ask;
  }

  /** The agent changed a document that stays unsaved. */
  note(path: string): void {
    this.#paths.add(path);
  }

  /** The paths noted so far. */
  paths(): readonly string[] {
    return [...this.#paths];
  }

  /** Whether documents may be saved before commands run. */
  async maySave(paths: readonly string[]): Promise<boolean> {
    this.#answer ??= this.#ask(paths).catch((error: unknown) => {
      this.#answer = undefined;
      throw error;
    });
    return this.#answer;
  }
}

/** What the user is asked before commands read files whose changes are not on disk; "save" is the answer that allows it. */
export function saveQuestion(paths: readonly string[]): Pick<Question, "text" | "choices"> {
  const names = paths.map((path) => path.slice(path.lastIndexOf("/") + 1)).join(", ");
  return {
    text: `Commands read files from disk. Save ${names}, which the agent changed and which holds unsaved changes of yours, before commands run in this session?`,
    choices: [
      { value: "save", label: "Save" },
      { value: "leave", label: "Leave unsaved" },
    ],
  };
}
