import { z } from "zod";
import { gatewayName } from "../agent/task.ts";
import { oneLine } from "./cut.ts";
import { defineTool, type Tool } from "./tool.ts";
import { headerSchema, toolInput } from "./tool-input.ts";

/**
 * The tool in front of those that are seldom needed: their documentation is a result, so adding one changes no header.
 * Its name and text are part of every pinned header and must stay as they are.
 */
export function defineGateway(tools: readonly Tool[]): Tool {
  return defineTool({
    name: gatewayName,
    description: `Seldom-used tools. {"name":"help"} lists them; a tool's name without input gives its documentation.`,
    input: toolInput({ name: z.string(), input: z.unknown().optional() }),
    isReadOnly: tools.every((tool) => tool.isReadOnly),
    title: ({ name, input }) => {
      const tool = tools.find((entry) => entry.name === name);
      const value = unwrap(input);
      if (tool === undefined || !tool.input.safeParse(value).success)
        return { verb: "Look up", object: name };
      return tool.title(value);
    },
    run: async ({ name, input }, run) => {
      const tool = tools.find((entry) => entry.name === name);
      if (tool === undefined) return { output: listTools(tools, name), note: plural(tools) };
      const value = unwrap(input);
      if (value === undefined) return { output: documentTool(tool), note: "documentation" };
      const parsed = tool.input.safeParse(value);
      if (!parsed.success)
        return { output: `${z.prettifyError(parsed.error)}\n${documentTool(tool)}`, note: "wrong input" };
      run.task?.check(tool.name);
      return tool.run(value, run);
    },
  });
}

/** Models sometimes write the inner object as a string. */
function unwrap(input: unknown): unknown {
  if (typeof input !== "string") return input;
  try {
    return JSON.parse(input);
  } catch {
    return input;
  }
}

function listTools(tools: readonly Tool[], name: string): string {
  const lines = tools.map((tool) => `${tool.name}: ${oneLine(tool.description, 160)}`);
  return [...(name === "help" ? [] : [`There is no "${name}". There is:`]), ...lines].join("\n");
}

function documentTool(tool: Tool): string {
  const schema = JSON.stringify(headerSchema(tool.input));
  return `${tool.name}: ${tool.description}\ninput: ${schema}\ncall: {"name":"${tool.name}","input":{…}}`;
}

function plural(tools: readonly Tool[]): string {
  return tools.length === 1 ? "1 tool" : `${tools.length} tools`;
}
