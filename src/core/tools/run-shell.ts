import { z } from "zod";
import { BooError } from "../errors.ts";
import { runCommand } from "../shell/run-command.ts";
import { oneLine } from "./cut.ts";
import { openFolders, resolvePath } from "./paths.ts";
import { defineTool, type ToolRun } from "./tool.ts";
import { positive, rare, toolInput } from "./tool-input.ts";

/** Without another wish a command may run this long, and never longer than the most (s). */
const defaultTimeout = 300;
const longestTimeout = 3_600;

/** Runs a command line; what it may do without a question is the policy's decision. */
export const runShell = defineTool({
  name: "run_shell",
  description:
    "Run a bash command in the project (no terminal, no input). Prefer the other tools for reading, searching and editing files. `background`: for servers and watchers; shell_output and shell_stop via more.",
  input: toolInput({
    command: z.string().trim().min(1).max(100_000),
    folder: z.string().optional(),
    timeout: rare(positive.optional()),
    background: z.boolean().optional(),
  }),
  isReadOnly: false,
  title: ({ command, folder, background }) => ({
    verb: "Run",
    object: oneLine(command, 500),
    ...(folder || background
      ? { detail: [folder && `in ${folder}`, background && "in the background"].filter(Boolean).join(", ") }
      : {}),
  }),
  run: async ({ command, folder, timeout, background }, run) => {
    if (!run.isTrusted)
      throw new BooError(
        "not-trusted",
        "This workspace is not trusted, so no command runs in it. Tell the user what you would run, or ask them to trust it.",
      );
    const isBackground = background === true;
    const seconds = Math.min(timeout ?? defaultTimeout, longestTimeout);
    const timeoutMs = isBackground && timeout === undefined ? undefined : seconds * 1000;
    return runCommand({ line: command, folder: await folderOf(folder, run), timeoutMs, isBackground }, run);
  },
});

async function folderOf(said: string | undefined, run: ToolRun): Promise<string> {
  const [first] = openFolders(run.editor);
  const { path, stat } = await resolvePath(run, said ?? first?.path ?? ".");
  if (stat?.kind === "directory") return stat.realPath;
  throw new BooError(
    "no-folder",
    `There is no folder "${said ?? path}". Leave it out to run in the project.`,
  );
}
