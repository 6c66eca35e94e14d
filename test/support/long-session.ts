import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { startModelServer } from "./model-server.ts";
import { reply } from "./model-server/reply.ts";
import { root } from "./setup.mjs";

/** Where the extension keeps its store in a server's data folder. */
export function storeFolder(dataFolder: string): string {
  return join(dataFolder, "server/data/User/globalStorage/boocode.boocode");
}

const answer = (index: number) => `Answer ${index}: the tide of this hour stands at **${index % 900} cm**.

- the pier at the mouth is under water
- \`harbour.ts\` says the same

\`\`\`ts
export const level${index} = ${index % 900};
\`\`\`
`;

/** Writes a session of `turns` questions and answers about a folder into a store, by the agent without an editor. */
export async function writeLongSession(store: string, folder: string, turns: number): Promise<void> {
  const script = (_request: unknown, index: number) =>
    reply.text(answer(index)).pace({ chunkCharacters: 1000 });
  await using server = await startModelServer({ tokens: "approximate", script });
  const where = ["--folder", folder, "--store", store, "--base-url", `${server.url}/v1`];
  const model = ["--provider", "openai-compatible", "--model", "scripted", "--new"];
  const agent = spawn(process.execPath, [join(root, "src/headless.ts"), ...where, ...model], {
    env: { ...process.env, BOOCODE_API_KEY: "long-session" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const ended = once(agent, "exit");
  let asked = 0;
  const ask = () => {
    if (asked === turns) agent.stdin.end();
    else agent.stdin.write(`${JSON.stringify({ prompt: `Question ${asked++}: how high is the water?` })}\n`);
  };
  ask();
  for await (const line of createInterface({ input: agent.stdout })) {
    const event = JSON.parse(line);
    if (event.type === "error") throw new Error(`The agent without an editor said: ${event.message}`);
    if (event.type === "turn-end") ask();
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`The agent without an editor ended with ${code}.`);
}
