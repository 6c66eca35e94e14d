/** One implementation of URL for every engine, loaded where a script names it. */
import { URL } from "whatwg-url";

Object.defineProperty(globalThis, "URL", {
  value: URL,
  writable: true,
  configurable: true,
  enumerable: false,
});
