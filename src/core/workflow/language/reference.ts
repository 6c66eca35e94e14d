/** What a script's author is told of the language: the one table behind completion, hover and signature help. */
import { archetypes } from "../agents/agent-types.ts";
import { commonModelNames } from "../agents/models.ts";
import { efforts } from "../agents/workflow-agents.ts";
import type { KnownObject } from "./cursor.ts";

/** A value that can be written as a text. */
export interface ValueReference {
  readonly name: string;
  readonly doc: string;
}

/** A field of an object, or a member of a global. */
export interface FieldReference {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
  /** What stands for its value in a snippet. */
  readonly snippet: string;
  readonly values?: readonly ValueReference[];
}

/** A parameter as the signature writes it: "prompt: string". */
export interface ParameterReference {
  readonly label: string;
  readonly doc: string;
}

/** A global. Those without parameters are values. */
export interface GlobalReference {
  readonly name: string;
  readonly type: string;
  readonly doc: string;
  readonly example: string;
  readonly snippet: string;
  readonly parameters?: readonly ParameterReference[];
  readonly members?: readonly FieldReference[];
}

/** How a global is declared: one line. */
export function signatureOf({ name, type, parameters }: GlobalReference): string {
  if (parameters === undefined) return `${name}: ${type}`;
  return `${name}(${parameters.map(({ label }) => label).join(", ")}): ${type}`;
}

const text = "string";
const quoted = '"$1"';

const effortDocs: Readonly<Record<(typeof efforts)[number], string>> = {
  low: "Answers at once.",
  medium: "Thinks a little.",
  high: "Thinks where it helps.",
  max: "Thinks as long as it takes.",
};

const toolNames: readonly ValueReference[] = [
  { name: "read_file", doc: "Reads a file." },
  { name: "list_files", doc: "Lists files by pattern." },
  { name: "search", doc: "Searches in files." },
  { name: "edit_file", doc: "Changes a part of a file." },
  { name: "write_file", doc: "Writes a whole file." },
  { name: "run_shell", doc: "Runs a command." },
  { name: "get_diagnostics", doc: "Gives the editor's problems of a file." },
  { name: "get_diagnostics_summary", doc: "Counts the editor's problems of all files." },
  { name: "shell_output", doc: "Reads what a command that runs on has printed." },
  { name: "shell_stop", doc: "Ends a command that runs on." },
];

const moneyLimits: readonly FieldReference[] = [
  { name: "tokens", type: "number", doc: "Most tokens, in and out.", snippet: "${1:50_000}" },
  { name: "usd", type: "number", doc: "Most money, in US dollars.", snippet: "${1:0.05}" },
];

