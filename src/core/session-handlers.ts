/** What happens on each request about sessions as a whole: finding, marking, forking, moving in and out. */
import type { Requests } from "#protocol/protocol.ts";
import type { SessionEvent } from "#protocol/session.ts";
import type { Agent } from "./agent/agent.ts";
import type { BooCode } from "./boocode.ts";
import { BooError } from "./errors.ts";
import type { Handlers } from "./handlers.ts";
import { cacheFactsOf } from "./models/cache-facts.ts";
import type { Prices } from "./models/prices.ts";
import type { Ports } from "./ports.ts";
import { exportJson, exportMarkdown, fileName } from "./session/export.ts";
import { forkEvents, type ForkPoint } from "./session/fork.ts";
import { strayLogs } from "./session/strays.ts";
import { timelineOf } from "./session/timeline.ts";

/** The requests that are answered here. */
export type SessionMethod =
  | "sessions.find"
  | "sessions.mark"
  | "sessions.purge"
  | "session.export"
  | "session.import"
  | "session.fork"
  | "session.resend"
  | "session.timeline"
  | "session.costs"
  | "session.forks"
  | "session.coldCost"
  | "session.forkStrays"
  | "session.dismissStrays"
  | "session.openThere"
  | "session.takeOver";

interface ColdQuestion {
  readonly provider: string;
  readonly model: string;
  /** Now, epoch ms. */
  readonly at: number;
  /** What is less is not told (dollars). */
  readonly leastUsd: number;
  /** How long a prompt is kept. */
  readonly lifeMs: number;
}

type AgentOf = (session: string) => Promise<Agent>;

/** Makes the handlers. */
export function makeSessionHandlers(
  core: BooCode,
  ports: Ports,
  agentOf: AgentOf,
): Pick<Handlers, SessionMethod> {
  const { library } = core.supervisor;
  return {
    "sessions.find": (query) => library.search(query),
    "sessions.mark": async ({ sessions, change }) => {
      await library.change(sessions, change);
      for (const id of sessions) core.supervisor.showTitle(id);
      return {};
    },
    "sessions.purge": async ({ sessions }) => {
      await purge(core, sessions);
      return {};
    },
    "session.export": async ({ session, format }) => {
      const { name, text } = await exportSession(core, ports, session, format);
      return { isSaved: await ports.ui.saveText(name, text) };
    },
    "session.import": async () => {
      const json = await ports.ui.pickText();
      return json === undefined ? {} : { session: await importSession(core, ports, json) };
    },
    "session.fork": async ({ session, turn }) => ({
      session: (await forkSession(core, ports, session, { turn, at: "after" })).session.id,
    }),
    "session.resend": async ({ session, turn, text }) => {
      const fork = await forkSession(core, ports, session, { turn, at: "before" });
      await fork.prompt(text);
      return { session: fork.session.id };
    },
    "session.timeline": async ({ session }) => ({
      turns: timelineOf((await agentOf(session)).session.state),
    }),
    "session.costs": async ({ session }) => ({ lines: (await agentOf(session)).session.state.costs }),
    "session.forks": async ({ session }) => ({ forks: library.forksOf(session) }),
    "session.coldCost": async ({ session, provider, model }) =>
      coldCost(await agentOf(session), core.prices, {
        ...{ provider, model, at: ports.clock.now() },
        leastUsd: ports.settings.coldWarningUsd(),
        lifeMs: cacheFactsOf(ports.settings.cache()).lifeMs,
      }),
    ...ownerHandlers(core, ports, agentOf),
  };
}

type OwnerMethod = "session.openThere" | "session.takeOver" | "session.forkStrays" | "session.dismissStrays";

/** What can be done about a session that other windows run or ran. */
function ownerHandlers(core: BooCode, ports: Ports, agentOf: AgentOf): Pick<Handlers, OwnerMethod> {
  const { library } = core.supervisor;
  return {
    "session.openThere": async ({ session }) => {
      const folder = library.find(session)?.folder;
      if (folder === undefined || folder === "")
        throw new BooError("no-folder", "This session belongs to no folder, so there is no window to open.");
      if (folder.includes("\n"))
        throw new BooError(
          "no-folder",
          "This session belongs to a window of several folders, which can not be opened from here: go to that window.",
        );
      await ports.ui.openWindow(folder);
      return {};
    },
    "session.forkStrays": async ({ session }) => ({
      session: (await forkStrays(core, ports, session)).session.id,
    }),
    "session.dismissStrays": async ({ session }) => {
      await core.supervisor.dismissStrays(session);
      return {};
    },
    "session.takeOver": async ({ session }) => {
      const agent = await agentOf(session);
      await agent.recover();
      await agent.session.emit({ type: "owner-change", owner: undefined });
      return {};
    },
  };
}

