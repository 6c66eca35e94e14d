import { z } from "zod";
import { finalAnswerName } from "../agent/task.ts";
import { BooError } from "../errors.ts";
import { defineTool } from "./tool.ts";

/** Takes the result of a task. The schema that it must satisfy is text in the task's prompt, so these bytes are the same for every task. */
export const finalAnswer = defineTool({
  name: finalAnswerName,
  description:
    "Give the final result of your task, as the JSON value that the task's schema asks for. Call it once, at the end. " +
    "If it answers with errors, mend the value and call it again.",
  input: z.object({ result: z.unknown().describe("The result, as the task's schema asks for.") }),
  isReadOnly: false,
  title: () => ({ verb: "Give result", object: "" }),
  run: async ({ result }, { task }) => {
    if (task === undefined)
      throw new BooError("no-result-wanted", "Nobody waits for a result here: just answer.");
    return { output: task.submit(result) };
  },
});
