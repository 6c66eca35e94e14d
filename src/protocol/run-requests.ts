/** What views ask about workflows and their runs. */
import type { SpendLimit, Spent } from "./run.ts";
import type { ResumePreview, RunPreview, WorkflowEntry } from "./workflows.ts";

/** How one call of a run compares with that of another run: by what determines it, and where. */
export interface RunDifference {
  readonly label: string;
  readonly phase?: string;
  /** "same" has the same key in both; "changed" has another key at the same place. */
  readonly kind: "same" | "changed" | "added" | "removed";
  /** What of it changed: "prompt", "model"… */
  readonly changes: readonly string[];
  readonly isCached: boolean;
  readonly before?: Spent;
  readonly after?: Spent;
}

/** The requests. */
export interface RunRequests {
  "workflow.list": {
    params: Record<string, never>;
    result: { readonly workflows: readonly WorkflowEntry[] };
  };
  /** Walks through a script, by name or file, with made-up answers: free, and nothing is done. */
  "run.preview": {
    params: { readonly workflow: string; readonly args?: string; readonly seed?: string };
    result: RunPreview;
  };
  /** What going on with a run and its script as it is now would be; as free. */
  "run.previewResume": { params: { readonly run: string }; result: ResumePreview };
  /** `args` is JSON, or a text that is taken as it is. */
  "run.start": {
    params: {
      readonly workflow: string;
      readonly args?: string;
      readonly budget?: SpendLimit;
      readonly from?: string;
    };
    result: { readonly run: string };
  };
  /** Goes on with a run; `takesFile` takes its script as the file is now, `rerun` runs all agents again or those of phases. */
  "run.resume": {
    params: {
      readonly run: string;
      readonly takesFile?: boolean;
      readonly budget?: SpendLimit;
      readonly rerun?: "all" | readonly string[];
    };
    result: Record<string, never>;
  };
  /** `close` ends a run that a crash left open, for good. */
  "run.control": {
    params: { readonly run: string; readonly action: "pause" | "continue" | "stop" | "close" };
    result: Record<string, never>;
  };
  "run.step": {
    params: { readonly run: string; readonly step: string; readonly action: "skip" | "retry" | "restart" };
    result: Record<string, never>;
  };
  /** Answers what a script asked. */
  "run.answer": {
    params: { readonly run: string; readonly step: string; readonly value: string };
    result: Record<string, never>;
  };
  /** Opens a run, so that its channel can be followed. */
  "run.open": {
    params: { readonly run: string };
    /** Whether its script's file is another by now. */
    result: { readonly isFileChanged: boolean };
  };
  /** What the run gave, or what one step of it gave: Markdown, or JSON as text. */
  "run.result": {
    params: { readonly run: string; readonly step?: string };
    result: { readonly text: string; readonly isMarkdown: boolean };
  };
  /** Asks where to save the result as Markdown, and saves. */
  "run.exportResult": { params: { readonly run: string }; result: { readonly isSaved: boolean } };
  /** Keeps the script that a run had as a workflow of the project; gives its file. */
  "run.saveScript": {
    params: { readonly run: string; readonly name: string };
    result: { readonly file: string };
  };
  /** Opens the script, at a line. */
  "run.openScript": {
    params: { readonly run: string; readonly line?: number };
    result: Record<string, never>;
  };
  "run.compare": {
    params: { readonly run: string; readonly other: string };
    result: { readonly differences: readonly RunDifference[] };
  };
  /** Shows a run in the editor's panel, or what a script would be as one. */
  "run.show": {
    params: { readonly run?: string; readonly workflow?: string; readonly args?: string };
    result: Record<string, never>;
  };
}
