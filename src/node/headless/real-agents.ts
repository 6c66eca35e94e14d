/** Real agents for a workflow without an editor: their questions are lines of output, and the answers lines of input. */
import { createInterface } from "node:readline";
import type { RunEvent } from "#protocol/run.ts";
import type { Question } from "#protocol/session.ts";
import { type BooCode, createBooCode } from "#core/boocode.ts";
import { BooError, messageOf } from "#core/errors.ts";
import type { WorkflowAgents } from "#core/workflow/agents/workflow-agents.ts";
import type { WorkflowQuestions, WorkflowShell } from "#core/workflow/ports.ts";
import { RunQuestions } from "#core/workflow/run-questions.ts";
import { RunShell } from "#core/workflow/run-shell.ts";
import { RunTrace } from "#core/workflow/run-trace.ts";
import { commandSchema } from "./commands.ts";
import { type Line, questionLine } from "./event-lines.ts";
import { type HeadlessOptions, makePlainPorts } from "./plain-ports.ts";

/** Agents, and how they are heard. */
export interface RealAgents extends AsyncDisposable {
  readonly agents: WorkflowAgents;
  /** What runs a run's shell steps. */
  readonly shell: WorkflowShell;
  /** What asks what its script asks. */
  readonly questions: WorkflowQuestions;
  /** A value without the secrets that BooCode holds. */
  readonly redact: <T>(value: T) => T;
  /** Hears what happens in the run. */
  hear(event: RunEvent): void;
}

/** The run that they work in; `cancel` ends it. */
export interface HeadlessRun {
  readonly run: string;
  readonly workflow: string;
  readonly cancel: () => void;
  /** What earlier attempts kept. */
  readonly before: readonly RunEvent[];
}

/** Opens a core over plain files. */
export async function openRealAgents(
  options: HeadlessOptions,
  print: (line: Line) => void,
  { run, workflow, cancel, before }: HeadlessRun,
): Promise<RealAgents> {
  const ports = await makePlainPorts(options);
  const core = createBooCode(ports);
  try {
    // No window may go on with it meanwhile.
    await ports.store.acquire(run);
  } catch (error) {
    await core.close();
    await ports.store.close();
    throw error;
  }
  const questions = new TaskQuestions(core, run, print, cancel);
  const trace = new RunTrace(run, core.runTraces, before);
  return {
    agents: core.workflowAgents("default"),
    shell: new RunShell({
      ...{ supervisor: core.supervisor, run, workflow, mode: "default" },
      choice: () => core.router.defaultChoice(),
      opened: (session) => questions.follow("sh", session),
    }),
    questions,
    redact: (value) => core.redactValue(value),
    hear: (event) => {
      trace.take(event);
      if (event.type === "step-session") questions.follow(event.step, event.session);
    },
    async [Symbol.asyncDispose]() {
      questions[Symbol.dispose]();
      await ports.store.release(run);
      await core.close();
      await ports.store.close();
    },
  };
}

/** Asks what the agents of a run ask. */
class TaskQuestions implements Disposable, WorkflowQuestions {
  readonly #core: BooCode;
  readonly #run: string;
  readonly #print: (line: Line) => void;
  readonly #sessions = new Set<string>();
  readonly #asked = new RunQuestions();
  /** Ends the questions of scripts once nobody is there. */
  readonly #left = new AbortController();
  readonly #input = createInterface({ input: process.stdin, crlfDelay: Infinity });
  #hasEnded = false;

  constructor(core: BooCode, run: string, print: (line: Line) => void, cancel: () => void) {
    this.#core = core;
    this.#run = run;
    this.#print = print;
    this.#input.on(
      "line",
      (line) => void this.#obey(line, cancel).catch((error: unknown) => this.#tell(error)),
    );
    this.#input.on("close", () => {
      this.#hasEnded = true;
      this.#left.abort(new BooError("nobody-to-ask", "Nobody is there who could be asked."));
      for (const { session, question } of this.#open()) void this.#refuse(session, question);
    });
  }

  /** Asks what a script asks: the line of its step says what, and its answer names the step. */
  ask: WorkflowQuestions["ask"] = (question, signal) => {
    this.#left.signal.throwIfAborted();
    return this.#asked.ask(question, AbortSignal.any([signal, this.#left.signal]));
  };

  /** Asks what the agent of a step asks from here on. */
  follow(step: string, session: string): void {
    if (this.#sessions.has(session)) return;
    this.#sessions.add(session);
    const agent = this.#core.supervisor.find(session);
    agent?.session.channel.listen((event, _seq, durable) => {
      if (event.type !== "question-asked") return;
      const { question } = event;
      void durable.then(() => {
        this.#print({ ...questionLine(question), step, session });
        if (this.#hasEnded) return this.#refuse(session, question);
      });
    });
  }

  [Symbol.dispose](): void {
    this.#hasEnded = true;
    this.#input.close();
    process.stdin.destroy();
  }

  async #obey(line: string, cancel: () => void): Promise<void> {
    if (line.trim() === "") return;
    const command = commandSchema.safeParse(parse(line)).data;
    if (command !== undefined && "cancel" in command) return cancel();
    if (command === undefined || !("answer" in command))
      throw new BooError("bad-command", 'A line must be {"answer": {"id", "value"}} or {"cancel": true}.');
    const { answer } = command;
    const asked = this.#open().find(({ question }) => question.id === answer.id);
    if (asked === undefined) return this.#asked.answer(this.#run, answer.id, answer.value);
    await this.#core.supervisor.find(asked.session)?.answer(answer.id, answer);
  }

  #open(): readonly { readonly session: string; readonly question: Question }[] {
    return [...this.#sessions].flatMap((session) => {
      const questions = this.#core.supervisor.find(session)?.session.state.questions ?? [];
      return questions.map((question) => ({ session, question }));
    });
  }

  // Nobody is left who could answer, and a run that waits for that would wait for ever.
  async #refuse(session: string, { id, choices }: Question): Promise<void> {
    const agent = this.#core.supervisor.find(session);
    const deny = choices.find(({ value }) => value === "deny");
    const word = "Nobody is there who could be asked.";
    await (deny === undefined ? agent?.stop() : agent?.answer(id, { value: deny.value, word }))?.catch(
      (error: unknown) => this.#tell(error),
    );
  }

  #tell(error: unknown): void {
    const code = error instanceof BooError ? error.code : "internal";
    this.#print({ type: "error", code, message: messageOf(error) });
  }
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
