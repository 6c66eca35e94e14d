/** A journal that is gone with the process: for dry runs, which are not history. */
import type { RunEvent } from "#protocol/run.ts";
import type { RunJournal } from "./ports.ts";

/** Makes one, over a journal that is read and never written. */
export function createMemoryJournal(below?: Pick<RunJournal, "read">): RunJournal {
  const runs = new Map<string, RunEvent[]>();
  return {
    append(run, events) {
      const list = runs.get(run);
      // Events may hold what scripts still change.
      const copies = events.map((event) => structuredClone(event));
      if (list === undefined) runs.set(run, copies);
      else list.push(...copies);
      return Promise.resolve();
    },
    read: async (run) => runs.get(run)?.slice() ?? below?.read(run),
    list: () => Promise.resolve([...runs.keys()].toReversed()),
  };
}
