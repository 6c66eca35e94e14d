import { median, over, ratio, type Bench, type Row } from "./bench.ts";
import { emptyView, measureColdStart, product, type ColdStart } from "./cold-start.ts";

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 7);

async function run(): Promise<readonly Row[]> {
  const none: ColdStart[] = [];
  const empty: ColdStart[] = [];
  const boocode: ColdStart[] = [];
  for (let round = 0; round < rounds; round++) {
    none.push(await measureColdStart(undefined));
    empty.push(await measureColdStart(emptyView));
    boocode.push(await measureColdStart(product));
  }
  const row = (name: string, starts: readonly ColdStart[], key: keyof ColdStart, limit?: number): Row => {
    return {
      name,
      unit: key === "residentMB" ? "MB" : "ms",
      values: starts.map((start) => start[key]),
      limit,
    };
  };
  const idle = row("extension host, no view", none, "residentMB");
  const bare = row("activation, empty", empty, "activationMs");
  const painted = row("focus command to usable view, empty", empty, "paintedMs");
  const usable = row("focus command to usable composer", boocode, "paintedMs");
  const pause = row("longest pause of the host, empty", empty, "longestPauseMs");
  return [
    bare,
    row("activation", boocode, "activationMs", Math.max(15, median(bare.values))),
    painted,
    usable,
    ratio("composer over empty view", usable, painted, 1.6),
    idle,
    over("memory over no view, empty", row("", empty, "residentMB"), idle),
    over("memory over no view", row("", boocode, "residentMB"), idle, 45),
    pause,
    row("longest pause of the host", boocode, "longestPauseMs", Math.max(50, median(pause.values))),
  ];
}

/** Cold starts of the packaged extension beside those of an extension with an empty view. */
export const bench: Bench = { name: "start", usesPackage: true, run };
