/** What the command line says of a workflow. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { EngineName } from "#protocol/guest.ts";
import { engineNames } from "#protocol/guest.ts";
import type { SpendLimit } from "#protocol/run.ts";
import { BooError } from "#core/errors.ts";

/** A run that was asked for. */
export interface WorkflowJob {
  /** A file, or a workflow's name. */
  readonly workflow: string | undefined;
  readonly args: { readonly value: unknown } | undefined;
  readonly isDryRun: boolean;
  readonly seed: string | undefined;
  readonly failEvery: number | undefined;
  readonly resume: string | undefined;
  readonly from: string | undefined;
  readonly rerun: string | undefined;
  readonly engine: EngineName | undefined;
  readonly budget: SpendLimit | undefined;
  readonly isStub: boolean;
  readonly latencyMs: number;
  readonly concurrency: number | undefined;
}

/** The options, as node:util's parseArgs takes them. */
export const workflowOptions = {
  workflow: { type: "string" },
  args: { type: "string" },
  "dry-run": { type: "boolean", default: false },
  seed: { type: "string" },
  "fail-every": { type: "string" },
  resume: { type: "string" },
  from: { type: "string" },
  rerun: { type: "string" },
  engine: { type: "string" },
  "budget-tokens": { type: "string" },
  "budget-usd": { type: "string" },
  stub: { type: "boolean", default: false },
  "stub-latency": { type: "string", default: "0" },
  concurrency: { type: "string" },
} as const;

/** How they are used. */
export const workflowUsage =
  "--workflow FILE_OR_NAME [--args JSON|@FILE] [--dry-run [--seed N] [--fail-every K]] [--resume RUN | --from RUN] [--rerun all|PHASE] [--engine isolated-vm|quickjs] " +
  "[--budget-tokens N] [--budget-usd X] [--concurrency N] [--stub [--seed N] [--stub-latency MS]]";

type Values = { readonly [K in keyof typeof workflowOptions]?: string | boolean | undefined };

/** The run that was asked for, if any; throws BooError "usage". */
export function readWorkflowJob(values: Values): WorkflowJob | undefined {
  const text = (name: keyof Values): string | undefined => {
    const value = values[name];
    return typeof value === "string" ? value : undefined;
  };
  const [workflow, resume] = [text("workflow"), text("resume")];
  if (workflow === undefined && resume === undefined) return undefined;
  const engine = engineNames.find((name) => name === text("engine"));
  if (text("engine") !== undefined && engine === undefined)
    throw new BooError("usage", `Unknown engine "${text("engine")}". Use ${engineNames.join(" or ")}.`);
  if (resume !== undefined && text("from") !== undefined)
    throw new BooError("usage", "Give either --resume or --from, not both.");
  const tokens = number("--budget-tokens", text("budget-tokens"));
  const usd = number("--budget-usd", text("budget-usd"));
  return {
    ...{ workflow, resume, engine, args: readArgs(text("args")), seed: text("seed"), from: text("from") },
    ...{ rerun: text("rerun"), isDryRun: values["dry-run"] === true, isStub: values.stub === true },
    failEvery: number("--fail-every", text("fail-every")),
    latencyMs: number("--stub-latency", text("stub-latency")) ?? 0,
    concurrency: number("--concurrency", text("concurrency")),
    budget:
      tokens === undefined && usd === undefined
        ? undefined
        : { ...(tokens !== undefined && { tokens }), ...(usd !== undefined && { usd }) },
  };
}

function number(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new BooError("usage", `${name} takes a number from 0, not "${text}".`);
  return value;
}

function readArgs(text: string | undefined): WorkflowJob["args"] {
  if (text === undefined) return undefined;
  const json = text.startsWith("@") ? readFileSync(resolve(text.slice(1)), "utf8") : text;
  try {
    return { value: JSON.parse(json) as unknown };
  } catch {
    // A word that is no JSON is meant as a text.
    return { value: json };
  }
}
