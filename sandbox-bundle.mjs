import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";

const root = import.meta.dirname;
const folder = join(root, "src/sandbox/guest");

/** URL's library knows every encoding of the web; workflows know UTF-8. */
const utf8Only = {
  name: "utf8-only",
  setup(build) {
    build.onResolve({ filter: /^@exodus\/bytes\/whatwg\.js$/ }, () => ({
      path: join(folder, "query-encoding.ts"),
    }));
    build.onResolve({ filter: /^@exodus\/bytes\/encoding\.js$/ }, () => ({
      path: "none",
      namespace: "empty",
    }));
    build.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "" }));
  },
};

/** Unbuilt, many processes need the same code: it is made once for each state of its sources. */
export async function cachedGuest(name) {
  const sources = readdirSync(folder).toSorted();
  const state = sources.map((file) => `${file} ${statSync(join(folder, file)).mtimeMs}`).join();
  const hash = createHash("sha256").update(state).digest("hex").slice(0, 16);
  const cache = join(root, "node_modules/.cache/boocode");
  const file = join(cache, `guest-${name}-${hash}.js`);
  if (existsSync(file)) return readFileSync(file, "utf8");
  const code = await bundleGuest(name);
  mkdirSync(cache, { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, code);
  renameSync(temporary, file);
  return code;
}

/** The code that runs inside the engines, each as one expression: `main` gives the guest's functions, `url` makes URL. */
export async function bundleGuest(name, minify = false) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(folder, `${name}.ts`)],
    bundle: true,
    write: false,
    format: "iife",
    globalName: "guest",
    minify,
    target: "es2022",
    platform: "neutral",
    mainFields: ["module", "main"],
    legalComments: "none",
    inject: name === "url" ? [join(folder, "utf8.ts")] : [],
    plugins: [utf8Only],
  });
  return `(()=>{${outputFiles[0].text};return {...guest}})()`;
}

/** The binaries of isolated-vm for a platform as VS Code names it; none where it has none, and for "universal". */
function nativeBinaries(target) {
  const isAlpine = target.startsWith("alpine-");
  const binaries = join(root, "node_modules/isolated-vm/prebuilds", target.replace("alpine-", "linux-"));
  if (!existsSync(binaries)) return [];
  const isWanted = (file) => !file.includes(isAlpine ? ".glibc." : ".musl.");
  return readdirSync(binaries)
    .filter(isWanted)
    .map((file) => join(binaries, file));
}

/** Builds the workflow sandbox into a folder: a process that shares nothing with the host, what runs in its engines, and the engines. Gives the files. */
export async function buildSandbox(outdir, { minify, target }) {
  const { build } = await import("esbuild");
  const process = join(outdir, "sandbox-process.js");
  await build({
    entryPoints: [join(root, "src/sandbox/sandbox-process.ts")],
    outfile: process,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node22",
    minify,
    legalComments: "none",
    external: ["isolated-vm"],
    banner: {
      js: 'import { createRequire as createBundleRequire } from "node:module"; const require = createBundleRequire(import.meta.url);',
    },
  });
  const parts = ["main", "url"].map((name) => ({ name, file: join(outdir, "guest", `${name}.js`) }));
  mkdirSync(join(outdir, "guest"), { recursive: true });
  for (const { name, file } of parts) writeFileSync(file, await bundleGuest(name, minify));
  const quickJs = join(
    root,
    "node_modules/@jitl/quickjs-ng-wasmfile-release-sync/dist/emscripten-module.wasm",
  );
  const copies = [
    { from: quickJs, to: join(outdir, "quickjs.wasm") },
    ...nativeBinaries(target).map((from) => ({ from, to: join(outdir, "isolated-vm", basename(from)) })),
  ];
  for (const { from, to } of copies) cpSync(from, to);
  return [process, ...parts.map(({ file }) => file), ...copies.map(({ to }) => to)];
}
