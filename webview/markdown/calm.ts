/** The longest run of indentation and of list and quote marks that a line may begin with. */
const longestLead = 64;

const lead = /^(?:[ \t>*+-]|\d{1,9}[.)][ \t]){65,}/m;
const leads = new RegExp(lead.source);
const fence = /^ {0,3}(?:`{3,}|~{3,})/;

/**
 * Cuts the beginnings of lines that would nest lists and quotes hundreds deep, which no one can read and which takes a
 * parser minutes; code keeps its indentation. A text that grows stays its own beginning.
 */
export function calmNesting(text: string): string {
  if (!lead.test(text)) return text;
  let isCode = false;
  return text
    .split("\n")
    .map((line) => {
      if (fence.test(line)) isCode = !isCode;
      const run = isCode ? undefined : leads.exec(line)?.[0];
      return run === undefined ? line : line.slice(0, longestLead) + line.slice(run.length);
    })
    .join("\n");
}
