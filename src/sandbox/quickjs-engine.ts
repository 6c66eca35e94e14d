/** QuickJS in WebAssembly: its memory is its own, and it runs wherever Node does. */
import { readFileSync } from "node:fs";
import {
  newQuickJSWASMModuleFromVariant,
  newVariant,
  type QuickJSContext,
  type QuickJSHandle,
  type QuickJSRuntime,
  type QuickJSSyncVariant,
  type QuickJSWASMModule,
} from "quickjs-emscripten-core";
import quickJsVariant from "@jitl/quickjs-ng-wasmfile-release-sync";
import type { GuestLimits } from "#protocol/guest.ts";
import { type Engine, type Guest, GuestStopped, stopMessages } from "./engine.ts";

/** Bytes of stack that a script may use; the process is started with a stack that holds what the engine makes of them. */
const stackBytes = process.platform === "win32" ? 96 * 1024 : 256 * 1024;

/** Bytes of a page of WebAssembly's memory. */
const pageBytes = 64 * 1024;
/** Pages that the engine itself begins with; a script's limit is counted on top of them. */
const ownPages = 256;

/** Makes the engine from its WebAssembly. */
export async function loadQuickJs(wasmFile: string): Promise<Engine> {
  // Its types say that the default export is in a default export.
  const variant = quickJsVariant as unknown as QuickJSSyncVariant;
  const wasmModule = await WebAssembly.compile(readFileSync(wasmFile));
  return {
    name: "quickjs",
    // The engine counts no bytes in WebAssembly, so its limit is that of a memory of its own.
    async open(guestCode, before, limits) {
      const pages = Math.ceil((limits.memoryMb * 1024 * 1024) / pageBytes);
      const wasmMemory = new WebAssembly.Memory({ initial: ownPages, maximum: ownPages + pages });
      const module = await newQuickJSWASMModuleFromVariant(newVariant(variant, { wasmModule, wasmMemory }));
      return new QuickJsGuest(module, guestCode, before, limits);
    },
  };
}

/** How a script's end is told that did not catch the engine's own error. */
const outOfMemory = '{"t":"end","error":{"name":"InternalError","message":"out of memory"';

class QuickJsGuest implements Guest {
  readonly #runtime: QuickJSRuntime;
  readonly #context: QuickJSContext;
  readonly #limits: GuestLimits;
  readonly #handles: readonly QuickJSHandle[];
  #deadline = 0;
  #isBroken = false;
  /** Whether it ran longer than it may: what it says of its end then may be anything. */
  #isLate = false;

  constructor(module: QuickJSWASMModule, guestCode: string, before: string | undefined, limits: GuestLimits) {
    this.#limits = limits;
    this.#runtime = module.newRuntime();
    this.#runtime.setMaxStackSize(stackBytes);
    this.#runtime.setInterruptHandler(() => (this.#isLate ||= performance.now() > this.#deadline));
    this.#context = this.#runtime.newContext();
    if (before !== undefined) this.load(before);
    const guest = this.#run(() => this.#eval(guestCode, "guest"));
    this.#handles = ["define", "receive", "drain"].map((name) => this.#context.getProp(guest, name));
    guest.dispose();
  }

  define(number: number, code: string): void {
    this.#run(() => {
      const program = this.#eval(code, `workflow-${number}`);
      const handle = this.#context.newNumber(number);
      this.#call(0, [handle, program]).dispose();
      handle.dispose();
      program.dispose();
    });
  }

  load(code: string): void {
    this.#run(() => this.#eval(code, "guest").dispose());
  }

  enter(messages: string): string {
    return this.#run(() => {
      const text = this.#context.newString(messages);
      this.#call(1, [text]).dispose();
      text.dispose();
      this.#runJobs();
      if (this.#isLate) throw new GuestStopped("time", stopMessages.time(this.#limits));
      const lines = this.#call(2, []);
      const given = this.#context.getString(lines);
      lines.dispose();
      if (given.includes(outOfMemory)) throw new GuestStopped("memory", stopMessages.memory(this.#limits));
      return given;
    });
  }

  dispose(): void {
    // After the engine itself failed its memory is in no state to be taken apart; it goes with the process.
    if (this.#isBroken) return;
    for (const handle of this.#handles) handle.dispose();
    this.#context.dispose();
    this.#runtime.dispose();
  }

  #eval(code: string, name: string): QuickJSHandle {
    return this.#unwrap(this.#context.evalCode(code, name));
  }

  #call(index: number, given: readonly QuickJSHandle[]): QuickJSHandle {
    const handle = this.#handles[index];
    if (handle === undefined) throw new Error("The guest is not there.");
    return this.#unwrap(this.#context.callFunction(handle, this.#context.undefined, ...given));
  }

  #runJobs(): void {
    const result = this.#runtime.executePendingJobs();
    if (result.error !== undefined) this.#throw(result.error);
  }

  #unwrap(result: { readonly error?: QuickJSHandle; readonly value?: QuickJSHandle }): QuickJSHandle {
    if (result.value !== undefined) return result.value;
    return this.#throw(result.error);
  }

  #throw(handle: QuickJSHandle | undefined): never {
    const error: unknown = handle === undefined ? undefined : this.#context.dump(handle);
    handle?.dispose();
    const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
    if (message === "interrupted" || this.#isLate)
      throw new GuestStopped("time", stopMessages.time(this.#limits));
    if (message === "out of memory" || error === null || error === undefined)
      throw new GuestStopped("memory", stopMessages.memory(this.#limits));
    throw new Error(`${String(name)}: ${String(message)}`);
  }

  #run<T>(body: () => T): T {
    this.#deadline = performance.now() + this.#limits.syncMs;
    this.#isLate = false;
    try {
      return body();
    } catch (error) {
      if (error instanceof GuestStopped) {
        this.#isBroken ||= error.reason !== "time";
        throw error;
      }
      // The engine's own code ran out of the process's stack, or trapped.
      if (error instanceof RangeError || (error instanceof Error && error.name === "RuntimeError")) {
        this.#isBroken = true;
        throw new GuestStopped("stack", stopMessages.stack());
      }
      throw error;
    }
  }
}
