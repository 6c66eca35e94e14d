import { build, context } from "esbuild";
import { cpSync, globSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join, normalize, relative } from "node:path";
import { buildSandbox } from "./sandbox-bundle.mjs";
import { readShell, webviewBundle } from "./webview-bundle.mjs";

/** Limits of what is shipped, in bytes of minified files. */
const limits = { host: 60 * 1024, webview: 350 * 1024 };

const isProduction = process.argv.includes("--production");
const isWatching = process.argv.includes("--watch");
/** Whose binaries of isolated-vm are shipped: a platform as VS Code names it, or none ("universal"). */
const target =
  process.argv.find((word) => word.startsWith("--target="))?.slice("--target=".length) ??
  `${process.platform}-${process.arch}`;
const showsSizes = process.argv.includes("--meta");

/** Says when a build begins and ends, in words that the editor's background task waits for. */
const announce = {
  name: "announce",
  setup(build) {
    build.onStart(() => console.log("[build] started"));
    build.onEnd((result) => {
      for (const { text, location } of result.errors) {
        console.error(`${location?.file}:${location?.line}:${location?.column}: error: ${text}`);
      }
      console.log("[build] finished");
    });
  },
};

/** Leaves out zod's messages in other languages: more than half of its code, and never asked for. */
const zodInEnglish = {
  name: "zod-in-english",
  setup(build) {
    build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: 'export { default as en } from "./en.js";',
    }));
  },
};

/** Leaves out the provider that the AI SDK takes for a model without one, a third of its code: each of BooCode's models has its own. */
const withoutGateway = {
  name: "without-gateway",
  setup(build) {
    build.onLoad({ filter: /@ai-sdk[\\/]gateway[\\/]dist[\\/]index\.js$/ }, () => ({
      contents: `
        export const createGateway = () => { throw new Error("A model needs a provider."); };
        export const gateway = createGateway;
        export class GatewayError extends Error { static isInstance() { return false; } }
        export class GatewayAuthenticationError extends GatewayError {}`,
    }));
  },
};

const shared = {
  bundle: true,
  format: "esm",
  splitting: true,
  minify: isProduction,
  sourcemap: !isProduction,
  legalComments: "none",
  logLevel: isWatching ? "silent" : "warning",
  metafile: true,
  plugins: [zodInEnglish, withoutGateway, ...(isWatching ? [announce] : [])],
};

/** What gets chunks of its own, since the host loads each chunk in a turn of the event loop: as one, they held it up for too long. */
const parts = new Set(["src/core/agent/agent.ts", "src/node/shell/shell.ts", "src/node/store/store.ts"]);

/** Makes a part of each file that the extension loads when it is asked for. */
const loadsParts = {
  name: "loads-parts",
  setup(build) {
    build.onResolve({ filter: /./ }, async ({ path, kind, resolveDir, pluginData }) => {
      if (kind !== "dynamic-import" || pluginData === loadsParts) return;
      const found = await build.resolve(path, { kind, resolveDir, pluginData: loadsParts });
      parts.add(relative(".", found.path));
      return { path: `./parts/${basename(found.path, ".ts")}.js`, external: true };
    });
  },
};

/** The extension as the editor activates it: one file, since each further one costs milliseconds. */
const extension = {
  ...shared,
  entryPoints: ["src/extension.ts"],
  outdir: "dist",
  splitting: false,
  platform: "node",
  target: "node22",
  external: ["vscode"],
  plugins: [...shared.plugins, loadsParts],
  define: {
    "process.env.NODE_ENV": '"production"',
    // The chat's composer as it looks before its script runs is part of the page that the host writes.
    CHAT_SHELL: JSON.stringify(readShell()),
  },
};

/** The parts, the agent without an editor, and every thread and process of the node layer, with common chunks. */
const host = () => ({
  ...shared,
  entryPoints: ["src/headless.ts", ...globSync("src/node/**/*-{thread,process}.ts")]
    .map((file) => ({ in: file, out: basename(file, ".ts") }))
    .concat([...parts].map((file) => ({ in: file, out: `parts/${basename(file, ".ts")}` }))),
  outdir: "dist",
  chunkNames: "chunks/[name]-[hash]",
  platform: "node",
  target: "node22",
  external: ["vscode"],
  define: { "process.env.NODE_ENV": '"production"' },
  // CommonJS packages in an ESM bundle ask for Node's own modules through require.
  banner: {
    js: 'import { createRequire as createBundleRequire } from "node:module"; const require = createBundleRequire(import.meta.url);',
  },
});

