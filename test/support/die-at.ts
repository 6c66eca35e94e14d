import type { SessionEvent } from "#protocol/session.ts";
import { type AgentWorld, nextEvent } from "./agent-world.ts";
import { FakeStore } from "./fake-ports-store.ts";

/** Lets a window die at an event: gives a window over what was on disk by then. */
export async function dieAt(
  world: AgentWorld,
  fits: (event: SessionEvent) => boolean,
  isWritten = false,
): Promise<AgentWorld> {
  const reached = nextEvent(world.agent, fits);
  await world.agent.prompt("go");
  await reached;
  if (isWritten) await world.agent.session.settled();
  else await Promise.resolve();
  const kept = world.ports.store.records.length;
  await world.agent.stop();
  const store = new FakeStore();
  await store.append(world.ports.store.records.slice(0, kept));
  return world.reload(store);
}
