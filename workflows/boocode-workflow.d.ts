/**
 * What a workflow script may use without declaring it. A script begins with `export const meta = { name, description, phases }`,
 * may `await` and `return` anywhere at its top, and what it returns is the run's result.
 */

// What callers pass and agents answer is known to the script alone.
/* oxlint-disable typescript/no-explicit-any */

/** Types of the globals below, for JSDoc: `@type {BooCode.AgentOptions}`. */
declare namespace BooCode {
  /** A part of a JSON Schema; the root of an agent's schema is an object. */
  interface JsonSchema {
    readonly type?: string | readonly string[];
    readonly enum?: readonly unknown[];
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly required?: readonly string[];
    readonly items?: unknown;
    readonly [keyword: string]: unknown;
  }

  /** What a run or an agent may spend. */
  interface SpendLimit {
    readonly tokens?: number;
    /** US dollars. */
    readonly usd?: number;
  }

  /** Options of `agent()`; all may be left out. */
  interface AgentOptions {
    /** What the run view calls it; default: the prompt's first line. */
    readonly label?: string;
    /** Its group in the run view, instead of the one that `phase()` set. */
    readonly phase?: string;
    /** What the answer must look like: then `agent()` gives an object that was checked, instead of a text. */
    readonly schema?: JsonSchema;
    /** A model's id, or a tag such as `"light"` or `"heavy"`; default: the model in use. */
    readonly model?: string;
    /** How hard the model thinks. */
    readonly effort?: "low" | "medium" | "high" | "max";
    /** What the agent is and which tools it has; default: `"general"`, with all tools. */
    readonly agentType?:
      | "general"
      | "explorer"
      | "planner"
      | "coder"
      | "reviewer"
      | "tester"
      | "writer"
      | (string & {});
    /** `"worktree"`: it works in a git worktree of its own, which is kept if it changed anything. */
    readonly isolation?: "worktree";
    /** The only tools it may use, such as `["read_file", "search"]`. */
    readonly tools?: readonly string[];
    /** The same as `tools`. */
    readonly capabilities?: readonly string[];
    /** After so many tool calls it must answer from what it knows. */
    readonly maxToolCalls?: number;
    /** The same as `maxToolCalls`. */
    readonly max_tool_calls?: number;
    /** Without progress for so long (ms) it is begun anew; default: 180,000. */
    readonly timeoutMs?: number;
    /** How often it is tried again when its model fails. */
    readonly retries?: number;
    /** What it may spend: tokens, or `{ tokens, usd }`. Beyond that it fails. */
    readonly budget?: number | SpendLimit;
    /** Skills that it is told to use. */
    readonly skills?: readonly string[];
  }

  /** A stage of `pipeline()`: given what the stage before gave, the item itself, and the item's index. */
  type PipelineStage<Previous, Item, Result> = (previous: Previous, item: Item, index: number) => Result;

  /** What a stage hands on: a stage that gives `null` ends its item. */
  type PipelineStep<Result> = Exclude<Awaited<Result>, null>;

  /** The run's budget. Once it is spent, `agent()` throws; agents under way finish. */
  interface Budget {
    /** Tokens that the run may spend; null without a limit. */
    readonly total: number | null;
    /** Tokens spent so far. */
    spent(): number;
    /** Tokens that are left; Infinity without a limit. */
    remaining(): number;
    /** Dollars that the run may spend; null without a limit. */
    readonly totalUsd: number | null;
    /** Dollars spent so far. */
    spentUsd(): number;
    /** Dollars that are left; Infinity without a limit. */
    remainingUsd(): number;
  }

  /** What a command gave. */
  interface ShellResult {
    readonly exitCode: number;
    /** What it wrote to its output. */
    readonly stdout: string;
    /** What it wrote to its error output. */
    readonly stderr: string;
  }
}

/**
 * Lets an agent work, and gives its answer: an object where there is a `schema`, otherwise its last words. It knows nothing but its prompt
 * and the workspace. Gives `null` when it was skipped or its model failed for good (the run view says why). Throws when its answer never
 * fitted the schema (`error.rawText` has the last one), when the budget is spent (`error.code` is `"budget-spent"`), and for wrong calls.
 * @example
 * const found = await agent("Find every use of the old logger.", {
 *   agentType: "explorer",
 *   schema: { type: "object", required: ["files"], properties: { files: { type: "array", items: { type: "string" } } } },
 * });
 * for (const file of found?.files ?? []) log(file);
 */
declare function agent<T = any>(
  prompt: string,
  options: BooCode.AgentOptions & { readonly schema: BooCode.JsonSchema },
): Promise<T | null>;
declare function agent(
  prompt: string,
  options?: BooCode.AgentOptions & { readonly schema?: undefined },
): Promise<string | null>;
declare function agent<T = any>(prompt: string, options?: BooCode.AgentOptions): Promise<T | null>;

/**
 * Runs functions at once and waits for all of them. Results are in the order of the functions; one that throws gives `null` and a line among
 * the run's failures. At most 4096.
 * @example
 * const [bugs, risks] = await parallel([() => agent("Find bugs."), () => agent("Find risks.")]);
 */
