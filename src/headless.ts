/** BooCode without an editor: the same core over plain files, driven by JSON lines on stdin, telling events as JSON lines on stdout. */
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import type { Agent } from "#core/agent/agent.ts";
import { createBooCode, type BooCode } from "#core/boocode.ts";
import { BooError, messageOf } from "#core/errors.ts";
import type { StoreProblem } from "#protocol/workspace.ts";
import { printEvents, questionLine, type Print } from "#node/headless/event-lines.ts";
import { readJob, runJob, type Job } from "#node/headless/jobs.ts";
import { judgeLines } from "#node/headless/judge.ts";
import { makePlainPorts, type HeadlessOptions } from "#node/headless/plain-ports.ts";
import {
  readWorkflowJob,
  type WorkflowJob,
  workflowOptions,
  workflowUsage,
} from "#node/headless/workflow-options.ts";
import { commandSchema, type Command } from "#node/headless/commands.ts";
import { openRealAgents } from "#node/headless/real-agents.ts";

const usage = `Usage: npm run headless -- --folder DIR --store DIR [--provider deepseek|openai-compatible|rehearsal] [--base-url URL] [--model NAME] [--effort low|high|max] [--session ID | --new]
  or one of, which tell and end: --list · --search TEXT · --fork SESSION:MESSAGE · --export SESSION --format md|json · --export-trace SESSION --format otlp|chrome|csv · --import FILE · ${workflowUsage}
  or, without a store: --folder DIR --judge, which tells what would be allowed: JSON lines on stdin, {"command": "…"} or {"operation": "read", "target": "…"}, with "cwd", "mode", "rules", "isConfined", "isTrusted" where they differ.
Keys come from DEEPSEEK_API_KEY or BOOCODE_API_KEY. Commands on stdin, a JSON object a line: {"prompt": "…"}, {"answer": {"id", "value"}}, {"cancel": true}, {"continue": true}, {"mode": "default|ask|plan"}.`;

/** The folder in which requests are only judged, where that is what is wanted. */
function readJudge(): string | undefined {
  const { values } = parseArgs({
    options: { folder: { type: "string" }, judge: { type: "boolean", default: false } },
    strict: false,
  });
  if (values.judge !== true) return undefined;
  if (typeof values.folder !== "string") throw new BooError("usage", usage);
  return values.folder;
}

function readOptions(): HeadlessOptions & {
  readonly session: string | undefined;
  readonly job: Job | undefined;
  readonly workflow: WorkflowJob | undefined;
} {
  const { values } = parseArgs({
    options: {
      folder: { type: "string" },
      store: { type: "string" },
      provider: { type: "string", default: "deepseek" },
      "base-url": { type: "string", default: "" },
      model: { type: "string", default: "" },
      effort: { type: "string", default: "high" },
      session: { type: "string" },
      new: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      search: { type: "string" },
      fork: { type: "string" },
      export: { type: "string" },
      "export-trace": { type: "string" },
      format: { type: "string", default: "md" },
      import: { type: "string" },
      ...workflowOptions,
    },
  });
  const { folder, store, provider, model, effort, session } = values;
  if (folder === undefined || store === undefined) throw new BooError("usage", usage);
  if (session !== undefined && values.new)
    throw new BooError("usage", "Give either --session or --new, not both.");
  if (!["deepseek", "openai-compatible", "rehearsal"].includes(provider))
    throw new BooError("usage", `Unknown provider "${provider}". ${usage}`);
  if (effort !== "low" && effort !== "high" && effort !== "max")
    throw new BooError("usage", `Unknown effort "${effort}". Use low, high or max.`);
  const { list, search, fork, format } = values;
  const job = readJob({
    ...{ list, search, fork, format },
    ...{ export: values.export, exportTrace: values["export-trace"], import: values.import },
  });
  return {
    folder,
    store,
    provider,
    baseUrl: values["base-url"],
    model,
    effort,
    session,
    job,
    workflow: readWorkflowJob(values),
  };
}

