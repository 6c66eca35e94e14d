import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildBundles } from "../support/build.ts";
import { Headless } from "../support/headless.ts";
import { reply, type Reply } from "../support/model-server/reply.ts";
import { type ModelServer, startModelServer } from "../support/model-server.ts";
import { assertPrefixes } from "../support/prefix.ts";
import { countTokens, headerTokens } from "../support/tokens.ts";
import type { Bench, Row } from "./bench.ts";

const turns = 10;
const callsPerTurn = 20;
const day = 24 * 3_600_000;
const source = "export const value = 1; // a line of source, as long as lines of source usually are\n".repeat(
  30,
);

// Arguments as models write them: with spaces, so that writing them anew would cost a miss.
function scripted(index: number): Reply {
  const call = index % (callsPerTurn + 1);
  if (call === callsPerTurn) return reply.thinking("All read.").text("That is what I found.");
  const path = `src/file-${index % 12}.ts`;
  if (call % 5 === 4)
    return reply
      .thinking("Change it.")
      .toolCall(
        "edit_file",
        `{"path": "${path}", "old": "value = 1; // a", "new": "value = 1; // a", "all": true}`,
      );
  if (call % 7 === 3) return reply.toolCall("search", `{ "pattern": "value", "path": "${path}" }`);
  return reply.thinking("Read it.").text("Reading.").toolCall("read_file", `{"path": "${path}"}`);
}

async function session(server: ModelServer, folder: string): Promise<void> {
  const start = {
    folder,
    store: join(folder, ".store"),
    baseUrl: server.url,
    model: "deepseek-flash",
    isBuilt: true,
  };
  let id: string | undefined;
  for (const half of [0, 1]) {
    await using host = new Headless({ ...start, ...(id !== undefined && { session: id }) });
    for (let turn = 0; turn < turns / 2; turn++)
      await host.say(`Question ${half * 5 + turn} about these files, please.`);
    id = await host.session();
    await host.end();
    // The reload comes a day later: what the cache still holds must be found again.
    if (half === 0) server.advanceClock(day);
  }
}

async function run(): Promise<readonly Row[]> {
  await buildBundles();
  const folder = mkdtempSync(join(tmpdir(), "boocode-bench-"));
  try {
    mkdirSync(join(folder, "src"));
    for (let file = 0; file < 12; file++) writeFileSync(join(folder, `src/file-${file}.ts`), source);
    await using server = await startModelServer({ script: (_request, index) => scripted(index) });
    await session(server, folder);
    const { requests } = server;
    assertPrefixes(requests.map((request) => request.body));
    const avoidable = requests.map(({ cache }, index) =>
      index === 0 ? 0 : (requests[index - 1]?.cache?.promptTokens ?? 0) - (cache?.hitTokens ?? 0),
    );
    const account = server.accounts();
    const read = requests[1]?.json?.messages.findLast((message) => message.role === "tool");
    const readTokens = countTokens(String(read?.content ?? ""));
    return [
      {
        name: "system text and tools",
        unit: "tokens",
        values: [headerTokens(requests[0]?.body ?? "").total],
        limit: 1_400,
      },
      {
        name: `requests of ${turns * callsPerTurn} calls in ${turns} turns`,
        unit: "",
        values: [requests.length],
        limit: turns * (callsPerTurn + 1),
      },
      { name: "avoidable misses", unit: "tokens", values: [Math.max(0, ...avoidable)], limit: 0 },
      {
        name: "a read over its text",
        unit: "%",
        values: [(readTokens / countTokens(source) - 1) * 100],
        limit: 3,
      },
      { name: "prompt", unit: "tokens", values: [account.promptTokens] },
      { name: "missed", unit: "tokens", values: [account.missTokens] },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a long session costs, and whether every request begins with the one before. */
export const bench: Bench = { name: "prefix", run };
