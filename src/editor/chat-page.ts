/** The chat's page: the frame that is there before any script runs. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Uri, type Webview } from "vscode";

/** The composer as it looks before its script runs: the build puts webview/shell.html here. */
declare const CHAT_SHELL: string;

/** The only folder that a view may load from, below the extension's own. */
export const pageFolder = ["dist", "webview"] as const;

/** Writes the page with fresh nonces. */
export function chatPage(webview: Webview, extension: Uri): string {
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
  const style = readStyle(extension, webview.asWebviewUri(folder).toString());
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
<div id="app">${typeof CHAT_SHELL === "string" ? CHAT_SHELL : ""}</div>
<script nonce="${nonce}">${loader(address("main.js"))}</script>
</body>
</html>`;
}

// The editor shows a page once it is loaded. Script and icon font come after that, so that the composer is there before.
function loader(script: string): string {
  const fonts = 'document.getElementById("fonts").media="all"';
  const main = `const s=document.createElement("script");s.type="module";s.src=${JSON.stringify(script)};document.body.append(s)`;
  return `addEventListener("load",()=>{${fonts};${main}})`;
}

// In the page itself the style costs no request before the first paint; its addresses are relative to its own file.
function readStyle(extension: Uri, folder: string): { readonly page: string; readonly fonts: string } {
  const file = readFileSync(join(extension.fsPath, ...pageFolder, "style.css"), "utf8");
  const style = file.replaceAll(/url\((["']?)\.\//g, `url($1${folder}/`).replaceAll("</", "<\\/");
  const face = /@font-face\s*\{[^}]*\}/g;
  return { page: style.replaceAll(face, ""), fonts: (style.match(face) ?? []).join("\n") };
}
