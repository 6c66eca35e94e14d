import { type BooCode, createBooCode } from "#core/boocode.ts";
import type { Agent } from "#core/agent/agent.ts";
import type { Limits } from "#core/agent/limits.ts";
import type { Item, SessionEvent, Turn } from "#protocol/session.ts";
import { type FakeOptions, type FakePorts, fakePorts } from "./fake-ports.ts";
import type { FakeStore } from "./fake-ports-store.ts";
import { type ModelServer, type ModelServerOptions, type Script, startModelServer } from "./model-server.ts";

/** A core over fake ports that talks to a scripted model over real HTTP. */
export interface AgentWorld extends AsyncDisposable {
  readonly core: BooCode;
  readonly ports: FakePorts;
  readonly server: ModelServer;
  readonly agent: Agent;
  /** Sends a message and waits until the agent rests; gives the last turn. */
  say(text: string): Promise<Turn>;
  /** The same session in a new window, over the same store or another. */
  reload(store?: FakeStore): Promise<AgentWorld>;
}

/** What a test may choose. */
export interface WorldOptions extends FakeOptions {
  readonly server?: ModelServerOptions;
  readonly limits?: Partial<Limits>;
}

/** The key that the agent under test holds. */
export const testKey = "sk-test-0123456789";

/** Starts a world whose model answers as scripted. */
export async function agentWorld(script: Script, options: WorldOptions = {}): Promise<AgentWorld> {
  const server = await startModelServer({ tokens: "approximate", ...options.server, script });
  return openWorld(server, options, undefined);
}

async function openWorld(
  server: ModelServer,
  options: WorldOptions,
  session: string | undefined,
): Promise<AgentWorld> {
  const ports = fakePorts({
    environment: { DEEPSEEK_API_KEY: testKey },
    ...options,
    settings: { provider: "deepseek", baseUrl: server.url, ...options.settings },
  });
  ports.clock.isAutomatic = true;
  const core = createBooCode(ports, { ...(options.limits && { limits: options.limits }) });
  const agent = session === undefined ? await core.newSession() : await core.openSession(session);
  return {
    core,
    ports,
    server,
    agent,
    async say(text) {
      await agent.prompt(text);
      await agent.idle();
      return lastTurn(agent);
    },
    reload: (store = ports.store) =>
      openWorld(
        server,
        { ...options, store, configFiles: ports.configFiles, files: contents(ports) },
        agent.session.id,
      ),
    async [Symbol.asyncDispose]() {
      await agent.stop();
      await server.close();
    },
  };
}

function contents(ports: FakePorts): Record<string, string | Uint8Array> {
  return Object.fromEntries(
    [...ports.workspace.disk].map(([path, text]) => [path.replace(/^\/project\//, ""), text]),
  );
}

/** The last turn of an agent's session. */
export function lastTurn(agent: Agent): Turn {
  const turn = agent.session.state.turns.at(-1);
  if (turn === undefined) throw new Error("The session has no turn.");
  return turn;
}

/** A turn in a few words: "user: hi", "read_file ok", "text: done", "end done". */
export function outline(turn: Turn): readonly string[] {
  const end =
    turn.end === undefined
      ? "running"
      : `end ${turn.end.reason}${turn.end.error ? ` ${turn.end.error.code}` : ""}`;
  return [...turn.items.map(describe), end];
}

function describe(item: Item): string {
  switch (item.kind) {
    case "user":
      return `user: ${"text" in item.text ? item.text.text : item.text.preview}`;
    case "text":
    case "reasoning":
      return `${item.kind}: ${item.text}`;
    case "writing":
      return `writing ${item.name}`;
    case "tool":
      return `${item.call.name} ${item.call.status === "ended" ? item.call.outcome : item.call.status}`;
  }
}

/** Resolves with the first event that fits, from now on. */
export function nextEvent(agent: Agent, fits: (event: SessionEvent) => boolean): Promise<SessionEvent> {
  return new Promise((resolve) => {
    const stop = agent.session.channel.listen((event) => {
      if (!fits(event)) return;
      stop();
      resolve(event);
    });
  });
}
