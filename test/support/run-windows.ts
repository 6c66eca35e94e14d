/** Windows over one folder of workflows, whose runs a test starts and follows. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createWorkflowHost } from "#node/workflow/workflow-host.ts";
import type { RunState } from "#protocol/run-state.ts";
import type { Requests } from "#protocol/protocol.ts";
import { type AgentWorld, agentWorld, type WorldOptions } from "./agent-world.ts";
import { turnState, type TurnState } from "./model-server/flow.ts";
import { hold } from "./model-server/gate.ts";
import { reply, type Reply } from "./model-server/reply.ts";

type Options = WorldOptions & {
  readonly answer?: (state: TurnState) => Reply | Promise<Reply>;
  /** As in the editor: a sandbox waits for the next run. */
  readonly keepsSpare?: boolean;
};

/** What a test does with them. */
export interface RunWindows {
  /** Writes a workflow of the folder. */
  readonly write: (name: string, body: string, meta?: string) => void;
  /** A window over the folder; without `answer` its model repeats the last line of what it is asked. */
  readonly open: (options?: Options) => Promise<AgentWorld>;
  /** A window in which the workflow "pair" runs, the second of whose agents waits for its answer. */
  readonly beginPair: () => Promise<HeldRun>;
}

/** A run of which an agent waits. */
export interface HeldRun {
  readonly window: AgentWorld;
  readonly run: string;
  /** Lets that agent, and whoever asks later, have an answer. */
  readonly goOn: () => void;
}

/** Sets the folder up around each test of a `describe`. */
export function useRunWindows(): RunWindows {
  let folder = "";
  const windows: AgentWorld[] = [];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "boocode-runs-"));
    mkdirSync(join(folder, ".boocode/workflows"), { recursive: true });
  });
  afterEach(async () => {
    for (const { core } of windows.splice(0)) await core.runs[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });
  const write: RunWindows["write"] = (name, body, meta = "") => {
    const head = `export const meta = { name: "${name}", description: "It does ${name}."${meta} };`;
    writeFileSync(join(folder, `.boocode/workflows/${name}.js`), `${head}\n${body}\n`);
  };
  const open: RunWindows["open"] = async ({ answer = repeat, keepsSpare = false, ...rest } = {}) => {
    const host = { folder, directory: join(folder, "store"), keepsSpare };
    const window = await agentWorld(
      async ({ json }) =>
        json === undefined ? reply.error(400, "unreadable", "bad") : answer(turnState(json)),
      { workflows: async () => createWorkflowHost(host), ...rest },
    );
    // Agents are watched for their silence by this clock.
    window.ports.clock.isAutomatic = false;
    windows.push(window);
    return window;
  };
  const beginPair = async (): Promise<HeldRun> => {
    write("pair", 'return [await agent("first"), await agent("second")];');
    const gate = hold();
    let isHeld = true;
    const answer = (state: TurnState): Reply =>
      state.question.includes("second") && isHeld ? reply.holdHeaders(gate).text("late") : repeat(state);
    const window = await open({ answer });
    const { run } = await ask(window, "run.start", { workflow: "pair" });
    await gate.reached;
    const goOn = () => {
      isHeld = false;
      gate.release();
    };
    return { window, run, goOn };
  };
  return { write, open, beginPair };
}

function repeat({ question }: TurnState): Reply {
  return reply.text(`<${question.split("\n").at(-1)}>`);
}

/** Makes a request as a view does. */
export function ask<M extends keyof Requests>(
  { core }: AgentWorld,
  method: M,
  params: Requests[M]["params"],
): Promise<Requests[M]["result"]> {
  const handler = core.handlers[method] as (...given: unknown[]) => Promise<Requests[M]["result"]>;
  return handler(params, new AbortController().signal);
}

/** How a run stands. */
export function stateOf({ core }: AgentWorld, run: string): RunState {
  const state = core.runs.channel(run)?.state;
  assert.ok(state !== undefined);
  return state;
}

/** Resolves when a run's state fits. */
export function until(
  { core }: AgentWorld,
  run: string,
  fits: (state: RunState) => boolean,
): Promise<RunState> {
  return new Promise((resolve) => {
    const channel = core.runs.channel(run);
    if (channel === undefined) return;
    if (fits(channel.state)) return resolve(channel.state);
    const stop = channel.listen(() => {
      if (!fits(channel.state)) return;
      stop();
      resolve(channel.state);
    });
  });
}

/** Whether a run has ended. */
export function isOver({ status }: RunState): boolean {
  return status !== "running" && status !== "paused";
}
