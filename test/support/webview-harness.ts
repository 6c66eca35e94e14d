/** The chat view outside of an editor: the built view, a scripted host, and the themes of a real VS Code, in a browser. */
import { build } from "esbuild";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import type { Page } from "playwright-core";
import type { SessionState } from "../../src/protocol/session.ts";
import type { SessionsState } from "../../src/protocol/sessions.ts";
import type { WorkspaceState } from "../../src/protocol/workspace.ts";
import { readShell, webviewBundle } from "../../webview-bundle.mjs";
import { root } from "./setup.mjs";
import { fakeHost, scriptHost } from "./webview-harness-host.ts";

/** The themes whose variables were taken from a real VS Code. */
export const themes = ["dark", "light", "hc-dark", "hc-light"] as const;
/** A theme of the fixture. */
export type Theme = (typeof themes)[number];

/** What the scripted host answers with. */
export interface HostScript {
  readonly workspace: WorkspaceState;
  readonly sessions: SessionsState;
  readonly session?: SessionState;
  /** Turns before those of `session`, for `session.turns`. */
  readonly older?: SessionState["turns"];
  readonly bodies?: Readonly<Record<string, string>>;
  /** Sessions that can be opened, by id; one that is made is `made`, "made-2" and so on without it. */
  readonly others?: Readonly<Record<string, SessionState>>;
  /** What is answered to a method whatever is asked, over the answers of the host. */
  readonly answers?: Readonly<Record<string, unknown>>;
}

/** The built view on loopback. */
export interface Harness extends AsyncDisposable {
  readonly url: string;
  /** The address of a view whose host follows a script. */
  address(script: HostScript, theme: Theme): string;
  /** Bytes of each file that was built. */
  readonly sizes: Readonly<Record<string, number>>;
}

const types: Readonly<Record<string, string>> = {
  ".js": "text/javascript",
  ".css": "text/css",
  ".ttf": "font/ttf",
};

/** Builds the view as it is shipped and serves it with a page like the host's. */
export async function startHarness(isMinified = true): Promise<Harness> {
  const folder = await mkdtemp(join(tmpdir(), "boocode-view-"));
  const result = await build({
    ...webviewBundle,
    metafile: true,
    outdir: folder,
    absWorkingDir: root,
    minify: isMinified,
    logLevel: "warning",
  });
  const scripts: HostScript[] = [];
  const contentOf = (url: URL): Promise<string | Buffer> => {
    if (url.pathname === "/") return page(url);
    if (url.pathname !== "/host.js") return readFile(join(folder, url.pathname));
    const number = Number(url.searchParams.get("script"));
    return Promise.resolve(hostSource(scripts[number], number));
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    contentOf(url).then(
      (content) => {
        const type = url.pathname === "/" ? "text/html" : (types[extname(url.pathname)] ?? "text/plain");
        response.setHeader("content-type", `${type}; charset=utf-8`);
        // What was built does not change while it is served.
        if (url.pathname !== "/" && url.pathname !== "/host.js")
          response.setHeader("cache-control", "max-age=3600, immutable");
        response.end(content);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const sizes = Object.entries(result.metafile.outputs).map(
    ([file, { bytes }]) => [file.slice(file.lastIndexOf("/") + 1), bytes] as const,
  );
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    url: address,
    address: (script, theme) => `${address}?theme=${theme}&script=${scripts.push(script) - 1}`,
    sizes: Object.fromEntries(sizes),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

// What the editor keeps for the view is forgotten with each script, not with a reload.
function hostSource(script: HostScript | undefined, number: number): string {
  const forget = `if (sessionStorage.getItem("script") !== "${number}") { sessionStorage.clear(); sessionStorage.setItem("script", "${number}"); }`;
  return `${forget}\n(${scriptHost.toString()})(${JSON.stringify(script)});\n(${fakeHost.toString()})();`;
}

interface ThemeLooks {
  /** The class of the body. */
  readonly kind: string;
  readonly style: string;
}

async function readTheme(theme: Theme): Promise<ThemeLooks> {
  const file = join(root, `test/fixtures/themes/${theme}.json`);
  const { kind, style, variables } = JSON.parse(await readFile(file, "utf8")) as ThemeLooks & {
    readonly variables: Readonly<Record<string, string>>;
  };
  const values = Object.entries(variables).map(([name, value]) => `${name}: ${value};`);
  return { kind, style: `${style}\n:root { ${values.join(" ")} }` };
}

/** Changes the theme of what is open, as the editor does, and waits until all colours are those of it. */
export async function wearTheme(view: Page, theme: Theme): Promise<void> {
  await view.evaluate(
    async ({ kind, style }) => {
      const element = document.querySelector("#theme");
      if (element === null) throw new Error("This page has no theme.");
      element.textContent = style;
      document.body.className = kind;
      const changes = document.getAnimations().filter((one) => one instanceof CSSTransition);
      await Promise.allSettled(changes.map(({ finished }) => finished));
    },
    await readTheme(theme),
  );
}

async function page(url: URL): Promise<string> {
  const theme = await readTheme(themes.find((one) => one === url.searchParams.get("theme")) ?? "dark");
  const number = url.searchParams.get("script");
  const host = number === null ? "" : `<script src="/host.js?script=${number}"></script>`;
  const view = url.searchParams.get("view");
  const [script, shell, style] =
    view === null ? ["main", readShell(), ""] : [view, "", `<link rel="stylesheet" href="/${view}.css">`];
  const policy = `default-src 'none'; script-src 'self' 'nonce-n'; style-src 'self' 'nonce-n'; font-src 'self'; img-src 'self'`;
  return `<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Chat</title>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style nonce="n" id="theme">${theme.style}</style>
<style nonce="n">html { background: var(--vscode-sideBar-background); }</style>
<link rel="stylesheet" href="/style.css">${style}</head>
<body class="${theme.kind}">${host}<div id="app">${shell}</div><script type="module" nonce="n" src="/${script}.js"></script></body></html>`;
}

/** How a view is opened. */
export interface ViewOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  readonly script: HostScript;
}

/** Opens a view in a page, in place of what was there, and waits until it is drawn. */
export async function openView(view: Page, harness: Harness, options: ViewOptions): Promise<void> {
  const { theme = "dark", width = 420, height = 800, script } = options;
  await view.setViewportSize({ width, height });
  await view.mouse.move(0, 0);
  await view.goto(harness.address(script, theme));
  await view.waitForFunction(() =>
    window.host.sent.some((message) => message.type === "request" && message.method === "view.painted"),
  );
  await view.locator(".stage > *").first().waitFor();
  await stillness(view);
}

/** Waits until the view has drawn its next frame. */
export async function frame(view: Page): Promise<void> {
  await view.evaluate(() => new Promise(requestAnimationFrame));
}

/** Waits until what is in the stage keeps its place and height for some frames: rows are measured once they are drawn. */
export function stillness(view: Page): Promise<void> {
  return view.evaluate(async () => {
    const measure = () => {
      const list = document.querySelector(".row-list");
      return `${list?.scrollTop} ${list?.scrollHeight} ${list?.childElementCount}`;
    };
    let before = "";
    for (let still = 0; still < 5; still = measure() === before ? still + 1 : 0) {
      before = measure();
      await new Promise(requestAnimationFrame);
    }
  });
}