/** The page of the side bar: script in chunks, its style, the icon font. */
const webview = { ...shared, ...webviewBundle, outdir: "dist/webview" };

/** The files of each page, as src/editor/page.ts names them. */
const pages = {
  chat: ["main.js", "style.css"],
  "list of sessions": ["sessions.js", "style.css", "sessions.css"],
  trace: ["trace.js", "style.css", "trace.css"],
  "permission log": ["permissions.js", "style.css", "permissions.css"],
  "page of runs": ["runs.js", "style.css", "runs.css"],
};

/** The bytes of script and style that a page can come to load, the parts that it asks for later included. */
function pageSize(outputs, page) {
  const seen = new Set();
  const visit = (file) => {
    if (seen.has(file) || !outputs[file] || !/\.(js|css)$/.test(file)) return;
    seen.add(file);
    for (const { path } of outputs[file].imports) visit(path);
  };
  for (const file of page) visit(`dist/webview/${file}`);
  return [...seen].reduce((sum, file) => sum + outputs[file].bytes, 0);
}

/** Prints what weighs how much and fails over a limit. */
function weigh(outputs) {
  const weights = [
    ["host, what activation loads", outputs["dist/extension.js"].bytes, limits.host],
    ...Object.entries(pages).map(([name, files]) => [
      `webview, script and style of the ${name}`,
      pageSize(outputs, files),
      limits.webview,
    ]),
  ];
  for (const [name, bytes, limit] of weights) {
    console.log(`${name}: ${(bytes / 1024).toFixed(1)} KB of ${limit / 1024} KB`);
    if (isProduction && bytes > limit) {
      console.error(`${name} is over its limit: import what is not needed at once with import().`);
      process.exitCode = 1;
    }
  }
  for (const file of readdirSync("dist", { recursive: true })) {
    const stats = statSync(join("dist", file));
    if (stats.isFile() && !file.endsWith(".map"))
      console.log(`  ${file}: ${(stats.size / 1024).toFixed(1)} KB`);
  }
}

/** The files of a chunk and of all that it imports, each after those that it needs. */
function loadOrder(outputs, file, seen = new Set()) {
  if (seen.has(file) || !outputs[file]) return [];
  seen.add(file);
  const needed = outputs[file].imports.filter((entry) => entry.kind === "import-statement");
  return [...needed.flatMap((entry) => loadOrder(outputs, entry.path, seen)), file];
}

/** Writes down in which order the host's chunks can be loaded one by one. */
function writeLoadOrder(outputs) {
  const [entry] = Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === "src/editor/host.ts");
  writeFileSync(
    loadOrderFile,
    JSON.stringify(loadOrder(outputs, entry).map((file) => `./${file.slice("dist/".length)}`)),
  );
}

/** Removes what earlier builds left, but only now: whoever uses dist meanwhile finds it whole. */
function removeStale(files) {
  const made = new Set(files.map((file) => normalize(file)));
  for (const file of readdirSync("dist", { recursive: true }).map((name) => join("dist", name))) {
    if (statSync(file).isFile() && !made.has(file)) rmSync(file);
  }
}

const wasm = "dist/sql-wasm.wasm";
const loadOrderFile = "dist/load-order.json";
const sandboxFiles = await buildSandbox("dist", { minify: isProduction, target });
if (isWatching) {
  const first = await context(extension);
  await first.rebuild();
  for (const one of [first, await context(host()), await context(webview)]) await one.watch();
} else {
  // What the extension loads later is known when it is built.
  const first = await build(extension).catch(() => process.exit(1));
  const others = await Promise.all([host(), webview].map((one) => build(one).catch(() => process.exit(1))));
  const outputs = Object.assign({}, ...[first, ...others].map(({ metafile }) => metafile.outputs));
  removeStale([...Object.keys(outputs), ...sandboxFiles, wasm, loadOrderFile]);
  writeLoadOrder(outputs);
  if (showsSizes) weigh(outputs);
}
cpSync("node_modules/sql.js/dist/sql-wasm.wasm", wasm);
