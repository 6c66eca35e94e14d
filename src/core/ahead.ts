/** Loads what the first message needs before it is sent, in pieces, so that no piece holds the extension host up. */
import { loadSdk } from "./models/sdk.ts";

// Long enough to be no part of the same round of timers.
const breathMs = 5;

// Each makes a chunk of its own, or several; what one has in common with those before it is there already.
const pieces: readonly (() => Promise<unknown>)[] = [
  () => import("./models/providers/deepseek-sdk.ts"),
  loadSdk,
  () => import("unbash"),
  () => import("./permissions/programs/index.ts"),
  () => import("./permissions/judges.ts"),
];

/** Loads the SDK, the provider that most use, and what judges. */
export async function loadAhead(): Promise<void> {
  for (const load of pieces) {
    await new Promise((resolve) => setTimeout(resolve, breathMs));
    await load();
  }
}
