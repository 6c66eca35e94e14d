/** The phases that a script announces, also while it is half typed. */
import type { Token } from "./tokens.ts";

/** The titles in `phases: […]` of `const meta = {…}`. */
export function phaseTitles(tokens: readonly Token[]): readonly string[] {
  const meta = tokens.findIndex(
    ({ text }, at) => text === "meta" && tokens[at - 1]?.text === "const" && tokens[at + 1]?.text === "=",
  );
  if (meta < 0) return [];
  const titles: string[] = [];
  let depth = 0;
  let phasesDepth: number | undefined;
  for (let at = meta + 2; at < tokens.length; at++) {
    const { kind, text = "" } = tokens[at] ?? {};
    if (kind === "sign" && "([{".includes(text)) depth += 1;
    if (kind === "sign" && ")]}".includes(text)) depth -= 1;
    if (depth <= 0) break;
    if (phasesDepth !== undefined && depth <= phasesDepth && text === "]") phasesDepth = undefined;
    if (tokens[at + 1]?.text !== ":") continue;
    if (text === "phases") phasesDepth = depth;
    const title = phasesDepth !== undefined && text === "title" ? titleOf(tokens[at + 2]) : undefined;
    if (title !== undefined && !titles.includes(title)) titles.push(title);
  }
  return titles;
}

function titleOf(token: Token | undefined): string | undefined {
  const quotes = token?.kind === "string" ? /^(["'])([^\\]+)\1$/ : /^(`)([^$\\]+)`$/;
  return token === undefined ? undefined : quotes.exec(token.text)?.[2];
}
