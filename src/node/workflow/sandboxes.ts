/** Sandboxes for workflows: chooses the engine, starts a process for each guest, and ends one that does not answer. */
import { fileURLToPath } from "node:url";
import { existsSync } from "node:fs";
import type { EngineName, GuestLimits, GuestStart, SandboxStatus } from "#protocol/guest.ts";
import { BooError, messageOf } from "#core/errors.ts";
import type { GuestListener, GuestSession, Sandboxes } from "#core/workflow/ports.ts";
import { GuestClient } from "./guest-client.ts";
import { findNode, fitsHost, hostRuntime } from "./runtimes.ts";
import { SandboxConnection, type SandboxRuntime } from "./sandbox-connection.ts";

/** What may be set. */
export interface SandboxOptions {
  /** A Node to use where the host's own runtime can not run isolated-vm. */
  readonly nodePath?: string;
  /** Keeps a process whose guest ended in good order for the next one: for many short runs. */
  readonly reuses?: boolean;
  /** Starts a fresh process when a guest has ended, so that the next one need not wait: a run mostly follows on its preview. */
  readonly keepsSpare?: boolean;
  /** The sandbox's entry, where it is not beside this file. */
  readonly entry?: string;
}

/** A process that nobody needs waits so long (ms). */
const spareMs = 5 * 60_000;

interface Choice {
  readonly engine: EngineName;
  readonly runtime: SandboxRuntime;
  readonly notes: readonly string[];
}

/** Makes the port; `close` ends all processes. */
export function createSandboxes(options: SandboxOptions = {}): Sandboxes & AsyncDisposable {
  return new SandboxPool(options);
}

class SandboxPool implements Sandboxes, AsyncDisposable {
  readonly #options: SandboxOptions;
  readonly #choices = new Map<EngineName | "any", Choice>();
  readonly #idle: { readonly choice: Choice; readonly process: SandboxConnection }[] = [];
  readonly #running = new Set<SandboxConnection>();
  #warming: { readonly choice: Choice; readonly process: Promise<SandboxConnection> } | undefined;
  #isOver = false;

  constructor(options: SandboxOptions) {
    this.#options = options;
  }

  async status(engine?: EngineName): Promise<SandboxStatus> {
    const { choice, process } = await this.#start(engine);
    this.#idle.push({ choice, process });
    return statusOf(choice, process);
  }

  async open(
    request: { readonly engine?: EngineName; readonly limits: GuestLimits; readonly start: GuestStart },
    listener: GuestListener,
  ): Promise<GuestSession> {
    const { choice, process } = await this.#start(request.engine);
    process.ref();
    this.#running.add(process);
    void process.gone().then(() => this.#running.delete(process));
    const onClosed = (isClean: boolean): void => {
      this.#running.delete(process);
      if (isClean && this.#options.reuses === true) this.#idle.push({ choice, process });
      else process.kill("its run is over");
      if (this.#options.keepsSpare === true) void this.#warm(choice);
    };
    return new GuestClient(process, statusOf(choice, process), request, listener, onClosed);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isOver = true;
    const warming = await this.#warming?.process.catch(() => undefined);
    warming?.kill("everything ends");
    const all = [...this.#idle.splice(0).map(({ process }) => process), ...this.#running];
    for (const process of all) process.kill("everything ends");
    await Promise.all(all.map((process) => process.gone()));
  }

  /** A process that waits, or a new one on the first runtime that can. */
  async #start(
    engine: EngineName | undefined,
  ): Promise<{ readonly choice: Choice; readonly process: SandboxConnection }> {
    const index = this.#idle.findIndex(
      ({ choice, process }) => !process.isGone && (engine === undefined || choice.engine === engine),
    );
    const [waiting] = index < 0 ? [] : this.#idle.splice(index, 1);
    if (waiting !== undefined) return waiting;
    const warming = this.#warming;
    if (warming !== undefined && (engine === undefined || warming.choice.engine === engine)) {
      this.#warming = undefined;
      const process = await warming.process.catch(() => undefined);
      if (process !== undefined) return { choice: warming.choice, process };
    }
    const known = this.#choices.get(engine ?? "any");
    if (known !== undefined) return { choice: known, process: await this.#startWith(known) };
    const notes: string[] = [];
    for await (const candidate of this.#candidates(engine, notes)) {
      try {
        const choice = { ...candidate, notes: [...notes] };
        const process = await this.#startWith(choice);
        this.#choices.set(engine ?? "any", choice);
        return { choice, process };
      } catch (error) {
        notes.push(`${candidate.engine} in ${candidate.runtime.name}: ${messageOf(error)}`);
      }
    }
    throw new BooError("no-sandbox", `No engine can run workflows here. ${notes.join(" ")}`);
  }

  /** Has one process wait, for a while. */
  async #warm(choice: Choice): Promise<void> {
    if (this.#isOver || this.#warming !== undefined || this.#idle.length > 0) return;
    const warming = { choice, process: this.#startWith(choice) };
    this.#warming = warming;
    const process = await warming.process.catch(() => undefined);
    // Who could not wait has it by now.
    if (this.#warming !== warming) return;
    this.#warming = undefined;
    if (process === undefined) return;
    if (this.#isOver) return process.kill("everything ends");
    this.#idle.push({ choice, process });
    process.unref();
    setTimeout(() => {
      const index = this.#idle.findIndex((idle) => idle.process === process);
      if (index >= 0) this.#idle.splice(index, 1)[0]?.process.kill("nobody needs it");
    }, spareMs).unref();
  }

  #startWith({ engine, runtime }: Choice): Promise<SandboxConnection> {
    return SandboxConnection.start(this.#options.entry ?? entryFile(), engine, runtime);
  }

  async *#candidates(
    engine: EngineName | undefined,
    notes: string[],
  ): AsyncGenerator<{ readonly engine: EngineName; readonly runtime: SandboxRuntime }> {
    if (engine !== "quickjs") {
      if (fitsHost()) yield { engine: "isolated-vm", runtime: hostRuntime };
      else notes.push(`isolated-vm has no binary for the host's runtime (ABI ${process.versions.modules}).`);
      const node = await findNode(this.#options.nodePath);
      if (node === undefined) notes.push("No Node 24 or newer was found on the PATH for isolated-vm.");
      else yield { engine: "isolated-vm", runtime: node };
    }
    if (engine !== "isolated-vm") yield { engine: "quickjs", runtime: hostRuntime };
  }
}

function statusOf({ engine, runtime, notes }: Choice, { node }: SandboxConnection): SandboxStatus {
  return { engine, runtime: runtime.name, node, notes };
}

/** The sandbox's own bundle, or its sources. */
function entryFile(): string {
  if (import.meta.url.endsWith(".ts"))
    return fileURLToPath(new URL("../../sandbox/sandbox-process.ts", import.meta.url));
  const here = fileURLToPath(new URL("sandbox-process.js", import.meta.url));
  return existsSync(here) ? here : fileURLToPath(new URL("../sandbox-process.js", import.meta.url));
}
