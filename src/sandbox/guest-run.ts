/** One guest from its start to its end: passes messages in, lines out, keeps its timers and its limits. */
import type { FromSandbox, GuestLimits, GuestStop, ToSandbox } from "#protocol/guest.ts";
import { type Engine, type Guest, GuestStopped } from "./engine.ts";

/** The guest's code, as texts. */
export interface GuestCode {
  readonly main: string;
  url(): Promise<string>;
}

type Open = Extract<ToSandbox, { kind: "open" }>;
type Program = Extract<ToSandbox, { kind: "program" }>;

/** What the sandbox says and passes on. */
export interface Outlet {
  tell(message: FromSandbox): void;
  pass(lines: readonly string[]): void;
}

/** The running guest. */
export class GuestRun {
  readonly #limits: GuestLimits;
  readonly #outlet: Outlet;
  readonly #code: GuestCode;
  readonly #timers = new Map<number, NodeJS.Timeout>();
  #guest: Guest | undefined;
  #hasUrl = false;
  #isOver = false;
  #outputBytes = 0;
  #outputLines = 0;
  #calls = 0;
  /** Calls that were not answered yet. */
  #openCalls = 0;
  #hasEnded = false;

  constructor(limits: GuestLimits, code: GuestCode, outlet: Outlet) {
    this.#limits = limits;
    this.#code = code;
    this.#outlet = outlet;
  }

  /** Opens the realm and starts the script. */
  async open(engine: Engine, { start }: Open): Promise<void> {
    const { program, ...rest } = start;
    const url = program.usesUrl ? await this.#code.url() : undefined;
    await this.#guard(async () => {
      this.#guest = await engine.open(this.#code.main, url, this.#limits);
      this.#hasUrl = url !== undefined;
      this.#guest.define(0, program.code);
      this.#enter([{ t: "start", ...rest }]);
    });
  }

  /** Delivers what came from the host together. */
  async deliver(messages: readonly Extract<ToSandbox, { kind: "answer" }>[]): Promise<void> {
    this.#openCalls -= messages.length;
    await this.#guard(() => this.#enter(messages.map(({ id, answer }) => ({ t: "answer", id, ...answer }))));
  }

  /** Compiles another script and runs it in the place of a call's answer. */
  async runProgram({ id, number, name, program, ...rest }: Program): Promise<void> {
    const url = program.usesUrl && !this.#hasUrl ? await this.#code.url() : undefined;
    this.#openCalls -= 1;
    await this.#guard(() => {
      if (url !== undefined) this.#guest?.load(url);
      this.#hasUrl ||= url !== undefined;
      this.#guest?.define(number, program.code);
      this.#enter([{ t: "program", id, program: number, name, ...("args" in rest && { args: rest.args }) }]);
    });
  }

  /** Ends the guest, if it has not ended by itself. */
  close(): void {
    this.#isOver = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    const guest = this.#guest;
    this.#guest = undefined;
    try {
      guest?.dispose();
    } catch {
      // An engine that was stopped in the middle can not always be taken apart; its process is not used again.
    }
  }

  async #guard(body: () => void | Promise<void>): Promise<void> {
    if (this.#isOver) return;
    try {
      await body();
    } catch (error) {
      if (error instanceof GuestStopped) this.#stop(error.reason, error.message);
      else this.#stop("crash", error instanceof Error ? error.message : String(error));
    }
  }

  #stop(reason: GuestStop, message: string): void {
    this.#outlet.tell({ kind: "stopped", reason, message });
    this.close();
  }

  #enter(messages: readonly object[]): void {
    if (this.#guest === undefined) return;
    const lines = this.#guest.enter(JSON.stringify(messages)).split("\n");
    lines.pop();
    const passed: string[] = [];
    for (const line of lines) if (this.#sort(line)) passed.push(line);
    if (passed.length > 0) this.#outlet.pass(passed);
    if (!this.#hasEnded && this.#openCalls <= 0 && this.#timers.size === 0)
      this.#stop(
        "stuck",
        "The script waits for something that can not happen: a promise that nothing settles.",
      );
  }

  /** Whether a line is for the host; throws GuestStopped over a limit. */
  #sort(line: string): boolean {
    const { messageBytes, outputBytes, outputLines, calls } = this.#limits;
    if (line.length > messageBytes)
      throw new GuestStopped(
        "message",
        `One message of the script is over ${messageBytes} bytes. Pass less at a time.`,
      );
    if (line.startsWith('{"t":"timer"') || line.startsWith('{"t":"untimer"')) {
      this.#setTimer(JSON.parse(line) as { t: string; id: number; ms: number });
      return false;
    }
    const isKnown = line.startsWith('{"t":"known"');
    if (isKnown || line.startsWith('{"t":"call"')) {
      this.#calls += 1;
      if (!isKnown) this.#openCalls += 1;
      if (this.#calls > calls) throw new GuestStopped("calls", `The script made more than ${calls} calls.`);
      return true;
    }
    if (line.startsWith('{"t":"end"')) {
      this.#hasEnded = true;
      return true;
    }
    this.#outputLines += 1;
    this.#outputBytes += line.length;
    if (this.#outputBytes > outputBytes || this.#outputLines > outputLines)
      throw new GuestStopped(
        "output",
        `The script wrote more than ${outputLines} lines or ${outputBytes} bytes to its log.`,
      );
    return true;
  }

  #setTimer({ t, id, ms }: { readonly t: string; readonly id: number; readonly ms: number }): void {
    if (t === "untimer") {
      clearTimeout(this.#timers.get(id));
      this.#timers.delete(id);
      return;
    }
    const fire = (): void => {
      this.#timers.delete(id);
      void this.#guard(() => this.#enter([{ t: "fire", id }]));
    };
    this.#timers.set(id, setTimeout(fire, ms));
  }
}
