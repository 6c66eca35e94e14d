/** The words of an answer, without the marks of Markdown that a voice would only stumble over. */
export function spokenText(markdown: string): string {
  return markdown
    .replaceAll(/^[ \t]*(?:`{3,}|~{3,}).*$/gm, "")
    .replaceAll(/^[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+[ \t]*(?::?-+:?)?[ \t]*$/gm, "")
    .replaceAll(/^[ \t]*(?:(?:>|#{1,6}(?=[ \t])|[-*+](?=[ \t]))[ \t]*)+/gm, "")
    .replaceAll(/^\|(.*)\|[ \t]*$/gm, (_, cells: string) => cells.trim().replaceAll(/[ \t]*\|[ \t]*/g, ", "))
    .replaceAll(/`+([^`\n]+)`+/g, "$1")
    .replaceAll(/(\*{1,3})(?=\S)([^*\n]*[^*\s])\1/g, "$2")
    .replaceAll(/(?<![\w_])(_{1,2})(?=\S)([^_\n]*[^_\s])\1(?![\w_])/g, "$2")
    .replaceAll(/\n{2,}/g, "\n")
    .trim();
}
