/** awk: which of its programs only read their input and print. */
import { exactText, isExact, type Field } from "../command-line/values.ts";
import { hasOption, optionValues, type Arguments } from "./arguments.ts";
import { type Call, each, type Program } from "./program.ts";

/** awk, whose programs can run commands, read and write files. */
export const awk: Program = {
  options: { ...each("text", "-F --field-separator -v --assign"), ...each("read", "-f --file -E --exec") },
  flags: each("harmless", "--posix --traditional --re-interval --sandbox --characters-as-bytes"),
  insteadOfFirst: ["-f", "--file", "-E", "--exec"],
  others: "danger",
  stopsAtOperand: true,
  follow: followAwk,
};

function followAwk({ draft }: Call, given: Arguments): undefined {
  const isFile = hasOption(given, "-f", "--file", "-E", "--exec");
  if (isFile) draft.runsCode("The program of awk is in a file.");
  const files = optionValues(given, "-f", "--file", "-E", "--exec");
  if (files.some((file) => /^(?:-|\/dev\/)/.test(exactText(file) ?? "-")))
    draft.ask("What awk would do comes from elsewhere.", "exact-rule");
  const [program] = given.operands;
  if (!isFile && program !== undefined) judgeProgram(program, draft);
  for (const field of given.operands.slice(isFile ? 0 : 1))
    for (const value of field.values) {
      // "name=value" sets a variable, but a file may have such a name, too.
      draft.useValue(value, { operation: "read" }, field.text);
    }
  return undefined;
}

function judgeProgram(program: Field, draft: Call["draft"]): void {
  const text = exactText(program);
  const danger = text === undefined || !isExact(text) ? "it is not known" : dangerIn(text);
  if (danger !== undefined)
    draft.ask(
      `The awk program ${program.text.slice(0, 80)} may run commands or touch files: ${danger}.`,
      "exact-rule",
    );
}

const token =
  /\s+|#[^\n]*|"(?:[^"\\\n]|\\[^])*"|[A-Za-z_]\w*|[\d.]+(?:[eE][-+]?\d+)?|\|\||\|&|>>|>=|<=|==|!=|&&|\+\+|--|\*\*|[-+*/%^]=|[^]/y;
const regex = /\/(?:[^/\\\n[]|\\.|\[(?:\^?\]?)(?:[^\]\\\n]|\\.)*\])*\//y;
const operators = /^(?:[({[,;}!~?:<>+\-*/%^=]|[-+*/%^<>=!]=|&&|\|\||\*\*|print|printf|return|in|case)$/;
const harmful = new Set(["system", "getline", "ARGV", "ARGC", "PROCINFO"]);

/** What a program holds that does more than to compute and print; undefined where there is nothing. */
export function dangerIn(program: string): string | undefined {
  let at = 0;
  let last = "";
  let depth = 0;
  let prints = false;
  while (at < program.length) {
    const pattern = program[at] === "/" && isOperandNext(last) ? regex : token;
    pattern.lastIndex = at;
    const text = pattern.exec(program)?.[0];
    if (text === undefined) return "a part of it is not understood";
    at += text.length;
    if (/^[\s#]/.test(text) && !text.includes("\n")) continue;
    if (text === '"' || text === "`" || text === "'" || text === "\\")
      return "a part of it is not understood";
    if (harmful.has(text) || text === "@" || text === "|" || text === "|&") return `it holds "${text}"`;
    if (text === "print" || text === "printf") [prints, depth] = [true, 0];
    else if (text === "(") depth++;
    else if (text === ")") depth--;
    else if (/^[;{}]$/.test(text) || text.includes("\n")) prints = false;
    else if ((text === ">" || text === ">>") && prints && depth <= 0)
      return `it holds "${text}" behind print`;
    last = text;
  }
  return undefined;
}

// A slash begins a regular expression where a value is expected, and divides elsewhere.
function isOperandNext(last: string): boolean {
  return last === "" || last.includes("\n") || operators.test(last);
}
