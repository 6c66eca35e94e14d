/** The globals of the table. */
import type { GlobalReference } from "./reference.ts";

/** What the guest brings, as authors are told of it. */
export const globals: readonly GlobalReference[] = [
  {
    name: "agent",
    type: "Promise<string | object | null>",
    doc: "Starts an agent and gives its answer: a text, or with `schema` a checked object. Gives `null` when the agent was skipped or its provider failed for good; the run shows why.",
    example: 'const answer = await agent("Which files parse dates?", { agentType: "explorer" });',
    snippet: 'agent("$1")',
    parameters: [
      {
        label: "prompt: string",
        doc: "What to do. The agent sees this and the workspace, nothing of the script and of other agents.",
      },
      { label: "options?: AgentOptions", doc: "Label, schema, model, kind of agent, limits." },
    ],
  },
  {
    name: "parallel",
    type: "Promise<any[]>",
    doc: "Runs functions at once and waits for all. Results are in the order of the functions; one that throws gives `null`.",
    example: "const answers = await parallel(files.map((file) => () => agent(`Review ${file}`)));",
    snippet: 'parallel([() => agent("$1"), () => agent("$2")])',
    parameters: [
      {
        label: "thunks: (() => any)[]",
        doc: "Functions, not promises: `() => agent(…)`. At most 4096.",
      },
    ],
  },
  {
    name: "pipeline",
    type: "Promise<any[]>",
    doc: "Sends each item through the stages on its own: no item waits for another. A stage that throws, or gives `null`, ends its item with `null`.",
    example:
      "await pipeline(files, (file) => agent(`Review ${file}`), (review, file) => agent(`Check: ${review}`));",
    snippet: "pipeline(${1:items}, (${2:item}) => agent($3))",
    parameters: [
      { label: "items: any[]", doc: "What goes through; at most 4096." },
      {
        label: "...stages: ((previous, item, index) => any)[]",
        doc: "Each gets what the stage before gave, the item and its number. For the first, `previous` is the item.",
      },
    ],
  },
  {
    name: "phase",
    type: "void",
    doc: "Begins a phase: agents that start from here on are shown in it. `options.phase` of an agent wins.",
    example: 'phase("Verify");',
    snippet: 'phase("$1")',
    parameters: [
      { label: "title: string", doc: "A title from `meta.phases`; another one gets its own group." },
    ],
  },
  {
    name: "log",
    type: "void",
    doc: "Writes a line into the run's log.",
    example: "log(`${findings.length} findings`);",
    snippet: "log($1)",
    parameters: [{ label: "...values: any[]", doc: "What to write; objects are shown as JSON." }],
  },
  {
    name: "workflow",
    type: "Promise<any>",
    doc: "Runs another workflow in this place and gives its result. It shares limits, budget and stop. One level only: a child starts no other.",
    example: 'const report = await workflow("deep-research", { question });',
    snippet: 'workflow("$1")',
    parameters: [
      { label: "name: string | { scriptPath: string }", doc: "Its `meta.name`, or where its file is." },
      { label: "args?: any", doc: "What the other one finds in `args`." },
    ],
  },
  {
    name: "sh",
    type: "Promise<{ exitCode, stdout, stderr }>",
    doc: "Runs a command, with the permissions that agents' commands need, too. Its result is kept: a resumed run does not run it again.",
    example: 'const { stdout } = await sh("git diff --name-only main");',
    snippet: 'sh("$1")',
    parameters: [
      { label: "command: string", doc: "A line for the shell." },
      { label: "options?: { cwd?, timeoutMs? }", doc: "Where, and how long at most." },
    ],
  },
  {
    name: "ask",
    type: "Promise<string>",
    doc: "Asks a person and gives the answer. The run waits for it as long as it takes, also over a restart; the answer is kept.",
    example: 'if ((await ask("Apply the changes?", { choices: ["Yes", "No"] })) === "No") return null;',
    snippet: 'ask("$1")',
    parameters: [
      { label: "question: string", doc: "What the person reads." },
      { label: "options?: { choices? }", doc: "What can be answered." },
    ],
  },
  {
    name: "args",
    type: "any",
    doc: "What the caller passed, or `undefined`. A text that is a JSON object or array was parsed.",
    example: 'const question = typeof args === "string" ? args : args?.question;',
    snippet: "args",
  },
  {
    name: "budget",
    type: "Budget",
    doc: "What the run may spend and has spent. Once it is spent, `agent()` throws; agents under way finish.",
    example: "while (budget.total && budget.remaining() > 50_000) { … }",
    snippet: "budget",
    members: [
      {
        name: "total",
        type: "number | null",
        snippet: "total",
        doc: "The run's tokens; `null` without a budget.",
      },
      { name: "spent", type: "() => number", snippet: "spent()", doc: "Tokens spent so far." },
      {
        ...{ name: "remaining", type: "() => number", snippet: "remaining()" },
        doc: "Tokens that are left; `Infinity` without a budget.",
      },
      {
        ...{ name: "totalUsd", type: "number | null", snippet: "totalUsd" },
        doc: "The run's money in US dollars; `null` without a budget.",
      },
      { name: "spentUsd", type: "() => number", snippet: "spentUsd()", doc: "US dollars spent so far." },
      {
        ...{ name: "remainingUsd", type: "() => number", snippet: "remainingUsd()" },
        doc: "US dollars that are left; `Infinity` without a budget.",
      },
    ],
  },
];

/** A global by its name. */
export function findGlobal(name: string | undefined): GlobalReference | undefined {
  return globals.find((one) => one.name === name);
}
