/** The pages of the side bar: the frame that is there before any script runs. */
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Uri, workspace, type Webview } from "vscode";

/** The composer as it looks before its script runs: the build puts webview/shell.html here. */
declare const CHAT_SHELL: string;

/** What makes a page: its files, and what is in it before its script runs. */
export interface Page {
  readonly script: string;
  readonly styles: readonly string[];
  readonly shell: string;
}

/** The chat's page. */
export const chatPage: Page = {
  script: "main.js",
  styles: ["style.css"],
  shell: typeof CHAT_SHELL === "string" ? CHAT_SHELL : "",
};

/** The page of the list of sessions. */
export const sessionsPage: Page = { script: "sessions.js", styles: ["style.css", "sessions.css"], shell: "" };

/** The page of a trace. */
export const tracePage: Page = { script: "trace.js", styles: ["style.css", "trace.css"], shell: "" };

/** The page of the permission log. */
export const permissionsPage: Page = {
  script: "permissions.js",
  styles: ["style.css", "permissions.css"],
  shell: "",
};

/** The page of runs. */
export const runsPage: Page = { script: "runs.js", styles: ["style.css", "runs.css"], shell: "" };

/** The only folder that a view may load from, below the extension's own. */
export const pageFolder = ["dist", "webview"] as const;

/** Writes a page with fresh nonces. */
export function writePage(webview: Webview, extension: Uri, page: Page): string {
  const folder = Uri.joinPath(extension, ...pageFolder);
  const address = (name: string) => webview.asWebviewUri(Uri.joinPath(folder, name)).toString();
  const nonce = randomBytes(16).toString("base64");
  const policy = [
    "default-src 'none'",
    `script-src ${webview.cspSource} 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const style = readStyle(page.styles, extension, webview.asWebviewUri(folder).toString());
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>BooCode</title>
<style nonce="${nonce}">${style.page}</style>
<style nonce="${nonce}" media="not all" id="fonts">${style.fonts}</style>
</head>
<body>
<div id="app" data-place="${placeOf()}">${page.shell}</div>
<script nonce="${nonce}">${loader(address(page.script))}</script>
</body>
</html>`;
}

// Pages of one project know by it what is theirs.
function placeOf(): string {
  const folders = workspace.workspaceFolders?.map(({ uri }) => uri.toString()) ?? [];
  const place = workspace.workspaceFile?.toString() ?? folders.join("\n");
  return createHash("sha256").update(place).digest("hex").slice(0, 16);
}

// The editor shows a page once it is loaded. Script and icon font come after that, so that the composer is there before.
function loader(script: string): string {
  const fonts = 'document.getElementById("fonts").media="all"';
  const main = `const s=document.createElement("script");s.type="module";s.src=${JSON.stringify(script)};document.body.append(s)`;
  return `addEventListener("load",()=>{${fonts};${main}})`;
}

// In the page itself the style costs no request before the first paint; its addresses are relative to its own file.
function readStyle(
  names: readonly string[],
  extension: Uri,
  folder: string,
): { readonly page: string; readonly fonts: string } {
  const files = names.map((name) => readFileSync(join(extension.fsPath, ...pageFolder, name), "utf8"));
  const file = files.join("\n");
  const style = file.replaceAll(/url\((["']?)\.\//g, `url($1${folder}/`).replaceAll("</", "<\\/");
  const face = /@font-face\s*\{[^}]*\}/g;
  return { page: style.replaceAll(face, ""), fonts: (style.match(face) ?? []).join("\n") };
}
