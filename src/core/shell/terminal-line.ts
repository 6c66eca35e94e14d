/** A command line as it is put into a terminal for the user to look at: nothing in it runs before they press Enter. */

// A terminal takes a line end for Enter and other control characters for keys; of the rest some turn around or hide what is shown.
// oxlint-disable-next-line no-control-regex
const keys = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Cf}/gu;

/** The line itself where it is one line of what can be seen, else one that says the same to a shell. */
export function terminalLine(line: string): string {
  const text = line.trim();
  if (text.search(keys) < 0) return text;
  const quoted = text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll(keys, escaped);
  return `eval $'${quoted}'`;
}

function escaped(character: string): string {
  if (character === "\n") return "\\n";
  if (character === "\t") return "\\t";
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\U${code.padStart(8, "0")}` : `\\u${code.padStart(4, "0")}`;
}
