/** The list of this folder's runs: from its copy at once, and from the journals of runs that the copy does not know. */
import type { RunEvent } from "#protocol/run.ts";
import {
  reduceRun,
  newsOf,
  type RunEntry,
  runEntry,
  emptyRun,
  type RunState,
  interrupted,
  isOver,
} from "#protocol/run-state.ts";
import { Channel } from "../channel.ts";
import type { Log } from "../ports.ts";
import type { Store } from "../store-ports.ts";
import type { RunJournal } from "./ports.ts";

/** The name of the copy, a JSON array of `RunEntry`. */
const copyName = "runs";
/** The copy is written this long (ms) after a change. */
const copyAfter = 1_000;
/** So many runs are listed; older ones stay on disk. */
const mostRuns = 500;

/** What the list is made over. */
export interface RunListParts {
  readonly store: Pick<Store, "keepCopy" | "readCopy" | "owner" | "events">;
  readonly folder: string;
  readonly log: Log;
  /** Whether this window runs it. */
  readonly isHere: (run: string) => boolean;
}

/** Knows a line of every run; the writer of the `runs` channel. */
export class RunList {
  readonly channel = new Channel("runs");
  readonly #parts: RunListParts;
  /** Of all folders. */
  readonly #known = new Map<string, RunEntry>();
  #copying: ReturnType<typeof setTimeout> | undefined;

  constructor(parts: RunListParts) {
    this.#parts = parts;
  }

  /** Reads what there is. */
  async load(journal: RunJournal): Promise<void> {
    const { store } = this.#parts;
    for (const entry of readCopy(await store.readCopy(copyName))) this.#known.set(entry.run, entry);
    const runs = (await journal.list()).slice(0, mostRuns);
    for (const run of this.#known.keys()) if (!runs.includes(run)) this.#known.delete(run);
    for (const run of runs) await this.#read(run, journal);
    this.channel.emit({ type: "runs-loaded", runs: this.#listed() });
    this.#keep();
  }

  /** Takes a run's new line in. */
  note(entry: RunEntry): void {
    this.#known.set(entry.run, entry);
    if (entry.folder === this.#parts.folder) this.channel.emit({ type: "run-change", entry });
    this.#keep();
  }

  /** A run's line; undefined for one that is not known. */
  find(run: string): RunEntry | undefined {
    return this.#known.get(run);
  }

  /** Writes the copy, if it is not up to date. */
  async settle(): Promise<void> {
    if (this.#copying === undefined) return;
    clearTimeout(this.#copying);
    this.#copying = undefined;
    await this.#parts.store.keepCopy(copyName, JSON.stringify([...this.#known.values()]));
  }

  // A run that was going on when the copy was written may have ended, here or elsewhere.
  async #read(run: string, journal: RunJournal): Promise<void> {
    const known = this.#known.get(run);
    const mayHaveChanged = known === undefined || known.status === "running" || known.status === "paused";
    if (!mayHaveChanged || this.#parts.isHere(run)) return;
    const events = await journal.read(run).catch(() => undefined);
    if (events === undefined) return;
    const state = stateOf(events, await isElsewhere(this.#parts.store, run));
    this.#known.set(run, runEntry(state, folderOf(events) ?? known?.folder ?? this.#parts.folder));
  }

  #listed(): readonly RunEntry[] {
    return [...this.#known.values()].filter(({ folder }) => folder === this.#parts.folder);
  }

  #keep(): void {
    this.#copying ??= setTimeout(() => {
      void this.settle().catch((error: unknown) =>
        this.#parts.log.error("The list of runs could not be kept.", error),
      );
    }, copyAfter);
  }
}

/** Whether another window runs it. Claims from before this window began to follow are known to the index alone, which is asked for that. */
export async function isElsewhere(store: Pick<Store, "owner" | "events">, run: string): Promise<boolean> {
  await store.events(run);
  return store.owner(run) === "elsewhere";
}

/** What a journal says of its run; one that was left open and runs nowhere is interrupted. */
export function stateOf(events: readonly RunEvent[], isElsewhere: boolean): RunState {
  const state = events.map(newsOf).reduce(reduceRun, emptyRun);
  const isOpen = state.status === "running" || state.status === "paused";
  if (!isOpen || isElsewhere) return state;
  const at = events.at(-1)?.at ?? state.startedAt;
  return {
    ...state,
    ...{ status: "interrupted", durationMs: at - state.startedAt },
    steps: state.steps.map((step) =>
      isOver(step) ? step : interrupted(step, "the window closed or crashed"),
    ),
  };
}

/** The folder in whose list a run is; undefined where its journal does not say. */
export function folderOf(events: readonly RunEvent[]): string | undefined {
  const start = events.find(({ type }) => type === "run-start");
  return start?.type === "run-start" ? start.folder : undefined;
}

/** What an earlier window kept, which may be damaged. */
function readCopy(text: string | undefined): readonly RunEntry[] {
  try {
    const list = JSON.parse(text ?? "[]") as unknown;
    return Array.isArray(list) ? list.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is RunEntry {
  if (typeof value !== "object" || value === null) return false;
  const { run, folder, workflow, startedAt, spent } = value as Partial<RunEntry>;
  const areTexts = [run, folder, workflow].every((text) => typeof text === "string");
  return areTexts && typeof startedAt === "number" && typeof spent === "object";
}