declare function parallel<T extends readonly (() => unknown)[] | []>(
  thunks: T,
): Promise<{
  -readonly [K in keyof T]: T[K] extends () => unknown ? Awaited<ReturnType<T[K]>> | null : null;
}>;

/**
 * Sends each item through the stages on its own: no item waits for another. Results are in the order of the items; `null` where a stage
 * threw or gave `null`. At most 4096 items.
 * @example
 * const reviews = await pipeline(
 *   ["src/a.ts", "src/b.ts"],
 *   (file) => agent(`Review ${file}.`),
 *   (review, file) => agent(`Is this review of ${file} right?\n${review}`),
 * );
 */
declare function pipeline<Item>(items: readonly Item[]): Promise<Item[]>;
declare function pipeline<Item, A>(
  items: readonly Item[],
  first: BooCode.PipelineStage<Item, Item, A>,
): Promise<(Awaited<A> | null)[]>;
declare function pipeline<Item, A, B>(
  items: readonly Item[],
  first: BooCode.PipelineStage<Item, Item, A>,
  second: BooCode.PipelineStage<BooCode.PipelineStep<A>, Item, B>,
): Promise<(Awaited<B> | null)[]>;
declare function pipeline<Item, A, B, C>(
  items: readonly Item[],
  first: BooCode.PipelineStage<Item, Item, A>,
  second: BooCode.PipelineStage<BooCode.PipelineStep<A>, Item, B>,
  third: BooCode.PipelineStage<BooCode.PipelineStep<B>, Item, C>,
): Promise<(Awaited<C> | null)[]>;
declare function pipeline<Item, A, B, C, D>(
  items: readonly Item[],
  first: BooCode.PipelineStage<Item, Item, A>,
  second: BooCode.PipelineStage<BooCode.PipelineStep<A>, Item, B>,
  third: BooCode.PipelineStage<BooCode.PipelineStep<B>, Item, C>,
  fourth: BooCode.PipelineStage<BooCode.PipelineStep<C>, Item, D>,
): Promise<(Awaited<D> | null)[]>;
declare function pipeline<Item>(
  items: readonly Item[],
  ...stages: readonly BooCode.PipelineStage<any, Item, any>[]
): Promise<any[]>;

/**
 * Sets the group of the agents that begin from now on. Titles that stand in `meta.phases` are shown before the run begins.
 * @example
 * phase("Verify");
 */
declare function phase(title: string): void;

/**
 * Writes a line to the run's log; values that are no texts are shown as they are.
 * @example
 * log(`${files.length} files to go`);
 */
declare function log(...values: unknown[]): void;

/**
 * What the caller passed, or undefined. A text that is a JSON object or list arrives as that object or list.
 * @example
 * const question = typeof args === "string" ? args : args?.question;
 * if (!question) throw new Error("Give a question.");
 */
declare const args: any;

/**
 * What the run may spend and has spent. A resumed run reads the same values again, so loops over the budget take the same way.
 * @example
 * while (budget.remaining() > 50_000) found.push(await agent("Find one more bug."));
 */
declare const budget: BooCode.Budget;

/**
 * Runs another workflow, by its name or its file in the workspace, and gives its result. It shares this run's limits and budget, and can
 * not call a workflow itself.
 * @example
 * const { findings } = await workflow("review-code", { paths: ["src"] });
 */
declare function workflow<T = any>(
  name: string | { readonly scriptPath: string },
  args?: unknown,
): Promise<T>;

/**
 * Runs a command in the workspace, with the permissions of an agent's commands. A resumed run gets the result of then. Throws where no
 * command may run.
 * @example
 * const { exitCode, stdout } = await sh("npm test", { timeoutMs: 600_000 });
 */
declare function sh(
  command: string,
  options?: { readonly cwd?: string; readonly timeoutMs?: number },
): Promise<BooCode.ShellResult>;

/**
 * Asks a person and waits for the answer, however long that takes. A resumed run does not ask again. Throws where nobody can be asked.
 * @example
 * if ((await ask("Apply all fixes?", { choices: ["yes", "no"] })) === "no") return plan;
 */
declare function ask(question: string, options?: { readonly choices?: readonly string[] }): Promise<string>;

/** The console: its lines go to the run's log. */
interface Console {
  log(...values: unknown[]): void;
  info(...values: unknown[]): void;
  debug(...values: unknown[]): void;
  trace(...values: unknown[]): void;
  dir(...values: unknown[]): void;
  table(...values: unknown[]): void;
  group(...values: unknown[]): void;
  groupEnd(): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
  assert(condition?: boolean, ...values: unknown[]): void;
}

/**
 * Lines for the run's log, as warnings and errors where they are such.
 * @example
 * console.warn("Nothing to do in", folder);
 */
declare var console: Console;

/**
 * Calls a function after a time (ms); the number it gives is for `clearTimeout`.
 * @example
 * await new Promise((resolve) => setTimeout(resolve, 1_000));
 */
declare function setTimeout<Given extends unknown[]>(
  callback: (...given: Given) => void,
  delayMs?: number,
  ...given: Given
): number;

/**
 * Stops what `setTimeout` began.
 * @example
 * clearTimeout(timer);
 */
declare function clearTimeout(timer: number | undefined): void;
