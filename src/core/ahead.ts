/** Loads what the first message needs before it is sent, in pieces, so that no piece holds the extension host up. */
import { loadSdk } from "./models/sdk.ts";

// By then the view has been drawn, and nobody has written a message yet.
const restMs = 1_000;
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

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Loads the SDK, the provider that most use, and what judges. */
export async function loadAhead(): Promise<void> {
  await rest(restMs);
  for (const load of pieces) {
    await load();
    await rest(breathMs);
  }
}
