import { isBuiltin } from "node:module";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Which layers each layer may import besides itself: the whole of the house's dependency rule. */
const imports = {
  protocol: [],
  core: ["protocol"],
  node: ["protocol", "core"],
  sandbox: ["protocol"],
  editor: ["protocol", "core", "node"],
  webview: ["protocol"],
  "extension.ts": ["protocol", "core", "node", "editor"],
  "headless.ts": ["protocol", "core", "node"],
};

/** Which layers may import a package; a package that is not here has no home yet. */
const packages = {
  acorn: ["core"],
  "@cfworker/json-schema": ["core"],
  "whatwg-url": ["sandbox"],
  "quickjs-emscripten-core": ["sandbox"],
  "@jitl/quickjs-ng-wasmfile-release-sync": ["sandbox"],
  zod: ["protocol", "core", "node", "editor", "headless.ts"],
  ai: ["core"],
  "@ai-sdk/*": ["core"],
  diff: ["protocol", "core"],
  "sql.js": ["node"],
  "strip-ansi": ["core"],
  unbash: ["core"],
  yaml: ["core"],
  globby: ["node"],
  ignore: ["core", "node"],
  "proper-lockfile": ["node"],
  "isolated-vm": ["sandbox"],
  vscode: ["editor", "extension.ts"],
  "vscode-languageclient": ["editor"],
  preact: ["webview"],
  "@preact/signals": ["webview"],
  "@tanstack/virtual-core": ["webview"],
  "@vscode/webview-ui-toolkit": ["webview"],
  dompurify: ["webview"],
  "highlight.js": ["webview"],
  marked: ["webview"],
};

/** Layers that may use Node's own modules; the others must run in any JavaScript runtime. */
const onNode = ["node", "sandbox", "editor", "extension.ts", "headless.ts"];

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** The layer of a file: its folder under src, the name of a composition root, "webview"; undefined outside the house. */
function layerOf(file) {
  const [top, name] = relative(root, file).split(sep);
  return top === "src" ? name : top === "webview" ? "webview" : undefined;
}

/** The key of the package table that a module name falls under. */
function packageOf(name) {
  const [scope, rest] = name.split("/");
  if (!name.startsWith("@")) return scope;
  return `${scope}/*` in packages ? `${scope}/*` : `${scope}/${rest}`;
}

/** Why a file of `layer` may not import `name`, or undefined. */
function complaint(layer, file, name) {
  if (name.startsWith(".")) {
    const target = layerOf(join(dirname(file), name));
    if (target === layer) return undefined;
    return imports[layer].includes(target)
      ? `write "#${target}/…" instead of "${name}": relative imports stay in their layer`
      : `${layer} may not import ${target ?? `"${name}", which is in no layer`}`;
  }
  if (name.startsWith("#")) {
    const target = name.slice(1).split("/")[0];
    if (target === layer) return `write a relative path instead of "${name}": it is the same layer`;
    return imports[layer].includes(target) ? undefined : `${layer} may not import ${target}`;
  }
  if (isBuiltin(name)) return onNode.includes(layer) ? undefined : `${layer} may not import Node's "${name}"`;
  const home = packages[packageOf(name)];
  if (!home) return `"${name}" has no layer: give it one in test/lint/layers.js`;
  return home.includes(layer) ? undefined : `"${name}" belongs to ${home.join(", ")}, not to ${layer}`;
}

/** Refuses imports that point up or sideways, type imports too, and folders that are no layer. */
const layers = {
  create(context) {
    const file = context.filename;
    const layer = layerOf(file);
    if (!layer) return {};
    const check = (source) => {
      if (typeof source?.value !== "string") return;
      const message = layer in imports && complaint(layer, file, source.value);
      if (message) context.report({ node: source, message });
    };
    return {
      Program(node) {
        if (!(layer in imports))
          context.report({ node, message: `src/${layer} is not a layer of the house` });
      },
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument?.literal ?? node.argument),
      TSImportEqualsDeclaration: (node) => check(node.moduleReference?.expression),
    };
  },
};

export default { meta: { name: "boocode" }, rules: { layers } };
