import { z } from "zod";
import { BooError } from "../errors.ts";
import { defineTool } from "./tool.ts";
import { toolInput } from "./tool-input.ts";
import { writeFile } from "./write-file.ts";

/** Writes a workflow of the project, once it has no mistakes. */
export const writeWorkflow = defineTool({
  name: "write_workflow",
  description:
    "Write a workflow script to .boocode/workflows/NAME.js: plain JavaScript that begins with `export const meta = { name, description, phases: [{ title }] }` and uses agent(prompt, { label, phase, schema, agentType, model, tools }), parallel([() => …]), pipeline(items, ...stages), phase(title), log(text), args, budget, workflow(name, args), sh(command), ask(question, { choices }), top-level await and return. No require, fetch, Date.now() or Math.random(). Its mistakes are told with line and column.",
  input: toolInput({
    name: z.string().regex(/^[\w-]{1,60}$/),
    script: z.string().min(1).max(524_288),
  }),
  isReadOnly: false,
  title: ({ name }) => ({ verb: "Write workflow", object: name }),
  run: async ({ name, script }, run) => {
    const { parseScript } = await import("../workflow/script/parse.ts");
    const { diagnostics } = parseScript(script);
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    if (errors.length > 0) {
      const lines = errors.map(({ line, column, message }) => `${line}:${column}: ${message}`);
      throw new BooError("bad-script", `The script was not written; mend it first.\n${lines.join("\n")}`);
    }
    return writeFile.run({ path: `.boocode/workflows/${name}.js`, content: script }, run);
  },
});
