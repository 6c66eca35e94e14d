/** What stands above a workflow's script: run it, try it, go on with it, and how it went last. */
import {
  CodeLens,
  EventEmitter,
  languages,
  Position,
  Range,
  type CodeLensProvider,
  type Disposable,
  type TextDocument,
} from "vscode";
import type { BooCode } from "#core/boocode.ts";
import type { RunEntry, RunState } from "#protocol/run-state.ts";
import { runWords, spentWords } from "#protocol/run-words.ts";
import { formatDuration } from "#protocol/words.ts";
import { fileOf } from "./workflow-file.ts";

/** Files that are workflow scripts. */
const workflowFiles = [
  { scheme: "file", language: "javascript", pattern: "**/.boocode/workflows/*.js" },
  { scheme: "file", language: "javascript", pattern: "**/.claude/workflows/*.js" },
];

const canResume: ReadonlySet<RunEntry["status"]> = new Set([
  "incomplete",
  "failed",
  "stopped",
  "interrupted",
]);

/** Registers the lenses; `open` gives the core, which they start where it does not run yet. */
export function registerRunLenses(open: () => Promise<BooCode>, showsCalls: () => boolean): Disposable {
  const lenses = new RunLenses(open, showsCalls);
  const registered = languages.registerCodeLensProvider(workflowFiles, lenses);
  return {
    dispose() {
      registered.dispose();
      lenses.dispose();
    },
  };
}

class RunLenses implements CodeLensProvider {
  readonly #open: () => Promise<BooCode>;
  readonly #showsCalls: () => boolean;
  readonly #changed = new EventEmitter<void>();
  readonly onDidChangeCodeLenses = this.#changed.event;
  #core: BooCode | undefined;
  #unfollow: (() => void) | undefined;

  constructor(open: () => Promise<BooCode>, showsCalls: () => boolean) {
    this.#open = open;
    this.#showsCalls = showsCalls;
  }

  /** What needs no core is shown at once; how the script went comes when that is known. */
  async provideCodeLenses(document: TextDocument): Promise<CodeLens[]> {
    if (this.#core === undefined) void this.#start();
    const text = document.getText();
    const line = text.slice(0, Math.max(0, text.search(/^export\s+const\s+meta\b/m))).split("\n").length - 1;
    const range = new Range(new Position(line, 0), new Position(line, 0));
    const last = this.#lastOf(fileOf(document.uri));
    const lens = (title: string, command: string, ...args: readonly unknown[]): CodeLens =>
      new CodeLens(range, { title, command, arguments: [...args] });
    const head = [
      lens("$(play) Run", "boocode.runWorkflow", document.uri),
      lens("Dry run", "boocode.dryRunWorkflow", document.uri),
      ...(last !== undefined && canResume.has(last.status)
        ? [lens("Resume", "boocode.resumeWorkflow", document.uri)]
        : []),
      lens("History", "boocode.openRun"),
      ...(last === undefined ? [] : [lens(runWords(last), "boocode.openRun", last.run)]),
    ];
    return [...head, ...(last === undefined || !this.#showsCalls() ? [] : await this.#calls(last))];
  }

  dispose(): void {
    this.#unfollow?.();
    this.#changed.dispose();
  }

  #lastOf(file: string): RunEntry | undefined {
    return this.#core?.runs.list.channel.state.runs.find((entry) => entry.file === file);
  }

  /** How often each call of agent() ran last, how long that took, and what it cost. */
  async #calls({ run }: RunEntry): Promise<CodeLens[]> {
    const channel = await this.#core?.runs.show(run).catch(() => undefined);
    const byLine = Map.groupBy(placedSteps(channel?.state), ({ place }) => place?.line ?? 1);
    return [...byLine].map(([line, steps]) => {
      const ms = Math.max(...steps.map(({ durationMs = 0 }) => durationMs));
      const spent = { tokens: 0, usd: 0 };
      for (const step of steps) {
        spent.tokens += step.spent.tokens;
        spent.usd += step.spent.usd;
      }
      const longest = ms > 0 ? `at most ${formatDuration(ms)}` : "";
      const title = [`${steps.length}×`, longest, spentWords(spent)].filter(Boolean);
      const range = new Range(line - 1, 0, line - 1, 0);
      return new CodeLens(range, { title: title.join(" · "), command: "boocode.openRun", arguments: [run] });
    });
  }

  async #start(): Promise<void> {
    this.#core = await this.#open();
    this.#unfollow = this.#core.runs.list.channel.listen(() => this.#changed.fire());
    await this.#core.runs.load();
  }
}

function placedSteps(state: RunState | undefined): RunState["steps"] {
  return (state?.steps ?? []).filter(({ kind, place }) => kind === "agent" && place?.file === state?.file);
}
