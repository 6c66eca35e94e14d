/** Loads the AI SDK, once per window. */

/** What is used of the SDK. */
export type Sdk = typeof import("./sdk-parts.ts");

let loading: Promise<Sdk> | undefined;

/** The SDK. */
export function loadSdk(): Promise<Sdk> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Sdk> {
  Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });
  return import("./sdk-parts.ts");
}
