/** Loads the AI SDK in pieces, so that no piece holds the extension host up. */

/** What is used of the SDK. */
export type Sdk = typeof import("./sdk-parts.ts");

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

/** Loads the SDK and the tools ahead of the first message, piece by piece. */
export async function warmUpSdk(): Promise<void> {
  await loadSdk();
}
