/** The chat's page: the frame that is there before any script runs. */
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Uri, type Webview } from "vscode";

/** The only folder that a view may load from, below the extension's own. */
export const pageFolder = ["dist", "webview"] as const;

/** Writes the page with fresh nonces; `shell` is the composer as it looks before the script draws it. */
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
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>BooCode</title>
<style nonce="${nonce}">${readPart(extension, "critical.css")}</style>
<link rel="stylesheet" href="${address("codicon.css")}" media="print" data-late>
<link rel="stylesheet" href="${address("style.css")}">
<script type="module" nonce="${nonce}" src="${address("main.js")}"></script>
</head>
<body>
${readPart(extension, "shell.html")}
</body>
</html>`;
}

// Both are a few kilobytes; without them the page is only later, not wrong.
function readPart(extension: Uri, name: string): string {
  try {
    return readFileSync(join(extension.fsPath, ...pageFolder, name), "utf8");
  } catch {
    return "";
  }
}
