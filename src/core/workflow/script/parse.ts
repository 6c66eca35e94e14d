/** Reads a workflow script: syntax, meta, findings, and what the engine compiles. Nothing of it runs. */
import { parse } from "acorn";
import { Findings, LineMap, type ScriptDiagnostic, type TextPlace } from "./diagnostic.ts";
import type { InsertedText } from "./insertions.ts";
import { type CallPlace, lint } from "./lint.ts";
import { findMeta, readMeta, type WorkflowMeta } from "./meta.ts";
import { rewrite } from "./rewrite.ts";
import type { Program } from "./syntax.ts";

/** Most characters of a script. */
const maxScriptLength = 524_288;

/** A script that can run. */
export interface WorkflowScript {
  readonly meta: WorkflowMeta;
  /** What the engine compiles. */
  readonly compiled: InsertedText;
  readonly usesUrl: boolean;
  /** Calls of primitives in the text. */
  readonly calls: readonly CallPlace[];
  readonly lines: LineMap;
  /** What does not keep it from running. */
  readonly warnings: readonly ScriptDiagnostic[];
}

/** What reading gave: findings, and a script where none of them is an error. */
export interface ParsedScript {
  readonly diagnostics: readonly ScriptDiagnostic[];
  readonly script?: WorkflowScript;
  /** What the script says of itself, even where it can not run. */
  readonly meta?: WorkflowMeta;
}

/** Reads a script. One Markdown fence around it is taken off; places are those of the text as given. */
export function parseScript(given: string): ParsedScript {
  const text = unfence(given);
  const lines = new LineMap(text);
  const findings = new Findings(text, lines);
  if (text.length > maxScriptLength) {
    const message = `A workflow has at most ${maxScriptLength} characters; this one has ${text.length}.`;
    findings.add("error", "too-long", message, { start: 0, end: 0 });
    return { diagnostics: findings.list };
  }
  const program = parseProgram(text, findings);
  if (program === undefined) return { diagnostics: findings.list };
  const literal = findMeta(program, findings);
  const meta = literal && readMeta(literal, findings);
  const ranges = lint(program, findings);
  const diagnostics = findings.list.toSorted((a, b) => a.start - b.start);
  const isRunnable = meta !== undefined && diagnostics.every(({ severity }) => severity !== "error");
  if (!isRunnable) return { diagnostics, ...(meta && { meta }) };
  const calls = ranges.map((range) => ({ ...range, ...lines.place(range.start) }));
  const compiled = rewrite(text, program, lines);
  return {
    diagnostics,
    meta,
    script: { meta, compiled, calls, lines, warnings: diagnostics, usesUrl: /\bURL\b/.test(text) },
  };
}

function parseProgram(text: string, findings: Findings): Program | undefined {
  try {
    return parse(text, {
      // What both engines read in the same way.
      ecmaVersion: 2023,
      sourceType: "module",
      allowAwaitOutsideFunction: true,
      allowReturnOutsideFunction: true,
      allowHashBang: true,
    });
  } catch (error) {
    const { pos, message } = error as SyntaxError & { readonly pos?: number };
    const at = Math.min(pos ?? 0, text.length);
    const words = message.replace(/ \(\d+:\d+\)$/, "");
    findings.add("error", "syntax", `${words}.`, { start: at, end: Math.min(at + 1, text.length) });
    return undefined;
  }
}

// The fence's lines become empty ones, so that places stay what they are.
function unfence(text: string): string {
  const match = /^(\s*)(```[\w-]*[ \t]*)(\r?\n[\s\S]*\n[ \t]*)(```)(\s*)$/.exec(text);
  if (match === null) return text;
  const [, before = "", open = "", body = "", close = "", after = ""] = match;
  return body.includes("\n```\n")
    ? text
    : `${before}${" ".repeat(open.length)}${body}${" ".repeat(close.length)}${after}`;
}

/** Where a call of a primitive begins: engines tell different places in it. */
export function callPlace(script: WorkflowScript, name: string, at: string): TextPlace | undefined {
  const told = originalPlace(script, at);
  if (told === undefined) return undefined;
  const offset = script.lines.offset(told);
  const around = script.calls.filter(
    (call) => call.name === name && call.start <= offset && offset < call.end,
  );
  const [nearest] = around.toSorted((a, b) => b.start - a.start);
  return nearest === undefined ? told : { line: nearest.line, column: nearest.column };
}

/** Where a place told by an engine or by the rewriting ("line:column", "=line:column", "~line:column") is in the script. */
export function originalPlace(script: WorkflowScript, at: string): TextPlace | undefined {
  const [, exact, line, column] = /^([=~]?)(\d+):(\d+)$/.exec(at) ?? [];
  if (line === undefined || column === undefined) return undefined;
  const place = { line: Number(line), column: Number(column) };
  return exact !== "" ? place : script.compiled.original(place);
}
