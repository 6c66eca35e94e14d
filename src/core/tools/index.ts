/** The list of tools. A change to what a model sees of those in the header is an upgrade of every pinned prefix. */
import { editFile } from "./edit-file.ts";
import { finalAnswer } from "./final-answer.ts";
import { defineGateway } from "./gateway.ts";
import { getDiagnostics } from "./get-diagnostics.ts";
import { getDiagnosticsSummary } from "./get-diagnostics-summary.ts";
import { listFiles } from "./list-files.ts";
import { readFile } from "./read-file.ts";
import { runShell } from "./run-shell.ts";
import { runWorkflow } from "./run-workflow.ts";
import { search } from "./search.ts";
import { shellOutput } from "./shell-output.ts";
import { shellStop } from "./shell-stop.ts";
import type { Tool } from "./tool.ts";
import { writeFile } from "./write-file.ts";
import { writeWorkflow } from "./write-workflow.ts";

/** Tools behind the gateway; they cost no header, so this is where seldom-used ones go. */
export const gatewayTools: readonly Tool[] = [
  getDiagnosticsSummary,
  runWorkflow,
  shellOutput,
  shellStop,
  writeWorkflow,
];

/** Tools that only agents with a task have in their header. */
export const taskTools: readonly Tool[] = [finalAnswer];

/** Tools in the header. */
export const tools: readonly Tool[] = [
  editFile,
  getDiagnostics,
  listFiles,
  defineGateway(gatewayTools),
  readFile,
  runShell,
  search,
  writeFile,
];
