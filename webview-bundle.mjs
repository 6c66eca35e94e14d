import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "webview");

/** What every page of the side bar is built from and how; where to and how small is the caller's. */
export const webviewBundle = {
  entryPoints: [
    { in: join(folder, "main.tsx"), out: "main" },
    { in: join(folder, "style.css"), out: "style" },
    { in: join(folder, "sessions-main.tsx"), out: "sessions" },
    { in: join(folder, "styles/sessions.css"), out: "sessions" },
    { in: join(folder, "trace-main.tsx"), out: "trace" },
    { in: join(folder, "styles/trace.css"), out: "trace" },
    { in: join(folder, "permissions-main.tsx"), out: "permissions" },
    { in: join(folder, "styles/permissions.css"), out: "permissions" },
    { in: join(folder, "runs-main.tsx"), out: "runs" },
    { in: join(folder, "styles/runs.css"), out: "runs" },
  ].filter((entry) => existsSync(entry.in)),
  bundle: true,
  /** @type {"esm"} */
  format: "esm",
  splitting: true,
  metafile: true,
  /** @type {"none"} */
  legalComments: "none",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "[name]",
  /** @type {"browser"} */
  platform: "browser",
  target: "chrome130",
  /** @type {"automatic"} */
  jsx: "automatic",
  jsxImportSource: "preact",
  loader: { ".ttf": /** @type {"file"} */ ("file") },
  define: { "process.env.NODE_ENV": '"production"' },
};

/** The chat as it looks before its script runs: a part of the page that the host writes. */
export function readShell() {
  const file = join(folder, "shell.html");
  return existsSync(file) ? readFileSync(file, "utf8").trim() : "";
}
