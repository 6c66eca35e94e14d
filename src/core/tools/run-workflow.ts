import { z } from "zod";
import type { RunPreview } from "#protocol/workflows.ts";
import { markOf } from "#protocol/call-mark.ts";
import { formatCount, formatMoney, formatTokens } from "#protocol/words.ts";
import { BooError } from "../errors.ts";
import type { WorkflowSource } from "../workflow/ports.ts";
import { cutText, maxResultBytes, oneLine } from "./cut.ts";
import { defineTool, type ToolRun } from "./tool.ts";
import { toolInput } from "./tool-input.ts";

/** Runs a workflow once the user has agreed to what it would do and cost; gives its result. */
export const runWorkflow = defineTool({
  name: "run_workflow",
  description:
    "Run a workflow script, which conducts many agents, and wait for its result. `workflow` is a name or a file; or give `script`, its whole text. The user is asked first. {} lists what there is.",
  input: toolInput({
    workflow: z.string().optional(),
    script: z.string().max(524_288).optional(),
    args: z.unknown().optional(),
  }),
  isReadOnly: false,
  title: ({ workflow, script }) => ({
    verb: "Run workflow",
    object: workflow ?? (script === undefined ? "" : "a script of its own"),
  }),
  run: async ({ workflow, script, args }, run) => {
    const { workflows } = run;
    if (run.task !== undefined || workflows === undefined)
      throw new BooError("denied", "An agent of a workflow starts no workflows. Do the work yourself.");
    if (workflow === undefined && script === undefined) return { output: await listOf(workflows) };
    const source = script === undefined ? await sourceOf(workflows, workflow ?? "") : ownSource(script);
    const preview = await workflows.preview(source, args);
    if (preview.problem !== undefined)
      throw new BooError("bad-script", `A dry run of the script failed: ${preview.problem}`);
    await askFor(preview, source, run);
    // Exactly what was agreed to.
    const started = await workflows.start({ workflow: source, args, mode: run.mode });
    run.tell(`run ${started.run}\n`);
    const stop = (): void => void started.stop();
    run.signal.addEventListener("abort", stop, { once: true });
    if (run.signal.aborted) stop();
    const end = await started.done.finally(() => run.signal.removeEventListener("abort", stop));
    const text =
      end.result === undefined
        ? ""
        : typeof end.result === "string"
          ? end.result
          : JSON.stringify(end.result);
    const { census, error, outcome, spent } = end;
    const words = [
      `The run ${started.run} is ${outcome}: ${census.done} of ${formatCount(census.agents, "agent")} done, ${census.failed} failed, ${formatTokens(spent.tokens)}, ${formatMoney(spent.usd)}.`,
      ...(error === undefined ? [] : [`Error: ${error.message}`]),
      text,
    ];
    return {
      output: cutText(words.join("\n"), maxResultBytes),
      note: `${outcome} · ${census.done}/${census.agents}`,
      ...(outcome !== "done" && outcome !== "incomplete" && { hasFailed: true as const }),
    };
  },
});

/** Only what the catalogue holds: any other file is not the agent's to read here. */
async function sourceOf(
  workflows: NonNullable<ToolRun["workflows"]>,
  named: string,
): Promise<WorkflowSource> {
  const entries = await workflows.workflows();
  const found = entries.find(
    ({ meta, source, shadowedBy }) =>
      source.file === named || (meta?.name === named && shadowedBy === undefined),
  );
  if (found !== undefined) return found.source;
  throw new BooError(
    "unknown-workflow",
    `There is no workflow "${named.slice(0, 100)}". {} lists those there are.`,
  );
}

function ownSource(text: string): WorkflowSource {
  return { file: `agent-script-${markOf(text).toString(36)}.js`, text };
}

async function askFor(
  preview: RunPreview,
  { file, text: script }: WorkflowSource,
  run: ToolRun,
): Promise<void> {
  const { workflow, title, agentCount, estimate, phases } = preview;
  const text = [
    `Run the workflow ${title ?? workflow}? About ${formatCount(agentCount, "agent")}, ${formatTokens(estimate.tokens)}, ${formatMoney(estimate.usd)}.`,
    ...(phases.length === 0 ? [] : [`Phases: ${phases.map((phase) => phase.title).join(", ")}.`]),
    `\n${file}:\n${script}`,
  ].join("\n");
  const { value, word } = await run.ask({
    text,
    choices: [
      { value: "run", label: "Run" },
      { value: "deny", label: "Deny" },
    ],
  });
  if (value === "run") return;
  throw new BooError(
    "denied",
    `The user did not allow this run.${word === undefined ? "" : ` They say: ${word}`} Do not try to reach the same another way.`,
  );
}

async function listOf(workflows: NonNullable<ToolRun["workflows"]>): Promise<string> {
  const lines = (await workflows.workflows()).flatMap(({ meta, shadowedBy }) =>
    meta === undefined || shadowedBy !== undefined ? [] : [`${meta.name}: ${oneLine(meta.description, 200)}`],
  );
  return lines.length === 0 ? "There are no workflows. write_workflow makes one." : lines.join("\n");
}
