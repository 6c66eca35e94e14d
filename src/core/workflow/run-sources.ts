/** Where the script of a run comes from. */
import type { RunEvent, RunEventOf } from "#protocol/run.ts";
import { BooError } from "../errors.ts";
import type { WorkflowPorts, WorkflowSource } from "./ports.ts";

/** A script by its name or its path. */
export async function sourceOf(
  { files }: Pick<WorkflowPorts, "files">,
  workflow: string | WorkflowSource,
): Promise<WorkflowSource> {
  if (typeof workflow !== "string") return workflow;
  if (!/[\\/]|\.m?js$/.test(workflow)) return (await import("./catalog.ts")).findWorkflow(files, workflow);
  const source = await files.read(workflow);
  if (source === undefined) throw new BooError("unknown-workflow", `There is no workflow at ${workflow}.`);
  return source;
}

/** The last beginning of a run, of which each resume has one; undefined where its journal has none. */
export function findStart(events: readonly RunEvent[]): RunEventOf<"run-start"> | undefined {
  return events.findLast((event): event is RunEventOf<"run-start"> => event.type === "run-start");
}

/** How the last attempt of a run began. Throws BooError "unknown-run". */
export function lastStart(events: readonly RunEvent[]): RunEventOf<"run-start"> {
  const start = findStart(events);
  if (start === undefined) throw new BooError("unknown-run", "This run has no beginning.");
  return start;
}
