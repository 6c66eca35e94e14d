import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBundles } from "../support/build.ts";
import { fakePorts, runTool } from "../support/fake-ports.ts";
import { Headless } from "../support/headless.ts";
import { reply } from "../support/model-server/reply.ts";
import { startModelServer } from "../support/model-server.ts";
import { quantile, type Bench, type Row } from "./bench.ts";

const calls = 500;

/** Milliseconds between the last byte of each answer and the next request, over one session of `calls` reads of 1 KB. */
async function gaps(): Promise<readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), "boocode-bench-"));
  try {
    for (let file = 0; file < 10; file++) {
      writeFileSync(
        join(folder, `file-${file}.txt`),
        `${"A line of about sixty characters, as they are in source.\n".repeat(18)}${file}\n`,
      );
    }
    await using server = await startModelServer({
      tokens: "approximate",
      script: (_request, index) =>
        index < calls ? reply.toolCall("read_file", { path: `file-${index % 10}.txt` }) : reply.text("Done."),
    });
    await using host = new Headless({
      folder,
      store: join(folder, ".store"),
      baseUrl: server.url,
      model: "deepseek-flash",
      isBuilt: true,
    });
    host.send({ prompt: "Read everything." });
    let from = 0;
    for (;;) {
      const line = await host.waitFor(({ type }) => type === "question" || type === "turn-end", from);
      from = host.lines.indexOf(line) + 1;
      if (line.type === "turn-end") break;
      host.send({ answer: { id: line["id"], value: "continue" } });
    }
    await host.end();
    const { requests } = server;
    return requests
      .slice(1)
      .map((request, index) => request.times.receivedAt - (requests[index]?.times.lastByteAt ?? Number.NaN));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Milliseconds of each of 200 reads of 1 KB from memory: what the tool itself takes. */
async function reads(): Promise<readonly number[]> {
  const ports = fakePorts({ files: { "a.ts": "const x = 1;\n".repeat(80) } });
  const times: number[] = [];
  for (let round = 0; round < 200; round++) {
    const startedAt = performance.now();
    await runTool(ports, "read_file", { path: "a.ts" });
    times.push(performance.now() - startedAt);
  }
  return times;
}

async function run(): Promise<readonly Row[]> {
  await buildBundles();
  const all = await gaps();
  return [
    { name: "answer's end to next request, 1 KB read between", unit: "ms", values: all, limit: 5 },
    { name: "  its 95th percentile", unit: "ms", values: [quantile(all, 0.95)] },
    { name: "a read of 1 KB from memory", unit: "ms", values: await reads(), limit: 0.5 },
  ];
}

/** What BooCode itself takes between two model calls, store included. */
export const bench: Bench = { name: "overhead", run };
