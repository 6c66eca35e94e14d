/** V8 in an isolate of its own: nothing is shared with the process around it. */
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type ivm from "isolated-vm";
import type { GuestLimits } from "#protocol/guest.ts";
import { type Engine, type Guest, GuestStopped, stopMessages } from "./engine.ts";

type IsolatedVm = typeof ivm;

/** Makes the engine; throws where its binary does not fit this runtime. `onCatastrophe` hears of a guest that broke its isolate. */
export async function loadIsolatedVm(onCatastrophe: (message: string) => void): Promise<Engine> {
  const module = await loadBinary();
  return {
    name: "isolated-vm",
    open: (guestCode, before, limits) =>
      Promise.resolve(new IsolateGuest(module, guestCode, before, limits, onCatastrophe)),
  };
}

/** The package, or from the bundle its binary for this runtime alone. */
async function loadBinary(): Promise<IsolatedVm> {
  if (import.meta.url.endsWith(".ts"))
    return ((await import("isolated-vm")) as { default: IsolatedVm }).default;
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  const library =
    process.platform !== "linux" ? "" : header.glibcVersionRuntime === undefined ? ".musl" : ".glibc";
  const file = new URL(
    `isolated-vm/isolated-vm.abi${process.versions.modules}${library}.node`,
    import.meta.url,
  );
  return (createRequire(import.meta.url)(fileURLToPath(file)) as { ivm: IsolatedVm }).ivm;
}

class IsolateGuest implements Guest {
  readonly #isolate: ivm.Isolate;
  readonly #context: ivm.Context;
  readonly #define: ivm.Reference;
  readonly #receive: ivm.Reference;
  readonly #drain: ivm.Reference;
  readonly #limits: GuestLimits;

  constructor(
    module: IsolatedVm,
    guestCode: string,
    before: string | undefined,
    limits: GuestLimits,
    onCatastrophe: (message: string) => void,
  ) {
    this.#limits = limits;
    this.#isolate = new module.Isolate({ memoryLimit: limits.memoryMb, onCatastrophicError: onCatastrophe });
    this.#context = this.#isolate.createContextSync();
    if (before !== undefined) this.load(before);
    const guest = this.#run(() =>
      this.#context.evalSync(guestCode, { reference: true, filename: "guest", timeout: limits.syncMs }),
    ) as ivm.Reference<Record<string, unknown>>;
    const part = (name: string): ivm.Reference => guest.getSync(name, { reference: true }) as ivm.Reference;
    this.#define = part("define");
    this.#receive = part("receive");
    this.#drain = part("drain");
  }

  define(number: number, code: string): void {
    this.#run(() => {
      const script = this.#isolate.compileScriptSync(code, { filename: `workflow-${number}` });
      const program = script.runSync(this.#context, {
        reference: true,
        timeout: this.#limits.syncMs,
      }) as ivm.Reference;
      this.#define.applySync(undefined, [number, program.derefInto()]);
    });
  }

  load(code: string): void {
    this.#run(() =>
      this.#context.evalSync(`${code};undefined`, { filename: "guest", timeout: this.#limits.syncMs }),
    );
  }

  enter(messages: string): string {
    return this.#run(() => {
      this.#receive.applySync(undefined, [messages], { timeout: this.#limits.syncMs });
      return this.#drain.applySync(undefined, [], { timeout: this.#limits.syncMs }) as string;
    });
  }

  dispose(): void {
    if (!this.#isolate.isDisposed) this.#isolate.dispose();
  }

  #run<T>(body: () => T): T {
    try {
      return body();
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      if (message.includes("timed out")) throw new GuestStopped("time", stopMessages.time(this.#limits));
      if (
        this.#isolate.isDisposed ||
        message.includes("memory limit") ||
        message.includes("allocation failed")
      )
        throw new GuestStopped("memory", stopMessages.memory(this.#limits));
      throw error;
    }
  }
}
