/** Takes away what one engine has and the other has not, what makes code of texts, and what can not be reproduced. */
import { defineProperty, getPrototypeOf } from "./natives.ts";

/** Paths from the global object of what no script has. */
const absent = [
  ...["eval", "Function", "WebAssembly", "SharedArrayBuffer", "Atomics", "WeakRef", "FinalizationRegistry"],
  ...[
    "queueMicrotask",
    "performance",
    "InternalError",
    "Temporal",
    "DisposableStack",
    "AsyncDisposableStack",
  ],
  ...["SuppressedError", "DOMException", "navigator", "gc", "print", "scriptArgs", "Symbol.dispose"],
  ...["Symbol.asyncDispose", "JSON.rawJSON", "JSON.isRawJSON", "Iterator.concat", "Iterator.zip"],
  ...[
    "Iterator.zipKeyed",
    "Math.sumPrecise",
    "Map.prototype.getOrInsert",
    "Map.prototype.getOrInsertComputed",
  ],
  ...["WeakMap.prototype.getOrInsert", "WeakMap.prototype.getOrInsertComputed"],
  ...["ArrayBuffer.prototype.immutable", "ArrayBuffer.prototype.sliceToImmutable"],
  ...["ArrayBuffer.prototype.transferToImmutable", "Array.fromAsync"],
  ...["RegExp.input", "RegExp.$_", "RegExp.lastMatch", "RegExp.$&", "RegExp.lastParen", "RegExp.$+"],
  ...["RegExp.leftContext", "RegExp.$`", "RegExp.rightContext", "RegExp.$'"],
  ...Array.from({ length: 9 }, (_, index) => `RegExp.$${index + 1}`),
];

function remove(path: string): void {
  const keys = path.split(".");
  const last = keys.pop() ?? "";
  let owner: unknown = globalThis;
  for (const key of keys) owner = (owner as Record<string, unknown> | undefined)?.[key];
  if (owner !== undefined) Reflect.deleteProperty(owner as object, last);
}

/** Functions of each kind lead to a constructor that makes code of texts: none of them is left. */
function refuseCode(): void {
  const refuse = (): never => {
    throw new TypeError("Code in a text is never run in a workflow.");
  };
  const kinds = [function () {}, async function () {}, function* () {}, async function* () {}];
  for (const kind of kinds)
    defineProperty(getPrototypeOf(kind) as object, "constructor", {
      value: refuse,
      writable: false,
      configurable: false,
      enumerable: false,
    });
}

/** Hardens the realm; the last thing before the script's own globals are made. */
export function harden(): void {
  refuseCode();
  for (const path of absent) remove(path);
  for (const name of ["fileName", "lineNumber", "columnNumber", "caller", "arguments"])
    Reflect.deleteProperty(getPrototypeOf(refuseCode) as object, name);
}
