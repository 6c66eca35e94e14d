/** A task that an agent works on by itself: what narrows its work, and who takes its result. */
import type { TaskOrigin } from "#protocol/sessions.ts";
import { BooError } from "../errors.ts";
import type { Editor, Ports } from "../ports.ts";

/** What the giver of a task says of it. */
export interface TaskTerms {
  readonly origin: TaskOrigin;
  /** Names of the tools that may be used; undefined for all. The header stays the same. */
  readonly tools: readonly string[] | undefined;
  readonly maxToolCalls: number | undefined;
  /** A folder to work in instead of the workspace. */
  readonly folder: string | undefined;
  /** Takes what the agent gives as its result; gives what the agent is told, and whether that was the end. Undefined where its last words are the result. */
  readonly submit: ((result: unknown) => { readonly told: string; readonly isOver: boolean }) | undefined;
}

/** One task while it is worked on. */
export class AgentTask {
  readonly terms: TaskTerms;
  #calls = 0;
  #isOver = false;
  #isClosed = false;

  constructor(terms: TaskTerms) {
    this.terms = terms;
  }

  /** Nobody waits for it any more. */
  close(): void {
    this.#isClosed = true;
  }

  /** Whether its giver is gone: its agent does no other work. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Whether nothing is left to do. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Counts a call of a tool; throws BooError "denied" where the task does not give it. */
  check(tool: string): void {
    const { tools, maxToolCalls } = this.terms;
    if (tool === finalAnswerName) return;
    if (tools !== undefined && tool !== gatewayName && !tools.includes(tool))
      throw new BooError("denied", `This task may not use ${tool}. It may use: ${this.#given(tools)}.`);
    // What the gateway leads to is checked and counted by itself.
    if (tool === gatewayName) return;
    this.#calls += 1;
    if (maxToolCalls !== undefined && this.#calls > maxToolCalls)
      throw new BooError(
        "denied",
        `The ${maxToolCalls} tool calls of this task are used up. Give the result from what you know.`,
      );
  }

  /** Takes the result; gives what the agent is told. Throws BooError "no-result-wanted". */
  submit(result: unknown): string {
    const { submit } = this.terms;
    if (submit === undefined)
      throw new BooError("no-result-wanted", "This task has no schema: give its result as your last words.");
    const { told, isOver } = submit(result);
    this.#isOver ||= isOver;
    return told;
  }

  #given(tools: readonly string[]): string {
    return [...tools, ...(this.terms.submit ? [finalAnswerName] : [])].join(", ") || "none";
  }
}

/** The step of a task in which a script's own commands run. */
export const shellStep = "sh";

/** The tool by which a result is given; its definition is in the header of every agent that works on a task. */
export const finalAnswerName = "final_answer";

/** The tool in front of those that are seldom needed. */
export const gatewayName = "more";

/** The ports of an agent that works in a folder of its own. */
export function portsIn(folder: string, ports: Ports): Ports {
  const { editor } = ports;
  const name = folder.slice(folder.lastIndexOf("/") + 1);
  const own: Editor = {
    folders: () => [{ name, path: folder }],
    // The user looks at the workspace, not at this.
    activeFile: () => undefined,
    dirtyDocuments: () => editor.dirtyDocuments().filter(({ path }) => path.startsWith(`${folder}/`)),
    read: (...args) => editor.read(...args),
    write: (...args) => editor.write(...args),
    save: (path) => editor.save(path),
    remove: (...args) => editor.remove(...args),
    openFile: (...args) => editor.openFile(...args),
    showDiff: (...args) => editor.showDiff(...args),
  };
  return { ...ports, editor: own };
}
