/** Loads the AI SDK in pieces, so that no piece holds the extension host up. */

/** What is used of the SDK. */
export type Sdk = typeof import("./sdk-parts.ts");

const breathMs = 5;

let loading: Promise<Sdk> | undefined;

/** The SDK, loaded once per window. */
export function loadSdk(): Promise<Sdk> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Sdk> {
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
  return import("./sdk-parts.ts");
}

/** Loads the SDK ahead of the first message, piece by piece: what its parts have in common comes with a provider. */
export async function warmUpSdk(): Promise<void> {
  await import("./providers/deepseek-sdk.ts");
  // Long enough to be no part of the same round of timers.
  await new Promise((resolve) => setTimeout(resolve, breathMs));
  await loadSdk();
}
