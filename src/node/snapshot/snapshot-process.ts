/**
 * The snapshot process: reads the workspace's files, and what it remembers lies in its own memory and in a file without a name. A process and not
 * a thread, because it keeps the thread pool busy, which is the extension host's own; both are gone with it.
 */
import { BooError, isAbort, messageOf } from "#core/errors.ts";
import { SnapshotKeeper } from "./keeper.ts";
import type { FromSnapshots, SnapshotProcessData, ToSnapshots } from "./snapshot-messages.ts";

const keeper = new SnapshotKeeper(JSON.parse(process.argv[2] ?? "{}") as SnapshotProcessData);
const running = new Map<number, AbortController>();
let last: Promise<void> = Promise.resolve();

process.on("message", (message: ToSnapshots) => {
  switch (message.kind) {
    case "cancel":
      running.get(message.id)?.abort();
      break;
    case "drop":
      keeper.drop(message.snapshot);
      break;
    case "take":
    case "changes":
      answerInTurn(message);
      break;
  }
});
// The host is gone, and with it whoever could ask.
process.on("disconnect", () => process.exit());

// Two looks at a disk at once take longer than one after the other.
function answerInTurn(
  question: Extract<ToSnapshots, { readonly id: number; readonly kind: "take" | "changes" }>,
): void {
  const stop = new AbortController();
  running.set(question.id, stop);
  last = last.then(async () => {
    const answer = await answerTo(question, stop.signal);
    running.delete(question.id);
    process.send?.(answer);
  });
}

async function answerTo(
  question: Extract<ToSnapshots, { readonly id: number; readonly kind: "take" | "changes" }>,
  signal: AbortSignal,
): Promise<FromSnapshots> {
  const { id, kind } = question;
  try {
    signal.throwIfAborted();
    if (kind === "take") {
      await keeper.take(id, question.folders, signal);
      return { kind: "taken", id };
    }
    return { kind, id, ...(await keeper.changes(question.snapshot, question.limit, signal)) };
  } catch (error) {
    const message = isAbort(error) ? "It was not needed any more." : messageOf(error);
    const isLasting = error instanceof BooError && error.code === "too-large";
    return { kind: "problem", id, message, isLasting };
  }
}
