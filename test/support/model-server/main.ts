import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { startModelServer } from "../model-server.ts";
import { demoScript } from "./demo-script.ts";
import { readScriptFile } from "./flow.ts";

const help = `Usage: node test/support/model-server/main.ts [--port N] [--script FILE.json] [--tokens-per-second N] [--approximate] [--openai]

Starts the scripted model, prints its base URL and runs until Ctrl-C. Without --script it can fix a type error and describe
a project. A script file holds {"turns": [{"when": "REGEXP", "replies": [{"text": "…", "calls": [{"name": "…", "input": {}}]}]}]}.`;

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "0" },
    script: { type: "string" },
    "tokens-per-second": { type: "string" },
    approximate: { type: "boolean", default: false },
    openai: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

if (values.help) console.log(help);
else {
  const answer =
    values.script === undefined ? demoScript : readScriptFile(readFileSync(values.script, "utf8"));
  const rate = values["tokens-per-second"];
  const server = await startModelServer({
    port: Number(values.port),
    script: (request) => {
      const scripted = answer(request);
      return rate === undefined ? scripted : scripted.pace({ tokensPerSecond: Number(rate) });
    },
    tokens: values.approximate ? "approximate" : "deepseek",
    dialect: values.openai ? "openai" : "deepseek",
  });
  console.log(server.url);
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.close());
}
