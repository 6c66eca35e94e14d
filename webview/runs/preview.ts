import { signal } from "@preact/signals";
import type { SpendLimit } from "#protocol/run.ts";
import type { RunPreview } from "#protocol/workflows.ts";
import type { Act } from "../act.ts";

/** A script before it is run: what a dry run found, and what the user sets. */
export class Preview {
  readonly found = signal<RunPreview | undefined>(undefined);
  readonly isBusy = signal(false);
  readonly args = signal("");
  /** As typed; "" for no limit. */
  readonly tokens = signal("");
  readonly usd = signal("");
  #workflow = "";
  #asked = 0;
  readonly #act: Act;

  constructor(act: Act) {
    this.#act = act;
  }

  /** Looks at a script. */
  async open(workflow: string, args: string): Promise<void> {
    this.#workflow = workflow;
    this.found.value = undefined;
    this.args.value = args;
    this.tokens.value = "";
    this.usd.value = "";
    await this.look();
  }

  /** Walks through the script again, with the args as they are now, and other made-up answers where a seed is given. */
  async look(seed?: string): Promise<void> {
    const number = ++this.#asked;
    this.isBusy.value = true;
    const args = this.args.peek();
    const found = await this.#act("run.preview", {
      workflow: this.#workflow,
      ...(args.trim() !== "" && { args }),
      ...(seed !== undefined && { seed }),
    });
    if (number !== this.#asked) return;
    this.isBusy.value = false;
    if (found !== undefined) this.found.value = found;
  }

  /** Starts the run; gives its id, or undefined where that was refused. */
  async start(): Promise<string | undefined> {
    const args = this.args.peek();
    const budget = this.budget();
    const started = await this.#act("run.start", {
      workflow: this.#workflow,
      ...(args.trim() !== "" && { args }),
      ...(budget && { budget }),
    });
    return started?.run;
  }

  /** The limits as set; undefined for none. */
  budget(): SpendLimit | undefined {
    const tokens = amount(this.tokens.value);
    const usd = amount(this.usd.value);
    if (tokens === undefined && usd === undefined) return undefined;
    return { ...(tokens !== undefined && { tokens }), ...(usd !== undefined && { usd }) };
  }
}

/** A number as people type it: "200k", "1.5M", "$2"; undefined for what is none. */
export function amount(text: string): number | undefined {
  const [, digits = "", unit = ""] = /^\s*\$?\s*(\d+(?:\.\d+)?)\s*([kKmM]?)\s*$/.exec(text) ?? [];
  if (digits === "") return undefined;
  return Number(digits) * (unit === "" ? 1 : unit.toLowerCase() === "k" ? 1_000 : 1_000_000);
}
