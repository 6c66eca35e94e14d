/** What happens on each request of a view; a missing handler does not compile. */
import type { Turn } from "#protocol/session.ts";
import { changedFiles } from "#protocol/changed-files.ts";
import type { Method, Requests } from "#protocol/protocol.ts";
import { readOutputName, withoutOutputs } from "#protocol/session-window.ts";
import type { Agent } from "./agent/agent.ts";
import { portsIn } from "./agent/task.ts";
import { lastAnswer, summaryByRule, summaryRequest } from "./agent/summary-turn.ts";
import type { BooCode } from "./boocode.ts";
import { BooError } from "./errors.ts";
import type { Ports } from "./ports.ts";
import { makeRunHandlers } from "./run-handlers.ts";
import { makePermissionHandlers } from "./permission-handlers.ts";
import { makeTraceHandlers } from "./trace-handlers.ts";
import { makeSessionHandlers } from "./session-handlers.ts";
import { revertTurn, textsOf } from "./session/revert.ts";
import { resolvePath } from "./tools/paths.ts";

/** A handler for each request; the signal aborts when the view cancels the request. */
export type Handlers = {
  readonly [M in Method]: (
    params: Requests[M]["params"],
    signal: AbortSignal,
  ) => Promise<Requests[M]["result"]>;
};

/** Makes the handlers of a core. */
export function makeHandlers(core: BooCode, ports: Ports): Handlers {
  const agentOf = (session: string): Promise<Agent> => {
    const agent = core.supervisor.find(session);
    return agent === undefined ? core.supervisor.open(session) : Promise.resolve(agent);
  };
  return {
    "session.prompt": async ({ session, text }) => {
      const asked = await core.runs.slash(text);
      if (asked === undefined) return core.prompt(await agentOf(session), text);
      // What it would do and cost is shown first, and a click there starts it.
      await ports.ui.showRun(asked);
      return {};
    },
    "session.stop": async ({ session }) => {
      await core.supervisor.find(session)?.stop();
      return {};
    },
    "session.continue": async ({ session }) => (await agentOf(session)).continue(),
    "session.answer": async ({ session, question, value, word }) => {
      await (await agentOf(session)).answer(question, { value, ...(word !== undefined && { word }) });
      return {};
    },
    "session.create": async () => ({ session: (await core.newSession()).session.id }),
    "session.summarize": async ({ session }) => ({
      session: (await summarizeSession(core, await agentOf(session))).session.id,
    }),
    "session.open": async ({ session }) => {
      await core.openSession(session);
      return {};
    },
    "session.turns": async ({ session, before, count }) => {
      const { turns } = (await agentOf(session)).session.state;
      const end = turns.findIndex((turn) => turn.number >= before);
      const older = end === -1 ? turns : turns.slice(0, end);
      return { turns: withoutOutputs(session, older.slice(-count)) };
    },
    "queue.edit": async ({ session, id, text }) => {
      const agent = await agentOf(session);
      await agent.write({ type: "queue-edit", at: ports.clock.now(), message: { id, text } });
      return {};
    },
    "queue.remove": async ({ session, id }) => {
      const agent = await agentOf(session);
      await agent.write({ type: "queue-remove", at: ports.clock.now(), id });
      return {};
    },
    "view.painted": async () => {
      void core.warmUp().catch((error: unknown) => ports.log.error("Loading ahead failed.", error));
      return {};
    },
    "ui.run": async ({ action }) => {
      await ports.ui.run(action);
      return {};
    },
    ...fileHandlers(agentOf, ports),
    ...makeSessionHandlers(core, ports, agentOf),
    ...makeTraceHandlers(core, ports),
    ...makePermissionHandlers(core, ports, agentOf),
    ...makeRunHandlers(core.runs, ports),
  };
}

type FileMethod = "turn.revert" | "turn.diff" | "body.read" | "draft.keep" | "file.open";

function fileHandlers(
  agentOf: (session: string) => Promise<Agent>,
  ports: Ports,
): Pick<Handlers, FileMethod> {
  return {
    "turn.revert": async ({ session, turn: id }, signal) => {
      const agent = await agentOf(session);
      const turn = findTurn(agent, id);
      if (turn.end === undefined)
        throw new BooError("busy", "Wait until the turn has ended, or stop it, then revert.");
      const own = portsOf(agent, ports);
      const result = await revertTurn(turn, own, signal);
      await agent.write({ type: "turn-revert", at: ports.clock.now(), turn: id, ...result });
      const edited = changedFiles(turn).find(
        (change) => change.keptOut === undefined && result.refused.some(({ path }) => path === change.path),
      );
      if (edited !== undefined) await showDiff(turn, edited.path, own, true);
      return result;
    },
    "turn.diff": async ({ session, turn: id, path }) => {
      const agent = await agentOf(session);
      await showDiff(findTurn(agent, id), path, portsOf(agent, ports), false);
      return {};
    },
    "body.read": async ({ blob, offset, length }) => {
      const output = readOutputName(blob);
      const text =
        output === undefined
          ? await ports.store.readBlob(blob)
          : await readOutput(await agentOf(output.session), output.call);
      if (text === undefined) throw new BooError("no-body", "This text is no longer stored.");
      return { text: text.slice(offset, offset + length), total: text.length };
    },
    "draft.keep": async ({ text }) => ({ blob: await ports.store.putBlob(text) }),
    "file.open": async ({ path, line }) => {
      const place = await resolvePath(ports, path);
      await ports.editor.openFile(place.path, line);
      return {};
    },
  };
}

/** What a session's files are seen through: an agent of a workflow may have worked in a worktree. */
function portsOf({ session }: Agent, ports: Ports): Ports {
  const folder = session.state.task?.folder;
  return folder === undefined ? ports : portsIn(folder, ports);
}

async function readOutput({ session }: Agent, id: string): Promise<string | undefined> {
  const items = session.state.turns.flatMap((turn) => turn.items);
  const item = items.find((entry) => entry.id === id);
  if (item?.kind !== "tool" || item.call.status !== "ended") return undefined;
  return session.read(item.call.output);
}

function findTurn(agent: Agent, id: string): Turn {
  const turn = agent.session.state.turns.find((entry) => entry.id === id);
  if (turn === undefined) throw new BooError("no-turn", "This turn is not in the session.");
  return turn;
}

async function showDiff(turn: Turn, path: string, ports: Ports, isAgainstNow: boolean): Promise<void> {
  const change = changedFiles(turn).find((entry) => entry.path === path);
  if (change === undefined) throw new BooError("no-change", `This turn did not change ${path}.`);
  if (change.keptOut !== undefined) throw new BooError("kept-out", change.keptOut);
  const place = await resolvePath(ports, path);
  const { before, after } = await textsOf(change, ports.store);
  if (isAgainstNow)
    await ports.editor.showDiff(place.path, after ?? "", undefined, `${path} (turn ${turn.number} ↔ now)`);
  else await ports.editor.showDiff(place.path, before ?? "", after ?? "", `${path} (turn ${turn.number})`);
}

// The old session writes its own summary, on its own prefix; where it can not, a rule does.
async function summarizeSession(core: BooCode, agent: Agent): Promise<Agent> {
  if (agent.session.state.turns.length === 0) return core.newSession();
  const byRule = summaryByRule(agent.session.state);
  const written = await agent.runSummary(summaryRequest);
  return core.newSession(written === "done" ? (lastAnswer(agent.session.state.turns) ?? byRule) : byRule);
}
