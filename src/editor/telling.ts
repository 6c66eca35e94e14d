/** What a command of the palette says where it can not do what was asked. */
import { window } from "vscode";
import { BooError } from "#core/errors.ts";

/** Runs a command's work; a BooError is shown as a message of the editor, any other error is thrown on. */
export async function telling(run: () => Promise<void>): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof BooError)) throw error;
    void window.showErrorMessage(error.message);
  }
}
