import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { root } from "./setup.mjs";

/** A line that the headless host told. */
export type HeadlessLine = { readonly type: string } & Readonly<Record<string, unknown>>;

/** How a headless host is started. */
export interface HeadlessStart {
  readonly folder: string;
  readonly store: string;
  readonly baseUrl?: string;
  readonly model?: string;
  readonly provider?: string;
  readonly session?: string;
  /** Runs the bundle instead of the sources; it must have been built. */
  readonly isBuilt?: boolean;
  readonly environment?: Readonly<Record<string, string>>;
}

/** BooCode without an editor, in a process of its own. */
export class Headless implements AsyncDisposable {
  /** Every line so far. */
  readonly lines: HeadlessLine[] = [];
  readonly child: ChildProcess;
  stderr = "";
  readonly #waiting = new Set<() => void>();
  readonly #ended: Promise<unknown>;

  constructor(start: HeadlessStart) {
    const options: readonly (readonly [string, string | undefined])[] = [
      ["--folder", start.folder],
      ["--store", start.store],
      ["--provider", start.provider ?? "deepseek"],
      ["--base-url", start.baseUrl],
      ["--model", start.model],
      ["--session", start.session],
    ];
    const given = options.flatMap(([name, value]) => (value === undefined ? [] : [name, value]));
    this.child = spawn(
      process.execPath,
      [join(root, start.isBuilt ? "dist/headless.js" : "src/headless.ts"), ...given],
      {
        env: { ...process.env, DEEPSEEK_API_KEY: "sk-test-0123456789", ...start.environment },
        stdio: ["pipe", "pipe", "pipe"],
      },
    );
    const { stdout, stderr } = this.child;
    if (stdout === null || stderr === null) throw new Error("The headless host has no output.");
    const reader = createInterface({ input: stdout });
    reader.on("line", (line) => {
      this.lines.push(JSON.parse(line) as HeadlessLine);
      this.#wake();
    });
    stderr.on("data", (data: Buffer) => (this.stderr += data.toString()));
    this.#ended = Promise.all([once(this.child, "close"), once(reader, "close")]).then(() => this.#wake());
  }

  /** Sends a command. */
  send(command: object): void {
    this.child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  /** Resolves with the first line, from `from` on, that fits; throws when the host ends before. */
  async waitFor(fits: (line: HeadlessLine) => boolean, from = 0): Promise<HeadlessLine> {
    let next = from;
    for (;;) {
      for (; next < this.lines.length; next++) {
        const line = this.lines[next];
        if (line !== undefined && fits(line)) return line;
      }
      if (this.child.exitCode !== null || this.child.signalCode !== null) {
        throw new Error(`The headless host ended: ${this.stderr || JSON.stringify(this.lines.at(-1))}`);
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Sends a message and waits for the end of its turn. */
  async say(prompt: string): Promise<HeadlessLine> {
    const from = this.lines.length;
    this.send({ prompt });
    return this.waitFor((line) => line.type === "turn-end", from);
  }

  /** The session's id. */
  async session(): Promise<string> {
    return String((await this.waitFor((line) => line.type === "session"))["id"]);
  }

  /** Closes the input and waits for the end; gives the exit code. */
  async end(): Promise<number | null> {
    this.child.stdin?.end();
    await this.#ended;
    return this.child.exitCode;
  }

  /** Kills the process at once, as a crash would. */
  async kill(): Promise<void> {
    this.child.kill("SIGKILL");
    await this.#ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill();
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}
