/** Runs and scripts for the page of runs: none, one agent, a dozen, two hundred, and what goes wrong. */
import { emptyRun, type RunState, type RunStep } from "../../src/protocol/run-state.ts";
import type { RunPreview, WorkflowEntry } from "../../src/protocol/workflows.ts";
import { runEntry } from "../../src/protocol/run-state.ts";
import type { RunsScript } from "./runs-harness.ts";

const begun = Date.now() - 48_000;
const long = "a very long name that goes on and on ".repeat(6).trim();

/** A step that is done, unless said otherwise. */
export function runStep(number: number, change: Partial<RunStep> = {}): RunStep {
  return {
    ...{ step: `1.${number}`, path: `agent#${number}`, key: `key-${number}`, occurrence: 0, kind: "agent" },
    ...{ label: `Reviewer ${number}`, phase: "Review", model: "deepseek-flash", agentType: "reviewer" },
    ...{ status: "done", isCached: false, reason: "new", startedAt: begun, durationMs: 4_200, retries: 0 },
    ...{ spent: { tokens: 12_400, usd: 0.0021 }, session: `session-${number}`, result: "Nothing found." },
    ...{ place: { file: "review.js", line: 12, column: 3 } },
    ...change,
  };
}

/** A run that is done, unless said otherwise. */
export function runState(steps: readonly RunStep[], change: Partial<RunState> = {}): RunState {
  return {
    ...emptyRun,
    ...{ run: "run-1", attempt: 1, workflow: "review-code", file: ".boocode/workflows/review.js" },
    ...{ status: "done", engine: "isolated-vm", runtime: "host", startedAt: begun, durationMs: 48_000 },
    ...{ budget: { tokens: 200_000, usd: 0.5 }, spent: { tokens: 48_300, usd: 0.0124 }, hasResult: true },
    phases: [
      { title: "Scope", detail: "What is there to review", isDeclared: true },
      { title: "Review", detail: "Several lenses at once", isDeclared: true },
      { title: "Verify", detail: "Somebody else tries to refute each finding", isDeclared: true },
    ],
    steps,
    ...change,
  };
}

const dozen = [
  runStep(1, {
    phase: "Scope",
    label: "Scout",
    agentType: "explorer",
    isCached: true,
    reason: "same place and content",
  }),
  ...Array.from({ length: 8 }, (_, at) => runStep(at + 2)),
  runStep(10, { phase: "Verify", status: "failed", reason: "its context is full", error: "It did not fit." }),
  runStep(11, {
    ...{ phase: "Verify", status: "waiting", label: "Skeptic" },
    waiting: { why: "rate limit", untilMs: begun + 60_000 },
  }),
  runStep(12, { phase: "Verify", status: "running", label: "Skeptic 2", spent: { tokens: 0, usd: 0 } }),
];

const report =
  "# Review\n\nTwo findings stand.\n\n- `src/app.ts:12` leaks a handle\n- `src/b.ts:3` is off by one\n";

/** A script as a dry run sees it. */
const preview: RunPreview = {
  ...{ file: ".boocode/workflows/review.js", workflow: "review-code", title: "Review code" },
  description:
    "Reviews changes through several lenses and reports what stands up to an attempt to refute it.",
  whenToUse: "Before a commit or a merge.",
  phases: runState([]).phases,
  agentCount: 31,
  agents: Array.from({ length: 12 }, (_, at) => ({
    ...{ label: `Reviewer ${at + 1}`, phase: "Review", model: "deepseek-flash", agentType: "reviewer" },
    prompt: "Look at the change as somebody who looks for leaks.\nSay where.",
  })),
  ...{ estimate: { tokens: 380_000, usd: 0.071 }, basis: "rule", budget: {}, isLarge: true },
  warnings: [
    "Line 4: this agent() was not reached this time.",
    'The phase "Extra" is not announced in meta.phases.',
  ],
};

const workflows: readonly WorkflowEntry[] = [
  { name: "review-code", title: "Review code", description: preview.description, file: preview.file },
  {
    ...{ name: "broken", description: "", file: ".boocode/workflows/broken.js" },
    problem: "2:3: lgo is not defined. Did you mean log?",
  },
];

const asks = runState(
  [
    runStep(1, {
      ...{ kind: "ask", label: "Ship it?", status: "waiting", phase: "Verify", spent: { tokens: 0, usd: 0 } },
      question: { text: "Ship it?", choices: ["Yes", "Not yet"] },
    }),
  ],
  { status: "running", hasResult: false },
);

const live = runState(dozen, { status: "running", hasResult: false });
const hundreds = runState(
  Array.from({ length: 200 }, (_, at) =>
    runStep(at + 1, { phase: ["Scope", "Review", "Verify"][at % 3] ?? "Scope", isCached: at % 5 === 0 }),
  ),
);
const failed = runState([runStep(1)], {
  ...{ status: "failed", hasResult: false },
  error: { code: "script-threw", message: "no luck", place: { file: "review.js", line: 7, column: 1 } },
  failures: [
    {
      path: "x",
      message: "TypeError: a is not a function",
      place: { file: "review.js", line: 5, column: 2 },
    },
  ],
  log: [{ at: begun, level: "warning", text: 'agent() has no option "lable".' }],
});
const longest = runState([runStep(1, { label: long, phase: long, reason: long, result: long })], {
  ...{ workflow: long, phases: [{ title: long, isDeclared: false }] },
  log: [{ at: begun, level: "info", text: long }],
});

const show = (state: RunState): RunsScript => ({
  place: { run: state.run },
  run: state,
  list: [runEntry(state, "here")],
  workflows,
  result: { text: report, isMarkdown: true },
});

/** Everything that the page can show. */
export const runScenes = {
  list: { ...show(runState(dozen)), place: {} },
  nothing: { place: {}, list: [], workflows: [] },
  preview: { ...show(runState(dozen)), place: { workflow: preview.file }, preview },
  one: show(runState([runStep(1)])),
  dozen: show(live),
  hundreds: show(hundreds),
  failed: show(failed),
  asks: show(asks),
  longest: show(longest),
} satisfies Record<string, RunsScript>;
