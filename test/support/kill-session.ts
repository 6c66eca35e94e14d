import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { openStore } from "#node/store/store.ts";
import type { SessionEvent } from "#protocol/session.ts";
import { Headless, type HeadlessLine } from "./headless.ts";
import { reply, type Reply } from "./model-server/reply.ts";
import { type ModelServer, startModelServer } from "./model-server.ts";
import { assertPrefix } from "./prefix.ts";

const quiet = { info: () => {}, warn: () => {}, error: () => {} };

/** Numbers between 0 and 1 that are the same for the same seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One session in one store, worked on by processes that are killed one after another. */
export class KilledSession implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "boocode-kill-"));
  readonly #random: () => number;
  readonly #server: ModelServer;
  readonly #acknowledged: HeadlessLine[] = [];
  #session: string | undefined;

  readonly #isBuilt: boolean;

  private constructor(server: ModelServer, seed: number, isBuilt: boolean) {
    this.#server = server;
    this.#isBuilt = isBuilt;
    this.#random = seededRandom(seed);
    writeFileSync(join(this.#folder, "notes.txt"), "A note.\n".repeat(40));
  }

  /** Starts a session whose model talks, thinks, reads and edits at a human pace. */
  static async start(seed: number, isBuilt: boolean): Promise<KilledSession> {
    const server = await startModelServer({
      tokens: "approximate",
      script: (_request, index) => busyReply(index),
    });
    return new KilledSession(server, seed, isBuilt);
  }

  /** Lets a process work, kills it at a random moment, and checks what it left. */
  async killOnce(): Promise<void> {
    await using host = this.#open();
    this.#session ??= await host.session();
    const moment = this.#random();
    host.send({ prompt: `Go on with number ${Math.floor(moment * 1000)}.` });
    const from = host.lines.length;
    const line = Math.floor(this.#random() * 40);
    await Promise.race([host.waitFor(() => host.lines.length >= from + line, from), wait(1_500)]);
    await wait(this.#random() * 30);
    await host.kill();
    this.#acknowledged.push(...host.lines.filter((entry) => keptTypes.has(entry.type)));
    await this.#checkStore();
  }

  /** Works on after all kills: the transcript must be valid, and every request must begin with the one before. */
  async finish(): Promise<void> {
    const before = this.#server.requests.length;
    this.#server.use([reply.text("All is well.")]);
    await using host = this.#open();
    assert.equal((await host.say("Is all well?"))["reason"], "done", host.stderr);
    assert.equal(await host.end(), 0);
    assert.deepEqual(this.#server.problems, []);
    const { requests } = this.#server;
    const last = requests[before];
    assert.ok(last);
    // The last request before a kill may have been sent with a step that was not yet answered; its messages stay a prefix.
    const earlier = requests[before - 1];
    if (earlier) assertPrefix(earlier.body, last.body);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #open(): Headless {
    return new Headless({
      folder: this.#folder,
      store: join(this.#folder, ".store"),
      baseUrl: this.#server.url,
      model: "deepseek-flash",
      isBuilt: this.#isBuilt,
      ...(this.#session !== undefined && { session: this.#session }),
    });
  }

  async #checkStore(): Promise<void> {
    const store = openStore({ directory: join(this.#folder, ".store"), log: quiet });
    try {
      const events = await store.events(this.#session ?? "");
      const kept = new Set(events.map(identity));
      for (const line of this.#acknowledged) {
        assert.ok(
          kept.has(identity(line as unknown as SessionEvent)),
          `acknowledged, but gone: ${JSON.stringify(line)}`,
        );
      }
    } finally {
      await store.close();
    }
  }
}

const keptTypes = new Set([
  "turn-start",
  "step-start",
  "step-end",
  "tool-start",
  "tool-end",
  "turn-end",
  "title-change",
  "header-pin",
]);

function identity(event: SessionEvent): string {
  const parts = { ...event } as Record<string, unknown>;
  return [event.type, parts["turn"], parts["step"], parts["call"], parts["at"]].join(" ");
}

function busyReply(index: number): Reply {
  return sayOrCall(index).pace({ tokensPerSecond: 400 });
}

function sayOrCall(index: number): Reply {
  switch (index % 4) {
    case 0:
      return reply
        .thinking("What is there to do? ".repeat(5))
        .text("I look. ".repeat(5))
        .calls([
          ["read_file", { path: "notes.txt" }],
          ["list_files", {}],
        ]);
    case 1:
      return reply
        .toolCall("edit_file", { path: "notes.txt", old: "note", new: "note", all: true })
        .toolCall("search", { pattern: "note" });
    case 2:
      return reply
        .text("Writing. ")
        .toolCall("write_file", { path: `out-${index}.txt`, content: "text ".repeat(index + 1) });
    default:
      return reply.text("That is done, and this is a report of some length about it. ".repeat(10));
  }
}
