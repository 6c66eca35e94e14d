import { z } from "zod";
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
    if (command.running.end !== undefined) return { output: "it has ended already", note: "ended" };
    await command.running.stop();
    const { text } = await describeEnd(command, false, undefined);
    return { output: text, note: "stopped" };
  },
});
