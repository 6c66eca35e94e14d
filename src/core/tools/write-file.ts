import { z } from "zod";
import { applyText, resolveTarget } from "./apply-text.ts";
import { plural } from "./cut.ts";
import { defineTool } from "./tool.ts";
import { toolInput } from "./tool-input.ts";

/** Creates a file, or replaces all of it. */
export const writeFile = defineTool({
  name: "write_file",
  description: "Create a file, or replace it whole; to change parts, use edit_file.",
  input: toolInput({ path: z.string(), content: z.string(), ignored: z.boolean().optional() }),
  isReadOnly: false,
  title: ({ path, content }) => ({ verb: "Write", object: path, detail: plural(lineCount(content), "line") }),
  run: async ({ path, content, ignored }, run) => {
    const place = await resolveTarget(run, path, ignored);
    const plain = content.replaceAll("\r\n", "\n");
    // The editor keeps a file's own line ends; only a file that mixes them shows its CR.
    return applyText(place, run, {
      existing: (text) => (text.includes("\r") ? content : plain),
      missing: plain,
    });
  },
});

function lineCount(text: string): number {
  return text === "" ? 0 : text.replace(/\n$/, "").split("\n").length;
}