const agentOptions: readonly FieldReference[] = [
  {
    ...{ name: "label", type: text, snippet: quoted },
    doc: "What the run view calls this agent. Without it: the prompt's first line.",
  },
  {
    ...{ name: "phase", type: text, snippet: quoted },
    doc: "The phase this agent is shown in, whatever `phase()` said last. Use it in `pipeline` and `parallel`, where agents of several phases work at once.",
  },
  {
    ...{ name: "schema", type: "JSON Schema (an object)" },
    snippet: '{ type: "object", required: ["$1"], properties: { $1: { type: "$2" } } }',
    doc: "What the answer must satisfy: `agent()` then gives a checked object instead of a text. What does not fit goes back to the model, at most five times; then `agent()` throws.",
  },
  {
    ...{ name: "model", type: text, snippet: quoted },
    doc: "The model: an id from your settings, a tag, or another engine's name for one of about that strength.",
    values: commonModelNames().map(({ name, meaning }) => ({ name, doc: meaning })),
  },
  {
    ...{ name: "effort", type: efforts.map((one) => `"${one}"`).join(" | "), snippet: quoted },
    doc: "How long the model may think before it answers.",
    values: efforts.map((name) => ({ name, doc: effortDocs[name] })),
  },
  {
    ...{ name: "agentType", type: text, snippet: quoted },
    doc: "What kind of agent it is: what it is told of its part, and which tools it may use.",
    values: archetypes.map(({ name, description }) => ({ name, doc: description })),
  },
  {
    ...{ name: "isolation", type: '"worktree"', snippet: '"worktree"' },
    doc: "Lets the agent work in a git worktree of its own, made from the current HEAD. It is removed if nothing changed, and kept and shown with its changes otherwise.",
    values: [{ name: "worktree", doc: "A git worktree from the current HEAD." }],
  },
  {
    ...{ name: "tools", type: "string[]", snippet: "[$1]" },
    doc: "The only tools that the agent may use.",
    values: toolNames,
  },
  {
    ...{ name: "capabilities", type: "string[]", snippet: "[$1]" },
    doc: "The same as `tools`.",
    values: toolNames,
  },
  {
    ...{ name: "maxToolCalls", type: "number", snippet: "${1:20}" },
    doc: "Most tool calls; after them the agent has to answer.",
  },
  {
    ...{ name: "max_tool_calls", type: "number", snippet: "${1:20}" },
    doc: "The same as `maxToolCalls`.",
  },
  {
    ...{ name: "timeoutMs", type: "number", snippet: "${1:180_000}" },
    doc: "After so many milliseconds without progress the agent is aborted and tried again. An agent that works on is never cut.",
  },
  {
    ...{ name: "retries", type: "number", snippet: "${1:2}" },
    doc: "How often it is tried again when the provider fails. Rate limits do not count: the agent waits for them.",
  },
  {
    ...{ name: "budget", type: "number | { tokens?, usd? }", snippet: "{ tokens: ${1:50_000} }" },
    doc: "What this agent may spend: a number of tokens, or tokens and money.",
  },
  {
    ...{ name: "skills", type: "string[]", snippet: "[$1]" },
    doc: "Names of skills that the agent begins with.",
  },
];

/** The fields of the objects that are known. */
export const fields: Readonly<Record<KnownObject, readonly FieldReference[]>> = {
  agent: agentOptions,
  "agent-budget": moneyLimits,
  sh: [
    {
      ...{ name: "cwd", type: text, snippet: quoted },
      doc: "The folder to run it in, from the workspace's. Without it: the workspace's folder.",
    },
    {
      ...{ name: "timeoutMs", type: "number", snippet: "${1:60_000}" },
      doc: "After so many milliseconds the command is ended.",
    },
  ],
  ask: [
    {
      ...{ name: "choices", type: "string[]", snippet: '["$1", "$2"]' },
      doc: "What can be answered. Without it the answer is a free text.",
    },
  ],
  workflow: [
    {
      ...{ name: "scriptPath", type: text, snippet: quoted },
      doc: "The script's file, from the workspace's folder.",
    },
  ],
  meta: [
    {
      ...{ name: "name", type: text, snippet: quoted },
      doc: 'What the workflow is called: `/name` in the chat, `workflow("name")` in other scripts. Required; the file\'s name does not count.',
    },
    {
      ...{ name: "description", type: text, snippet: quoted },
      doc: "What it does, in one sentence. Required.",
    },
    { name: "title", type: text, snippet: quoted, doc: "A name for people, shown instead of `name`." },
    {
      ...{ name: "whenToUse", type: text, snippet: quoted },
      doc: "When it helps: agents read this before they propose or start it.",
    },
    {
      ...{ name: "phases", type: "{ title, detail?, model? }[]", snippet: '[{ title: "$1" }]' },
      doc: "The phases in their order, so that the run view can show them before they begin.",
    },
  ],
  phase: [
    { name: "title", type: text, snippet: quoted, doc: "What `phase(title)` and `options.phase` name." },
    { name: "detail", type: text, snippet: quoted, doc: "More about it, in a few words." },
    { name: "model", type: text, snippet: quoted, doc: "The model that it mostly uses; only shown." },
  ],
};