/** The name and text of a session's export. Throws BooError "no-session". */
export async function exportSession(
  core: BooCode,
  ports: Ports,
  session: string,
  format: "markdown" | "json",
): Promise<{ readonly name: string; readonly text: string }> {
  const agent = await core.supervisor.open(session);
  const { state } = agent.session;
  const title = core.supervisor.library.find(session)?.title ?? state.title;
  const reader = {
    read: (body: Parameters<typeof agent.session.read>[0]) => agent.session.read(body),
    readBlob: (hash: string) => ports.store.readBlob(hash),
  };
  if (format === "markdown")
    return { name: fileName(title, "md"), text: await exportMarkdown({ ...state, title }, reader) };
  const events = await logOf(ports, session);
  return { name: fileName(title, "json"), text: await exportJson(events, reader) };
}

/** Makes a session of an exported one, in this folder; gives its id. Throws BooError "bad-import". */
export async function importSession(core: BooCode, ports: Ports, json: string): Promise<string> {
  const { parseSessionFile } = await import("./session/import.ts");
  const { events, blobs } = parseSessionFile(json);
  const names = new Map<string, string>();
  // A text is known by its own hash: one that the file calls by another name is found under its real one.
  for (const [name, text] of Object.entries(blobs)) names.set(name, await ports.store.putBlob(text));
  const renamed = JSON.parse(
    JSON.stringify(events).replace(/(?<=")[0-9a-f]{64}(?=")/g, (name) => names.get(name) ?? name),
  ) as SessionEvent[];
  const [start, ...rest] = renamed;
  if (start?.type !== "session-start") throw new BooError("bad-import", "This file holds no session.");
  const { forkOf: _origin, task: _task, ...plain } = start;
  const own = { ...plain, id: crypto.randomUUID(), folder: ports.folderKey };
  const agent = await core.supervisor.adopt([own, ...rest]);
  await agent.recover(true);
  return agent.session.id;
}

/** Makes a fork of a session, which the chat then shows. Throws BooError "no-turn", "busy". */
export async function forkSession(
  core: BooCode,
  ports: Ports,
  session: string,
  point: ForkPoint,
): Promise<Agent> {
  const events = await logOf(ports, session);
  const fork = { id: crypto.randomUUID(), at: ports.clock.now() };
  const agent = await core.supervisor.adopt(forkEvents(events, point, fork));
  return core.show(agent);
}

async function forkStrays(core: BooCode, ports: Ports, session: string): Promise<Agent> {
  const [events, strays] = await Promise.all([logOf(ports, session), ports.store.strays(session)]);
  const logs = strayLogs(events, strays, () => ({ id: crypto.randomUUID(), at: ports.clock.now() }));
  const forks: Agent[] = [];
  for (const log of logs) forks.push(await core.supervisor.adopt(log));
  for (const fork of forks) await fork.recover(true);
  const last = forks.at(-1);
  if (last === undefined)
    throw new BooError("no-strays", "Everything that was written to this session is in it.");
  await core.supervisor.dismissStrays(session);
  return core.show(last);
}

async function logOf(ports: Ports, session: string): Promise<readonly SessionEvent[]> {
  const events = await ports.store.events(session);
  if (events.length === 0) throw new BooError("no-session", "This session is not in the store.");
  return events.filter(({ type }) => type !== "text-delta" && type !== "reasoning-delta");
}

async function purge(core: BooCode, sessions: readonly string[]): Promise<void> {
  const { supervisor } = core;
  const busy = sessions.find(
    (id) => supervisor.find(id)?.isRunning || supervisor.library.find(id)?.isElsewhere,
  );
  if (busy !== undefined)
    throw new BooError("busy", "A session that is running can not be deleted. Stop it first.");
  const isShown = sessions.includes(core.active()?.session.id ?? "");
  for (const id of sessions) supervisor.forget(id);
  await supervisor.library.purge(sessions);
  if (isShown) await core.newSession();
}

// Everything up to now is sent once at the price for what is not cached: there is nothing yet with another model, and nothing any more
// after a long pause. The latter is told only where it is worth a word.
function coldCost(
  agent: Agent,
  prices: Prices,
  { provider, model, at, leastUsd, lifeMs }: ColdQuestion,
): Requests["session.coldCost"]["result"] {
  const { state } = agent.session;
  const last = state.turns.findLast((turn) => turn.choice !== undefined);
  const tokens = state.context?.usedTokens;
  if (tokens === undefined || last?.choice === undefined) return {};
  const usage = { cacheHitTokens: 0, cacheMissTokens: tokens, outputTokens: 0 };
  const costUsd = prices.costOf(provider, model, usage, at);
  const price = costUsd === undefined ? {} : { costUsd };
  if (last.choice.provider !== provider || last.choice.model !== model)
    return { tokens, ...price, reason: "model" };
  const isExpired = last.end !== undefined && at - last.end.at > lifeMs;
  return isExpired && (costUsd ?? 0) >= leastUsd ? { tokens, ...price, reason: "expired" } : {};
}
