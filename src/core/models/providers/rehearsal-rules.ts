/** The rules by which Rehearsal answers: each looks at the message, calls real tools, and reports what they returned. */
import { codeBlock, describeManifest, inlineCode, languageOf, pathsIn } from "./rehearsal-reports.ts";
import type { RehearsalTurn, ToolAnswer } from "./rehearsal-turn.ts";
import { readWords, type Words } from "./rehearsal-words.ts";

/** A tool call that Rehearsal makes. */
export interface RehearsalCall {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What Rehearsal says next; without calls the turn is at rest. */
export interface Reply {
  readonly text: string;
  readonly calls: readonly RehearsalCall[];
}

/** Given the answers of the turn so far, what comes next. */
type Plan = (answers: readonly ToolAnswer[]) => Reply;

const abilities = `I answer by a few fixed rules, to try BooCode without a key. Try one of these:

- What files are here?
- Read package.json and tell me what this project is
- Search for "TODO"
- Which problems are there?
- Run the tests
- Run "git status"
- Create notes.txt with "hello"
- Replace "hello" with "good morning" in notes.txt

For anything else, set an API key (**BooCode: Set API Key**) or choose another model.`;

const reading =
  /\b(?:read|show|open|look|see|tell|say|what|explain|describe|summari[sz]e|print|cat|display|about)\b/;
const maxChecked = 12;
const sourceFile = /\.(?:[cm]?[jt]sx?|vue|svelte|py|go|rs|java|kt|cs|cpp|c|h|php|rb|css|scss|json)$/i;

/** What Rehearsal says next in a turn. */
export function nextReply(turn: RehearsalTurn): Reply {
  const plan = choosePlan(turn.message, readWords(turn.message));
  return plan(turn.answers);
}

function choosePlan(message: string, words: Words): Plan {
  const asks = (pattern: RegExp): boolean => pattern.test(words.plain);
  const wanted = wantedText(words);
  if (asks(/\bcall no tools\b/)) return () => say("A summary takes a model, and Rehearsal is none.");
  if (isCreation(message, words.paths[0])) return create(words);
  const command = wantedCommand(message, words);
  if (command !== undefined) return run(command);
  if (asks(/\b(?:change|replace|rename|edit)\b/) && words.quoted.length >= 2) return replace(words);
  if (wanted !== undefined) return find(wanted, words);
  if (asks(/\b(?:fix|repair|solve)\b/)) return fix(words);
  if (asks(/\b(?:diagnostics?|problems?|errors?|warnings?|lint)\b/)) return check(words);
  if (words.paths.length > 0 && (words.plain === "" || asks(reading))) return read(words.paths);
  if (asks(/\b(?:files?|folders?|director(?:y|ies)|list)\b/)) return list();
  if (asks(/\b(?:project|repository|repo|package|code ?base)\b/)) return read(["package.json"]);
  return () => say(abilities);
}

const creation =
  /^\W*(?:(?:please|now|then|can you|could you)\s+)*(?:(?:create|write|save)\s+(?:(?:an?|the|new|text|file|called|named)\s+)*|(?:make|add)\s+(?:an?|the)\s+(?:new\s+)?(?:text\s+)?file\s+(?:(?:called|named)\s+)?)/i;

/** Only "create PATH …" and "write "text" to PATH" are taken as orders to write: guessing would overwrite files. */
function isCreation(message: string, path: string | undefined): boolean {
  const order = creation.exec(message)?.[0];
  if (order === undefined || path === undefined) return false;
  const rest = message.slice(order.length).replace(/^["'`“]/, "");
  const isQuoteFirst = /^["'`“]/.test(message.slice(order.length));
  const beforePath = rest.slice(0, Math.max(0, rest.indexOf(path)));
  return (
    rest.startsWith(path) ||
    (isQuoteFirst && /["'`”]\s+(?:in)?to\s+(?:the\s+file\s+)?["'`“]?$/i.test(beforePath))
  );
}

/** A command that a message gives in full, quoted after "run"; or the project's tests by npm, which is all that is guessed. */
function wantedCommand(message: string, words: Words): string | undefined {
  if (!/^(?:(?:please|now|then|can you|could you)\s+)*(?:run|execute)\b/i.test(message.trim()))
    return undefined;
  const quoted = /["“`]([^"”`\n]+)["”`]/.exec(message)?.[1];
  if (quoted !== undefined) return quoted;
  return /\b(?:tests?|test suite)\b/.test(words.plain) ? "npm test" : undefined;
}

function run(command: string): Plan {
  const request = { name: "run_shell", input: { command } };
  return once(`I run ${inlineCode(command)}.`, request, (output) => `What it wrote:\n\n${codeBlock(output)}`);
}

/** What a message asks to search for: quoted, or one word. */
function wantedText(words: Words): string | undefined {
  if (!/\b(?:search|find|grep|contains?|mentions?|where|look for)\b/.test(words.plain)) return undefined;
  return (
    words.quoted[0] ?? /\b(?:(?:search|grep|look) for|grep)\s+(\S+?)[.?!,]*(?:\s|$)/.exec(words.plain)?.[1]
  );
}

function say(text: string): Reply {
  return { text, calls: [] };
}

function call(text: string, ...calls: readonly RehearsalCall[]): Reply {
  return { text, calls };
}

/** Calls a tool once and reports its answer. */
function once(intro: string, request: RehearsalCall, report: (output: string) => string): Plan {
  return (answers) => {
    const answer = answers.at(-1);
    return answer === undefined ? call(intro, request) : say(report(answer.output));
  };
}

function list(): Plan {
  return once("I list the files.", { name: "list_files", input: {} }, (output) => {
    const count = pathsIn(output).length;
    return `${count} ${count === 1 ? "file" : "files"}, by directory:\n\n${codeBlock(output)}`;
  });
}

function read(paths: readonly string[]): Plan {
  const files = [...new Set(paths)].slice(0, 4);
  return (answers) => {
    if (answers.length > 0) return say(answers.map(describeFile).join("\n\n"));
    const calls = files.map((path) => ({ name: "read_file", input: { path } }));
    return call(`I read ${files.map(inlineCode).join(", ")}.`, ...calls);
  };
}

function describeFile(answer: ToolAnswer): string {
  const path = pathOf(answer);
  const manifest = /(?:^|\/)package\.json$/.test(path) ? describeManifest(answer.output) : undefined;
  if (manifest !== undefined) return `${inlineCode(path)} says:\n\n${manifest}`;
  const count = answer.output.replace(/\n$/, "").split("\n").length;
  return `What came back for ${inlineCode(path)} (${count} ${count === 1 ? "line" : "lines"}):\n\n${codeBlock(answer.output, languageOf(path))}`;
}

function find(wanted: string, words: Words): Plan {
  const path = words.paths.find((entry) => entry !== wanted);
  const pattern = wanted.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
  const isQuoted = words.quoted[0] !== undefined;
  const input = {
    pattern,
    ...(isQuoted ? {} : { ignore_case: true }),
    ...(path === undefined ? {} : { path }),
  };
  return once(`I search for ${inlineCode(wanted)}.`, { name: "search", input }, (output) =>
    output.startsWith("no matches")
      ? `No line has ${inlineCode(wanted)}.`
      : `What the search returned:\n\n${codeBlock(output)}`,
  );
}

/** The editor may not have looked at any file yet; then the source files are checked one by one. */
function diagnose(words: Words, report: (found: string) => string): Plan {
  const path = words.paths[0];
  return (answers) => {
    if (answers.length === 0) {
      const intro =
        path === undefined
          ? "I ask the editor for its problems."
          : `I ask the editor about ${inlineCode(path)}.`;
      return call(intro, { name: "get_diagnostics", input: path === undefined ? {} : { path } });
    }
    const listing = answers.findLast((answer) => answer.name === "list_files");
    const last = answers.at(-1);
    if (path === undefined && answers.length === 1 && last?.output.startsWith("no problems") === true) {
      return call("It knows of none yet, so I look for source files to check.", {
        name: "list_files",
        input: {},
      });
    }
    const sources = pathsIn(listing?.output ?? "")
      .filter((file) => sourceFile.test(file))
      .slice(0, maxChecked);
    if (last === listing && sources.length > 0) {
      return call(
        `I check ${sources.length === 1 ? "it" : `${sources.length} of them`}.`,
        ...sources.map((file) => ({ name: "get_diagnostics", input: { path: file } })),
      );
    }
    const found = answers.filter(
      (answer) => answer.name === "get_diagnostics" && !answer.output.startsWith("no problems"),
    );
    return say(report([...new Set(found.flatMap((answer) => answer.output.split("\n")))].join("\n")));
  };
}

function check(words: Words): Plan {
  return diagnose(words, (found) =>
    found === "" ? "The editor reports no problems." : `The editor reports:\n\n${codeBlock(found)}`,
  );
}

function fix(words: Words): Plan {
  return diagnose(words, (found) =>
    found === ""
      ? "The editor reports no problems, so there is nothing to fix."
      : `These are the problems, but fixing them takes a model, and Rehearsal is none:\n\n${codeBlock(found)}\n\nSet an API key and ask again, or tell me the change: Replace "…" with "…" in ${inlineCode(/^(.+?):\d+:\d+ /.exec(found)?.[1] ?? "a file")}.`,
  );
}

function create(words: Words): Plan {
  const path = words.paths[0] ?? "";
  const content = words.block ?? words.quoted.find((text) => text !== path);
  if (content === undefined) return () => say(`Quote what to write, as in: Create ${path} with "hello".`);
  return once(
    `I write ${inlineCode(path)}.`,
    { name: "write_file", input: { path, content } },
    reportChange(path),
  );
}

function replace(words: Words): Plan {
  const [old = "", text = ""] = words.quoted;
  const path = words.paths.find((entry) => entry !== old && entry !== text);
  if (path === undefined) return () => say(`Say in which file, as in: Replace "a" with "b" in src/app.ts.`);
  const all = words.plain.includes("all") || words.plain.includes("every");
  const input = { path, old, new: text, ...(all ? { all } : {}) };
  return once(`I change ${inlineCode(path)}.`, { name: "edit_file", input }, reportChange(path));
}

function reportChange(path: string): (output: string) => string {
  return (output) => {
    const [first = "", ...rest] = output.split("\n");
    if (!/^(?:ok|no change)\b/.test(first))
      return `${inlineCode(path)} was not changed:\n\n${codeBlock(output)}`;
    const done = first.startsWith("ok")
      ? `Done: ${inlineCode(path)}, ${first.slice(3)} lines.`
      : `${inlineCode(path)} already had this text.`;
    return rest.length === 0 ? done : `${done}\n\n${codeBlock(rest.join("\n"))}`;
  };
}

function pathOf(answer: ToolAnswer): string {
  const { input } = answer;
  return typeof input === "object" && input !== null && "path" in input ? String(input.path) : answer.name;
}
