/** Runs the shell steps of a run, as the calls of an agent that is the script itself: judged, asked for, shown and undone like any other. */
import type { ModelChoice } from "#protocol/header.ts";
import type { Mode } from "#protocol/permissions.ts";
import { bodyPreview } from "#protocol/session.ts";
import type { Agent } from "../agent/agent.ts";
import type { Supervisor } from "../agent/supervisor.ts";
import { AgentTask, shellStep } from "../agent/task.ts";
import { BooError } from "../errors.ts";
import type { RunningCommand } from "../shell-ports.ts";
import type { ShellResult, WorkflowShell } from "./ports.ts";

/** So much of an output a script is given (bytes). */
const givenBytes = 10 * 1024 * 1024;

/** What shell steps are run with. */
export interface RunShellParts {
  readonly supervisor: Pick<Supervisor, "createFor" | "forget">;
  /** How much is done without asking. */
  readonly mode: Mode;
  readonly choice: () => ModelChoice;
  readonly run: string;
  readonly workflow: string;
  /** Called with the session in which steps run, once there is one. */
  readonly opened?: (session: string) => void;
}

/** The shell of one run: a session of its own, in which one step runs after the other. */
export class RunShell implements WorkflowShell {
  readonly #parts: RunShellParts;
  #agent: Agent | undefined;
  #task: AgentTask | undefined;
  #release: (() => void) | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: RunShellParts) {
    this.#parts = parts;
  }

  run: WorkflowShell["run"] = (command, options, signal) => {
    const result = this.#last.then(() => this.#run(command, options, signal));
    this.#last = result.catch(() => {});
    return result;
  };

  close(): void {
    this.#task?.close();
    this.#release?.();
    const session = this.#agent?.session;
    if (session !== undefined && !session.channel.isHeard) this.#parts.supervisor.forget(session.id);
  }

  async #run(
    ...[command, { cwd, timeoutMs }, signal]: Parameters<WorkflowShell["run"]>
  ): Promise<ShellResult> {
    signal.throwIfAborted();
    const agent = (this.#agent ??= await this.#open());
    const given: { end?: ShellResult } = {};
    const stop = (): void => void agent.stop();
    signal.addEventListener("abort", stop, { once: true });
    try {
      const input = {
        command,
        ...(cwd !== undefined && { folder: cwd }),
        ...(timeoutMs !== undefined && { timeout: Math.max(1, Math.ceil(timeoutMs / 1000)) }),
      };
      const commandEnded = async (running: RunningCommand): Promise<void> => {
        const { stdout, stderr } = running.takeStreams?.() ?? {
          stdout: await running.read(0, Math.min(running.bytes, givenBytes)),
          stderr: "",
        };
        given.end = { exitCode: running.end?.exitCode ?? -1, stdout, stderr };
      };
      const call = await agent.call(`$ ${command}`, {
        ...{ tool: "run_shell", input, commandEnded },
        streamBytes: givenBytes,
      });
      signal.throwIfAborted();
      if (given.end !== undefined) return given.end;
      const said = call?.status === "ended" ? bodyPreview(call.output) : "The command did not run.";
      throw new BooError(call?.status === "ended" && call.outcome === "denied" ? "denied" : "no-shell", said);
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async #open(): Promise<Agent> {
    const { run, workflow, supervisor, choice, mode, opened } = this.#parts;
    const origin = { run, step: shellStep, label: workflow, agentType: "script" };
    const terms = { tools: undefined, maxToolCalls: undefined, folder: undefined, submit: undefined };
    this.#task = new AgentTask({ origin, ...terms });
    const agent = supervisor.createFor(this.#task, choice());
    opened?.(agent.session.id);
    // Kept open for as long as the run: its commands' output is read by it.
    this.#release = agent.session.channel.listen(() => {});
    await agent.setMode(mode);
    return agent;
  }
}
