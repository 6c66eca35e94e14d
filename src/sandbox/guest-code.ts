/** The code that runs inside the engines, and the engine that is WebAssembly: beside the bundle, or made of the sources. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const isBundle = !import.meta.url.endsWith(".ts");

/** A part of the guest's code. */
export async function readGuestCode(name: "main" | "url"): Promise<string> {
  if (isBundle) return readFile(new URL(`guest/${name}.js`, import.meta.url), "utf8");
  const bundler = new URL("../../sandbox-bundle.mjs", import.meta.url).href;
  const { cachedGuest } = (await import(bundler)) as { cachedGuest: (name: string) => Promise<string> };
  return cachedGuest(name);
}

/** The path of QuickJS's WebAssembly. */
export function quickJsFile(): string {
  return isBundle
    ? fileURLToPath(new URL("quickjs.wasm", import.meta.url))
    : createRequire(import.meta.url).resolve("@jitl/quickjs-ng-wasmfile-release-sync/wasm");
}
