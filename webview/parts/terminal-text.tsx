import type { VNode } from "preact";
import { plainLook, type Look, type Run } from "../terminal/ansi.ts";

const colours = ["Black", "Red", "Green", "Yellow", "Blue", "Magenta", "Cyan", "White"] as const;

/** What a program wrote, with the colours that it gave: text in elements, whatever it holds. */
export function TerminalText({ runs }: { readonly runs: readonly Run[] }): VNode {
  return (
    <>
      {runs.map(({ text, look }, index) =>
        look === plainLook ? (
          text
        ) : (
          <span key={index} class={classOf(look)} style={styleOf(look)}>
            {text}
          </span>
        ),
      )}
    </>
  );
}

const classNames: Readonly<Partial<Record<keyof Look, string>>> = {
  isBold: "ansi-bold",
  isDim: "ansi-dim",
  isItalic: "ansi-italic",
  isUnderlined: "ansi-underlined",
  isStruck: "ansi-struck",
};

function classOf(look: Look): string | undefined {
  const names = Object.keys(look).flatMap((key) => classNames[key as keyof Look] ?? []);
  return names.length === 0 ? undefined : names.join(" ");
}

// What stands on a colour is told by the colour below it, faintly, so that it can be read in every theme.
function styleOf({ colour, background, isInverse }: Look): Readonly<Record<string, string>> | undefined {
  const below = isInverse === true ? (colour ?? "text") : background;
  if (below !== undefined)
    return { backgroundColor: mixed(below, "25%", "transparent"), color: "var(--vscode-foreground)" };
  return colour === undefined ? undefined : { color: readable(colour) };
}

function mixed(colour: number | "text", share: string, other: string): string {
  const own = colour === "text" ? "currentcolor" : variableOf(colour);
  return `color-mix(in srgb, ${own} ${share}, ${other})`;
}

function variableOf(colour: number): string {
  const name = colours[colour % 8] ?? "White";
  return `var(--vscode-terminal-ansi${colour < 8 ? "" : "Bright"}${name})`;
}

// Black and white would be lost on one theme or the other, and the others are drawn nearer to the text's own colour.
function readable(colour: number): string {
  if (colour === 8) return "var(--quiet)";
  if (colour % 8 === 0 || colour % 8 === 7) return "var(--vscode-foreground)";
  return mixed(colour, "var(--vivid)", "var(--vscode-foreground)");
}
