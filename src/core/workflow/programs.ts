/** The scripts of one run, by the numbers that the sandbox knows them by. */
import type { ScriptPlace } from "#protocol/run.ts";
import { BooError } from "../errors.ts";
import type { WorkflowSource } from "./ports.ts";
import { callPlace, originalPlace, parseScript, type WorkflowScript } from "./script/parse.ts";
import type { ScriptDiagnostic } from "./script/diagnostic.ts";

/** A script that a run knows. */
export interface KnownScript {
  readonly source: WorkflowSource;
  readonly script: WorkflowScript;
}

/** A script can not run; its findings say why. */
export class ScriptError extends BooError {
  readonly file: string;
  readonly diagnostics: readonly ScriptDiagnostic[];

  constructor(file: string, diagnostics: readonly ScriptDiagnostic[]) {
    const errors = diagnostics.filter(({ severity }) => severity === "error");
    const lines = errors.map(({ line, column, message }) => `${file}:${line}:${column}: ${message}`);
    super("bad-script", lines.join("\n"));
    this.file = file;
    this.diagnostics = diagnostics;
  }
}

/** Reads a script; throws ScriptError. */
export function readScript(source: WorkflowSource): KnownScript {
  const { script, diagnostics } = parseScript(source.text);
  if (script === undefined) throw new ScriptError(source.file, diagnostics);
  return { source, script };
}

/** Numbers scripts and finds places in them. */
export class Programs {
  readonly #known: KnownScript[] = [];

  /** Adds a script; gives its number. */
  add(script: KnownScript): number {
    return this.#known.push(script) - 1;
  }

  /** Where a place of the sandbox ("program:line:column") is in a file; with a primitive's name, where its call begins. */
  place(at: string | undefined, primitive?: string): ScriptPlace | undefined {
    const [, number, rest] = /^(\d+):(.+)$/.exec(at ?? "") ?? [];
    const known = this.#known[Number(number)];
    if (known === undefined || rest === undefined) return undefined;
    const place =
      primitive === undefined ? originalPlace(known.script, rest) : callPlace(known.script, primitive, rest);
    return place && { file: known.source.file, ...place };
  }
}
