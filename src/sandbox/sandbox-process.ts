/** The sandbox process: one guest at a time, which it gets over its pipe. It is given no environment but the time zone. */
import type { EngineName, ToSandbox } from "#protocol/guest.ts";
import type { Engine } from "./engine.ts";
import { readGuestCode, quickJsFile } from "./guest-code.ts";
import { GuestRun } from "./guest-run.ts";
import { loadIsolatedVm } from "./isolated-vm-engine.ts";
import { openPipe } from "./pipe.ts";
import { loadQuickJs } from "./quickjs-engine.ts";

const wanted = process.argv[2] as EngineName;
let urlCode: Promise<string> | undefined;
let run: GuestRun | undefined;
let queue = Promise.resolve();

const pipe = openPipe((messages) => {
  queue = queue.then(() => take(messages));
});

/** A guest that breaks its engine ends the process: nothing in it can be trusted any more. */
function onCatastrophe(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exit(70);
}

const load = wanted === "quickjs" ? () => loadQuickJs(quickJsFile()) : () => loadIsolatedVm(onCatastrophe);
const [main, engine] = await Promise.all([
  readGuestCode("main"),
  load().catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))),
]);
pipe.tell({
  kind: "ready",
  node: process.version,
  engines: engine instanceof Error ? [] : [engine.name],
  ...(engine instanceof Error && { problem: engine.message }),
});

async function take(messages: readonly ToSandbox[]): Promise<void> {
  let answers: Extract<ToSandbox, { kind: "answer" }>[] = [];
  const deliver = async (): Promise<void> => {
    const ready = answers;
    answers = [];
    if (ready.length > 0) await run?.deliver(ready);
  };
  for (const message of messages) {
    if (message.kind === "answer") {
      answers.push(message);
      continue;
    }
    await deliver();
    await act(message, engine);
  }
  await deliver();
}

async function act(message: Exclude<ToSandbox, { kind: "answer" }>, loaded: Engine | Error): Promise<void> {
  switch (message.kind) {
    case "ping":
      return pipe.tell({ kind: "pong", id: message.id });
    case "close":
      run?.close();
      run = undefined;
      return pipe.tell({ kind: "closed" });
    case "program":
      return run?.runProgram(message);
    case "open": {
      if (loaded instanceof Error) throw loaded;
      run?.close();
      run = new GuestRun(message.limits, { main, url: () => (urlCode ??= readGuestCode("url")) }, pipe);
      return run.open(loaded, message);
    }
  }
}
