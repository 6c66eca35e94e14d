/** Journals of runs that hold no secret. */
import type { RunJournal } from "./ports.ts";

/** A journal whose events pass through `redact` on their way to the disk. */
export function withoutSecrets(journal: RunJournal, redact: <T>(value: T) => T): RunJournal {
  return {
    append: (run, events) => journal.append(run, redact(events)),
    read: (run) => journal.read(run),
    list: () => journal.list(),
    end: (run) => journal.end?.(run) ?? Promise.resolve(),
  };
}
