import { z } from "zod";
import { toldChanges, unlistedNote } from "../shell/changed-by-command.ts";
import { describeEnd } from "../shell/end-text.ts";
import { defineTool } from "./tool.ts";
import { toolInput } from "./tool-input.ts";

/** Ends a command with all processes that it started. */
export const shellStop = defineTool({
  name: "shell_stop",
  description: "Stop a command that runs in the background, with everything that it started.",
  input: toolInput({ id: z.string() }),
  isReadOnly: false,
  title: ({ id }) => ({ verb: "Stop", object: id }),
  run: async ({ id }, run) => {
    const command = run.commands.find(id);
    const { running } = command;
    const hasEnded = running.end !== undefined;
    if (!hasEnded) await running.stop();
    const text = hasEnded ? "it has ended already" : (await describeEnd(command, false, undefined)).text;
    const changed = await run.commands.changes.take(running, run);
    const output = [text, unlistedNote(changed)].filter(Boolean).join("\n");
    return { output, note: hasEnded ? "ended" : "stopped", ...toldChanges(changed) };
  },
});
