/** What happens on each request about permissions and about commands that run. */
import { formatBytes } from "#protocol/words.ts";
import type { Agent } from "./agent/agent.ts";
import type { BooCode } from "./boocode.ts";
import { BooError } from "./errors.ts";
import type { Handlers } from "./handlers.ts";
import type { Ports } from "./ports.ts";
import { plainOutput } from "./shell/output-text.ts";
import { terminalLine } from "./shell/terminal-line.ts";

/** The requests that are answered here. */
export type PermissionMethod =
  | "session.setMode"
  | "call.openOutput"
  | "call.openTerminal"
  | "call.stop"
  | "permissions.read"
  | "permissions.revoke"
  | "permissions.approve"
  | "permissions.openFile";

/** So much of an output's end an editor shows without trouble. */
const shownBytes = 20 * 1024 * 1024;

type AgentOf = (session: string) => Promise<Agent>;

/** Makes the handlers. */
export function makePermissionHandlers(
  core: BooCode,
  ports: Ports,
  agentOf: AgentOf,
): Pick<Handlers, PermissionMethod> {
  const { permissions } = core;
  return {
    "session.setMode": async ({ session, mode }) => {
      await (await agentOf(session)).setMode(mode);
      return {};
    },
    "permissions.read": (query) => permissions.read(query),
    "permissions.revoke": async ({ id }) => {
      await permissions.revoke(id);
      return {};
    },
    "permissions.approve": async ({ hash, isApproved }) => {
      await permissions.approve(hash, isApproved);
      return {};
    },
    "permissions.openFile": async ({ file, line }) => {
      if (!permissions.isConfigFile(file))
        throw new BooError("no-file", "Only configuration files are opened from here.");
      await ports.editor.openFile(file, line);
      return {};
    },
    ...callHandlers(ports, agentOf),
  };
}

type CallMethod = "call.openOutput" | "call.openTerminal" | "call.stop";

function callHandlers(ports: Ports, agentOf: AgentOf): Pick<Handlers, CallMethod> {
  return {
    "call.openOutput": async ({ session, call }) => {
      const agent = await agentOf(session);
      const item = findCall(agent, call);
      const blob = item.status === "ended" ? item.full?.blob : undefined;
      const bytes = item.status === "ended" ? (item.full?.bytes ?? 0) : 0;
      const from = Math.max(0, bytes - shownBytes);
      const text = blob === undefined ? undefined : await ports.store.readBlobRange(blob, from, shownBytes);
      if (text === undefined) throw new BooError("no-body", "This output is no longer stored.");
      const before = from === 0 ? "" : `[${formatBytes(from)} before this are left out]\n`;
      await ports.ui.showText(item.title.object.slice(0, 60), before + plainOutput(text));
      return {};
    },
    "call.openTerminal": async ({ session, call }) => {
      const { line, folder } = commandOf(findCall(await agentOf(session), call).arguments);
      const [first] = ports.editor.folders();
      await ports.ui.openTerminal(folder ?? first?.path ?? "", terminalLine(line));
      return {};
    },
    "call.stop": async ({ session, call }) => {
      const agent = await agentOf(session);
      const command = agent.commands.ofCall(call);
      if (command === undefined) throw new BooError("no-command", "This command has ended already.");
      await agent.commands.stopByUser(command);
      return {};
    },
  };
}

function findCall(agent: Agent, id: string) {
  for (const turn of agent.session.state.turns)
    for (const item of turn.items) if (item.kind === "tool" && item.id === id) return item.call;
  throw new BooError("no-call", "This call is not in the session.");
}

// The arguments are a model's words; what is not a string in them is none of a command.
function commandOf(input: string): { readonly line: string; readonly folder?: string } {
  const parsed = parse(input);
  const { command, folder } = (typeof parsed === "object" && parsed !== null ? parsed : {}) as {
    readonly command?: unknown;
    readonly folder?: unknown;
  };
  if (typeof command !== "string") throw new BooError("no-command", "This call ran no command.");
  return { line: command, ...(typeof folder === "string" && { folder }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
