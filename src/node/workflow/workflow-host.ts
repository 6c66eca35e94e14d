/** What runs of workflows need on this machine: sandboxes, journals, scripts, worktrees. */
import { hash } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WorkflowHost } from "#core/workflow/host.ts";
import { openRunJournal } from "./run-journal.ts";
import { createSandboxes } from "./sandboxes.ts";
import { createWorkflowFiles } from "./workflow-files.ts";
import { createWorktrees } from "./worktrees.ts";

/** Makes them for a workspace folder; what is kept is below `directory`. With `keepsSpare` a sandbox waits for the next run. */
export function createWorkflowHost({
  folder,
  directory,
  keepsSpare = false,
}: {
  readonly folder: string;
  readonly directory: string;
  readonly keepsSpare?: boolean;
}): WorkflowHost {
  const journal = openRunJournal(join(directory, "runs"));
  const sandboxes = createSandboxes({ keepsSpare });
  return {
    journal,
    sandboxes,
    files: createWorkflowFiles({ workspace: folder, home: homedir(), builtIn: builtInFolder() }),
    worktrees: createWorktrees(folder, join(directory, "worktrees")),
    sha256: (text) => hash("sha256", text),
    async [Symbol.asyncDispose]() {
      await sandboxes[Symbol.asyncDispose]();
      await journal[Symbol.asyncDispose]();
    },
  };
}

/** The scripts that are built in: seen from the sources, from the bundle, or from its folder of chunks. */
function builtInFolder(): string {
  const places = import.meta.url.endsWith(".ts")
    ? ["../../../workflows"]
    : ["../workflows", "../../workflows"];
  const folders = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return folders.find((folder) => existsSync(folder)) ?? folders[0] ?? "";
}
