/** The kinds of agents that scripts can name: archetypes that are built in, and names that public scripts use for them. */
import { BooError } from "../../errors.ts";

/** A kind of agent: what it is told of its part, and which tools it may use (undefined: all). */
export interface AgentType {
  readonly name: string;
  readonly description: string;
  readonly instructions: string;
  readonly tools: readonly string[] | undefined;
}

const looking = ["read_file", "list_files", "search", "get_diagnostics", "get_diagnostics_summary"];
const running = [...looking, "run_shell"];

/** The archetypes. */
export const archetypes: readonly AgentType[] = [
  {
    name: "general",
    description: "Any task, with all tools.",
    instructions: "You do one task of a workflow. Do exactly what is asked, then give the result.",
    tools: undefined,
  },
  {
    name: "explorer",
    description: "Finds things out in the code, changes nothing.",
    instructions:
      "You find things out in this workspace. Change nothing. Name files and lines for what you say.",
    tools: looking,
  },
  {
    name: "planner",
    description: "Makes a plan from the code as it is, changes nothing.",
    instructions:
      "You make a plan: steps in order, each with the files it touches and how it is checked. Change nothing.",
    tools: looking,
  },
  {
    name: "coder",
    description: "Changes the code and checks it.",
    instructions:
      "You change the code as asked, in its own style, and check that it works before you say so.",
    tools: undefined,
  },
  {
    name: "reviewer",
    description: "Looks for faults, changes nothing.",
    instructions:
      "You look for faults. Report only what you verified in the code, with file and line, the worst first.",
    tools: running,
  },
  {
    name: "tester",
    description: "Writes and runs tests.",
    instructions: "You test: write what is missing, run it, and report what failed and why.",
    tools: undefined,
  },
  {
    name: "writer",
    description: "Writes texts from what it is given.",
    instructions: "You write what is asked, from what you are given and what the workspace says.",
    tools: looking,
  },
];

/** Names of other engines' agent types, as data. */
const aliases: Readonly<Record<string, string>> = {
  "general-purpose": "general",
  Explore: "explorer",
  explore: "explorer",
  Plan: "planner",
  plan: "planner",
  "code-reviewer": "reviewer",
  "code-review": "reviewer",
  "security-reviewer": "reviewer",
  debugger: "coder",
  implementer: "coder",
  builder: "coder",
  "test-runner": "tester",
  researcher: "explorer",
  "web-researcher": "explorer",
  "output-style-setup": "general",
  "statusline-setup": "general",
  "claude-code-guide": "general",
};

/** Tools as other engines name them. */
const toolAliases: Readonly<Record<string, string>> = {
  Read: "read_file",
  Write: "write_file",
  Edit: "edit_file",
  MultiEdit: "edit_file",
  Glob: "list_files",
  LS: "list_files",
  Grep: "search",
  Bash: "run_shell",
  read: "read_file",
  write: "write_file",
  edit: "edit_file",
  shell: "run_shell",
};

/** The type that a name means, and the alias that was followed; throws BooError "unknown-agent-type" that lists what exists. */
export function findAgentType(
  name: string | undefined,
  more: readonly AgentType[] = [],
): { readonly type: AgentType; readonly alias?: string } {
  const known = [...more, ...archetypes];
  const wanted = name ?? "general";
  const exact = known.find((type) => type.name === wanted);
  if (exact !== undefined) return { type: exact };
  const alias = known.find((type) => type.name === aliases[wanted]);
  if (alias !== undefined) return { type: alias, alias: wanted };
  const names = known.map((type) => type.name).join(", ");
  throw new BooError(
    "unknown-agent-type",
    `There is no agent type "${wanted}". There are: ${names}. Also understood: ${Object.keys(aliases).join(", ")}.`,
  );
}

/** A tool's own name. */
export function toolName(name: string): string {
  return toolAliases[name] ?? name;
}
