/** Where a link of model text may lead: a page outside, or a file of the project. */
export type LinkTarget =
  | { readonly kind: "page"; readonly href: string }
  | { readonly kind: "file"; readonly path: string; readonly line?: number };

const allowedPages = /^(?:https?:\/\/[^\s/?#]|mailto:[^\s@]+@)/i;
const scheme = /^[a-z][a-z\d+.-]*:/i;
const lineSuffix = /(?::(\d{1,7})(?::\d+)?|#L(\d{1,7})(?:-L?\d+)?)$/;
// Control and format characters hide or reorder what an address says.
const hidden = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\]/u;

/** What a link leads to, or undefined where it must not lead anywhere. */
export function linkTarget(href: string): LinkTarget | undefined {
  const address = href.trim();
  if (address === "" || address.length > 2048) return undefined;
  if (hidden.test(address)) return undefined;
  if (allowedPages.test(address)) return { kind: "page", href: address };
  const match = lineSuffix.exec(address);
  const path = decodePath(match === null ? address : address.slice(0, match.index));
  if (path === undefined || scheme.test(path) || hidden.test(path) || !isProjectPath(path)) return undefined;
  const line = Number(match?.[1] ?? match?.[2] ?? 0);
  return line > 0 ? { kind: "file", path, line } : { kind: "file", path };
}

/** The same for a word of code: only what is plainly a path, with a folder or a line, is a link. */
export function codeTarget(text: string): LinkTarget | undefined {
  if (!/^[\w@.+-]+(?:\/[\w@.+-]+)*\.[a-z]\w{0,9}(?::\d+(?::\d+)?)?$/i.test(text)) return undefined;
  if (!text.includes("/") && !/:\d/.test(text)) return undefined;
  return linkTarget(text);
}

function decodePath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function isProjectPath(path: string): boolean {
  if (
    path === "" ||
    path.startsWith("/") ||
    path.startsWith("~") ||
    path.startsWith("#") ||
    path.startsWith("?")
  )
    return false;
  return !path.split("/").includes("..");
}
