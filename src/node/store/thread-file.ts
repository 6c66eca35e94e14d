/** Where threads and data files lie, in the bundle and in the sources. */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const isBundle = !import.meta.url.endsWith(".ts");

/** The entry of a thread of this folder: `dist/<name>.js` in the bundle, `<name>.ts` beside this file in the sources. */
export function threadFile(name: string): URL {
  return isBundle ? fromBundle(`${name}.js`) : new URL(`./${name}.ts`, import.meta.url);
}

/** The path of sql.js's WebAssembly. */
export function wasmFile(): string | URL {
  return isBundle
    ? fromBundle("sql-wasm.wasm")
    : createRequire(import.meta.url).resolve("sql.js/dist/sql-wasm.wasm");
}

/** A file of `dist`, seen from there or from a folder of chunks below it. */
function fromBundle(name: string): URL {
  const here = new URL(name, import.meta.url);
  return existsSync(here) ? here : new URL(`../${name}`, import.meta.url);
}
