// A host on a large history, as it is when its window opens: tells how long lists, sessions and words took, as JSON.
import { setTimeout } from "node:timers/promises";
import { createBooCode } from "#core/boocode.ts";
import { makePlainPorts } from "#node/headless/plain-ports.ts";
import { longSession } from "../support/large-history.ts";

/** What such a host is told: the project's folder, the store's directory, words to find one after the other. */
export interface HistoryJob {
  readonly folder: string;
  readonly store: string;
  readonly words: readonly string[];
}

/** Times in milliseconds, memory in MB. */
export interface HistoryTimes {
  /** From the start until the list has all sessions. */
  readonly list: number;
  /** From the start until the last turn of the session used last, the long one, can be seen. */
  readonly lastTurn: number;
  /** From the start until it can be gone on with. */
  readonly whole: number;
  /** From the wish to see another session until its last turn can be seen. */
  readonly other: number;
  readonly words: readonly number[];
  readonly found: readonly number[];
  readonly memory: number;
}

const { folder, store, words } = JSON.parse(process.argv[2] ?? "") as HistoryJob;
const options = { provider: "rehearsal", baseUrl: "", model: "", effort: "high" } as const;
const ports = await makePlainPorts({ folder, store, ...options });
const core = createBooCode(ports);
const { library } = core.supervisor;
const startedAt = performance.now();
const since = () => performance.now() - startedAt;
const listed = new Promise<number>((resolve) => {
  const look = () => void (library.list.state.sessions.length > 1_000 && resolve(since()));
  library.list.listen(look);
});
await core.start();
const turns = (session: string) => core.supervisor.visible(session)?.state.turns.length ?? 0;
const lastTurn = turns(longSession) > 0 ? since() : Number.NaN;
const list = await listed;
await core.ready;
const whole = since();
const wished = performance.now();
await core.openSession("session-7");
const other = performance.now() - wished;
const query = { scope: "all", show: "active", offset: 0, limit: 100 } as const;
const taken: number[] = [];
const found: number[] = [];
for (const text of words) {
  const asked = performance.now();
  found.push((await library.search({ ...query, text })).total);
  taken.push(performance.now() - asked);
}
const memory = process.memoryUsage.rss() / 1e6;
// The next host finds this one as the session used last.
await core.openSession(longSession);
// The list's copy is written a while after it was read.
await setTimeout(2_500);
await core.close();
await ports.store.close();
const times: HistoryTimes = { list, lastTurn, whole, other, words: taken, found, memory };
process.stdout.write(JSON.stringify(times));
