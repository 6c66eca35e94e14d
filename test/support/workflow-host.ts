// A host of workflows in a process of its own, with the options of `npm run headless`: what tests kill.
import { parseArgs } from "node:util";
import { messageOf } from "#core/errors.ts";
import { runWorkflowFrom } from "#node/headless/workflow-job.ts";
import { readWorkflowJob, workflowOptions } from "#node/headless/workflow-options.ts";

const { values } = parseArgs({
  options: { folder: { type: "string" }, store: { type: "string" }, ...workflowOptions },
});
const { folder, store } = values;
try {
  const job = readWorkflowJob(values);
  if (folder === undefined || store === undefined || job === undefined)
    throw new Error("Usage: workflow-host --folder DIR --store DIR --workflow FILE …");
  process.exitCode = await runWorkflowFrom(job, { folder, store });
} catch (error) {
  process.stdout.write(`${JSON.stringify({ type: "error", message: messageOf(error) })}\n`);
  process.exitCode = 1;
}
