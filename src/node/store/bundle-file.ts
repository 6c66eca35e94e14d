/** Where entries and data files lie, in the bundle and in the sources. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const isBundle = !import.meta.url.endsWith(".ts");

/** The path of an entry of this folder: `dist/<name>.js` in the bundle, `<name>.ts` beside this file in the sources. */
export function entryFile(name: string): string {
  return isBundle ? fromBundle(`${name}.js`) : fileURLToPath(new URL(`./${name}.ts`, import.meta.url));
}

/** The path of sql.js's WebAssembly. */
export function wasmFile(): string {
  return isBundle
    ? fromBundle("sql-wasm.wasm")
    : createRequire(import.meta.url).resolve("sql.js/dist/sql-wasm.wasm");
}

/** A file of `dist`, seen from there or from a folder of chunks below it. */
function fromBundle(name: string): string {
  const here = fileURLToPath(new URL(name, import.meta.url));
  return existsSync(here) ? here : fileURLToPath(new URL(`../${name}`, import.meta.url));
}