async function obey(agent: Agent, command: Command): Promise<void> {
  if ("prompt" in command) await agent.prompt(command.prompt);
  else if ("answer" in command) await agent.answer(command.answer.id, command.answer);
  else if ("cancel" in command) await agent.stop();
  else if ("mode" in command) await agent.setMode(command.mode);
  else await agent.continue();
}

async function readCommands(agent: Agent, print: Print): Promise<void> {
  const tell = (error: unknown): void => {
    print({
      type: "error",
      code: error instanceof BooError ? error.code : "internal",
      message: messageOf(error),
    });
  };
  // A command is taken when the one before is acknowledged, except that a stop never waits.
  let last = Promise.resolve();
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    if (line.trim() === "") continue;
    const command = parse(line);
    if (command === undefined) {
      tell(
        new BooError(
          "bad-command",
          'A line must be a JSON object: {"prompt": "…"}, {"answer": {"id", "value"}}, {"cancel": true}, {"continue": true} or {"mode": "plan"}.',
        ),
      );
    } else if ("cancel" in command) void obey(agent, command).catch(tell);
    else last = last.then(() => obey(agent, command)).catch(tell);
  }
  await last;
}

function parse(line: string): Command | undefined {
  try {
    return commandSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

async function openAgent(core: BooCode, session: string | undefined): Promise<Agent> {
  if (session !== undefined) return core.openSession(session);
  const agent = await core.newSession();
  await agent.session.settled();
  return agent;
}

async function runWorkflow(job: WorkflowJob, options: HeadlessOptions): Promise<void> {
  const { runWorkflowFrom } = await import("#node/headless/workflow-job.ts");
  process.exitCode = await runWorkflowFrom(job, options, (...told) => openRealAgents(options, ...told));
}

async function main(): Promise<void> {
  const judged = readJudge();
  if (judged !== undefined)
    return judgeLines(process.stdin, judged, (line) => process.stdout.write(`${JSON.stringify(line)}\n`));
  const options = readOptions();
  if (options.workflow !== undefined) return runWorkflow(options.workflow, options);
  const ports = await makePlainPorts(options);
  const core = createBooCode(ports);
  const end = async (): Promise<void> => {
    await core.close();
    await ports.store.close();
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.once(signal, () => void end().then(() => process.exit(0)));
  // Nobody reads any more: there is nothing to end for but what is on its way to the disk.
  process.stdout.on("error", () => void end().finally(() => process.exit(1)));
  try {
    if (options.job !== undefined) {
      await runJob(options.job, core, ports, (line) => process.stdout.write(`${JSON.stringify(line)}\n`));
      return;
    }
    const agent = await openAgent(core, options.session);
    const { print, flushed } = printEvents(agent.session, (text) => core.redact(text));
    ports.store.onProblem((problem) => {
      if (problem !== undefined)
        print({ type: "error", code: codeOfProblem(problem), message: problem.message });
    });
    print({ type: "session", id: agent.session.id });
    // What an earlier window asked is asked still.
    for (const question of agent.session.state.questions) print(questionLine(question));
    await readCommands(agent, print);
    // Nobody is left to answer a question, and a turn that asks one would wait for ever.
    const stopWaiting = agent.session.channel.listen((event) => {
      if (event.type === "question-asked") void agent.stop();
    });
    if (agent.session.state.questions.length > 0) await agent.stop();
    await agent.idle();
    stopWaiting();
    await flushed();
  } finally {
    await end();
  }
}

function codeOfProblem({ needsReload, isLoss }: StoreProblem): string {
  if (isLoss === true) return "store-lost";
  return needsReload ? "store-newer" : "store-unwritable";
}

main().catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.stdout.write(
    `${JSON.stringify({ type: "error", code: error instanceof BooError ? error.code : "internal", message: messageOf(error) })}\n`,
  );
  process.exitCode = error instanceof BooError && error.code === "usage" ? 2 : 1;
});
