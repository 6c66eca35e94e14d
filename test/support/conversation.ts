import type { SessionQuery } from "#protocol/sessions.ts";
import { type AgentWorld, agentWorld } from "./agent-world.ts";
import { reply } from "./model-server/reply.ts";

/** Files of a small project. */
export const files = { "package.json": '{"name":"demo"}', "notes.md": "The tide is high.\n".repeat(40) };
/** A signal that never aborts. */
export const signal = new AbortController().signal;

/** A session of some turns, each of which reads a file and answers. */
export async function conversation(turns: number): Promise<AgentWorld> {
  const world = await agentWorld(
    (_request, index) =>
      index % 2 === 0
        ? reply.toolCall("read_file", '{"path":"notes.md"}')
        : reply.text(`Answer ${Math.ceil(index / 2)}: the harbour is calm.`),
    { files },
  );
  for (let turn = 1; turn <= turns; turn++) await world.say(`Question ${turn}`);
  return world;
}

/** The id of a turn, by its number. */
export const turnId = ({ agent }: AgentWorld, number: number): string =>
  agent.session.state.turns.find((turn) => turn.number === number)?.id ?? "";

/** All of a folder's sessions. */
export const all: SessionQuery = { text: "", scope: "folder", show: "active", offset: 0, limit: 50 };

/** The titles that a query finds, and how many there are, in words. */
export async function findTitles(world: AgentWorld, query: Partial<SessionQuery>): Promise<string> {
  const result = await world.core.handlers["sessions.find"]({ ...all, ...query }, signal);
  return `${result.found.map(({ entry }) => entry.title).join(", ")} of ${result.total}, ${result.hidden} hidden`;
}
