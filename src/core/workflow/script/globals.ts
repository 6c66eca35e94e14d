/** What a script may name without declaring it. */

/** The language's own. */
const builtIns = [
  ...[
    "undefined",
    "NaN",
    "Infinity",
    "globalThis",
    "Object",
    "Array",
    "Boolean",
    "Number",
    "String",
    "Symbol",
  ],
  ...["BigInt", "Math", "JSON", "Date", "RegExp", "Promise", "Map", "Set", "WeakMap", "WeakSet", "Proxy"],
  ...[
    "Reflect",
    "Error",
    "TypeError",
    "RangeError",
    "SyntaxError",
    "ReferenceError",
    "EvalError",
    "URIError",
  ],
  ...[
    "AggregateError",
    "ArrayBuffer",
    "DataView",
    "Int8Array",
    "Uint8Array",
    "Uint8ClampedArray",
    "Int16Array",
  ],
  ...["Uint16Array", "Int32Array", "Uint32Array", "Float16Array", "Float32Array", "Float64Array"],
  ...["BigInt64Array", "BigUint64Array", "Iterator", "Intl", "parseInt", "parseFloat", "isNaN", "isFinite"],
  ...["encodeURIComponent", "decodeURIComponent", "encodeURI", "decodeURI", "escape", "unescape"],
];

/** What the guest brings. */
export const language = [
  "parallel",
  "pipeline",
  "phase",
  "log",
  "args",
  "budget",
  "console",
  "setTimeout",
  "clearTimeout",
  "URL",
];

/** What calls the host. */
export const hostCalls = ["agent", "workflow", "sh", "ask"];

/** Every global of a script. */
export const knownGlobals: ReadonlySet<string> = new Set([...builtIns, ...language, ...hostCalls]);

const noAccess = "Scripts have no access to the machine; let an agent do it, or use sh(command).";

/** What to do instead of what people try. */
const hints: Readonly<Record<string, string>> = {
  process: noAccess,
  require: `Scripts load nothing. ${noAccess}`,
  module: "Scripts export nothing but meta: return the result.",
  exports: "Scripts export nothing but meta: return the result.",
  fs: noAccess,
  path: noAccess,
  Buffer: noAccess,
  bash: "Use sh(command), or let an agent do it.",
  Bash: "Use sh(command), or let an agent do it.",
  exec: "Use sh(command), or let an agent do it.",
  fetch: "Scripts have no network; let an agent fetch it.",
  XMLHttpRequest: "Scripts have no network; let an agent fetch it.",
  setInterval: "Use setTimeout in a loop.",
  setImmediate: "Use setTimeout(callback, 0).",
  queueMicrotask: "Use Promise.resolve().then(callback).",
  performance: "Scripts can not tell the time: results must be reproducible.",
  crypto: "Scripts have no chance and no time: results must be reproducible.",
  eval: "Code in a text is never run.",
  Function: "Code in a text is never run.",
  WebAssembly: "Code in bytes is never run.",
  structuredClone: "Use JSON.parse(JSON.stringify(value)).",
  arguments: "Use args, which holds what the caller passed.",
  read: "Let an agent read it.",
  write: "Let an agent write it.",
};

/** Why a name is unknown, and what to do. */
export function unknownName(name: string): string {
  const hint = hints[name];
  return `"${name}" is not defined in a workflow.${hint === undefined ? "" : ` ${hint}`}`;
}
