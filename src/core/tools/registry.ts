/** What the agent needs of the tools: their headers, and each by name. */
import type { ToolHeader } from "#protocol/header.ts";
import { gatewayTools, taskTools, tools } from "./index.ts";
import type { Tool } from "./tool.ts";
import { headerSchema } from "./tool-input.ts";

/** The tools as a model sees them, sorted by name; the same bytes in every session of one version, and in every task of it. */
export function toolHeaders(isTask = false): readonly ToolHeader[] {
  return (isTask ? [...tools, ...taskTools] : tools)
    .map(({ name, description, input }) => ({ name, description, parameters: headerSchema(input) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** A tool by name; those behind the gateway are found, too, since models call what they have read about. */
export function findTool(name: string): Tool | undefined {
  return [...tools, ...gatewayTools, ...taskTools].find((tool) => tool.name === name);
}
