/** A journal that is gone with the process: for dry runs, which are not history. */
import type { RunEvent } from "#protocol/run.ts";
import type { RunJournal } from "./ports.ts";

/** Makes one. */
export function createMemoryJournal(): RunJournal {
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
    read: (run) => Promise.resolve(runs.get(run)?.slice()),
    list: () => Promise.resolve([...runs.keys()].toReversed()),
  };
}
