import type { PartKind } from "./bar-parts.ts";

/** What the styles say of rows, for a canvas: fonts and colours as it takes them. */
export interface Look {
  readonly font: string;
  readonly headingFont: string;
  readonly figureFont: string;
  readonly iconFont: string;
  readonly twistieFont: string;
  readonly text: string;
  readonly quiet: string;
  readonly line: string;
  readonly error: string;
  readonly parts: Readonly<Record<PartKind, string>>;
  /** How far a branch stands in from the one above it, in pixels. */
  readonly indent: number;
  /** The character of a codicon. */
  readonly glyphOf: (icon: string) => string;
}

const partColours: Readonly<Record<PartKind, string>> = {
  frame: "var(--frame)",
  failed: "var(--failed)",
  queued: "var(--queued)",
  waiting: "var(--waiting)",
  "first-token": "var(--first-token)",
  generating: "var(--generating)",
  tool: "var(--tool)",
  error: "var(--failed)",
  running: "var(--first-token)",
};

// The characters are the same for every theme.
const glyphs = new Map<string, string>();

/** Reads what the styles say of the rows around a canvas as they are now. */
export function readLook(canvas: HTMLElement): Look {
  const element = canvas.parentElement ?? canvas;
  const probe = document.createElement("i");
  element.append(probe);
  try {
    const style = getComputedStyle(probe);
    const colour = (value: string): string => {
      probe.style.color = value;
      return style.color;
    };
    const { fontSize, fontFamily } = getComputedStyle(element);
    const parts = Object.entries(partColours).map(([kind, value]) => [kind, colour(value)]);
    return {
      font: `${fontSize} ${fontFamily}`,
      headingFont: `600 ${fontSize} ${fontFamily}`,
      figureFont: `12px ${fontFamily}`,
      iconFont: "14px codicon",
      twistieFont: "16px codicon",
      text: colour("inherit"),
      quiet: colour("var(--quiet)"),
      line: colour("var(--vscode-panel-border, transparent)"),
      error: colour("var(--error)"),
      parts: Object.fromEntries(parts) as Look["parts"],
      indent: Number.parseFloat(getComputedStyle(element).getPropertyValue("--indent")),
      glyphOf: (icon) => {
        const known = glyphs.get(icon) ?? readGlyph(element, icon);
        glyphs.set(icon, known);
        return known;
      },
    };
  } finally {
    probe.remove();
  }
}

function readGlyph(element: HTMLElement, icon: string): string {
  const probe = document.createElement("i");
  probe.className = `codicon codicon-${icon}`;
  element.append(probe);
  const content = getComputedStyle(probe, "::before").content;
  probe.remove();
  return content.replaceAll('"', "");
}
