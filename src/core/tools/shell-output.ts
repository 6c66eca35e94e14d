import { z } from "zod";
import { formatBytes } from "#protocol/words.ts";
import { toldChanges, unlistedNote } from "../shell/changed-by-command.ts";
import { describeEnd } from "../shell/end-text.ts";
import { plainOutput } from "../shell/output-text.ts";
import { defineTool } from "./tool.ts";
import { toolInput } from "./tool-input.ts";

const mostBytes = 12 * 1024;
const longestWait = 60;

/** Reads what a command wrote, while it runs or afterwards; waits for its end where that is asked for. */
export const shellOutput = defineTool({
  name: "shell_output",
  description:
    "What a command wrote: its end, or from a byte `offset` on. `wait`: up to so many seconds (60) for it to end.",
  input: toolInput({
    id: z.string(),
    offset: z.coerce.number().int().min(0).optional(),
    wait: z.coerce.number().min(0).max(longestWait).optional(),
  }),
  isReadOnly: true,
  title: ({ id }) => ({ verb: "Read output of", object: id }),
  run: async ({ id, offset, wait = 0 }, run) => {
    const command = run.commands.find(id);
    const { running } = command;
    if (running.end === undefined && wait > 0)
      await Promise.race([running.ended, run.clock.sleep(wait * 1000, run.signal)]);
    const { end, bytes } = running;
    const state = end === undefined ? `still running, ${formatBytes(bytes)} so far` : `ended`;
    const changed = await run.commands.changes.take(running, run);
    const told = toldChanges(changed);
    if (offset === undefined && end !== undefined) {
      const { text } = await describeEnd(command, run.commands.isStoppedByUser(command), undefined);
      const output = [text, unlistedNote(changed), "[ended]"].filter(Boolean).join("\n");
      return { output, note: state, ...told };
    }
    const from = Math.min(offset ?? Math.max(0, bytes - mostBytes), bytes);
    const text = plainOutput(await running.read(from, mostBytes));
    const next = Math.min(bytes, from + mostBytes);
    const waits =
      running.prompt === undefined ? "" : `; it waits for input ("${running.prompt.slice(-200)}")`;
    return { output: `${text}\n[${state}${waits}; next offset ${next}]`, note: state, ...told };
  },
});
