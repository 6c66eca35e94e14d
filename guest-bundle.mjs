import { build } from "esbuild";
import { join } from "node:path";

const folder = join(import.meta.dirname, "src/sandbox/guest");

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

/** The code that runs inside the engines, each as one expression: `main` gives the guest's functions, `url` makes URL. */
export async function bundleGuest(name, minify = false) {
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
