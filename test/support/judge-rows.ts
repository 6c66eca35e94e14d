/** The tables of command lines: what each is to come to, confined and not. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { LineJudgement, Verdict, World } from "#core/permissions/judgement.ts";
import { judgeRequest } from "#core/permissions/judge-request.ts";
import { disk, worldWith } from "./judge-world.ts";
import { root } from "./setup.mjs";

/** A row of a table. */
export interface Row {
  readonly confined: Verdict;
  readonly unconfined: Verdict;
  readonly line: string;
  /** As the table has it: on one line, with names for what can not be seen. */
  readonly written: string;
}

/** Reads a table. */
export function readRows(name: "attacks" | "bypasses" | "everyday"): readonly Row[] {
  const text = readFileSync(join(root, `test/core/permissions/lines/${name}.txt`), "utf8");
  return text.split("\n").flatMap((row) => {
    const [, confined, unconfined, written] = /^(allow|ask|deny) +(allow|ask|deny) +(.*)$/.exec(row) ?? [];
    if (confined === undefined || written === undefined) return [];
    const line = written
      .replaceAll("⏎", "\n")
      .replaceAll(/‹U\+([0-9A-F]+)›/g, (_, code: string) => String.fromCodePoint(parseInt(code, 16)));
    return [{ confined: confined as Verdict, unconfined: unconfined as Verdict, line, written }];
  });
}

/** Judges a line in /ws on a made-up disk. */
export function judgeIn(line: string, change: Partial<World> = {}, on = disk): Promise<LineJudgement> {
  return judgeRequest({ operation: "execute", line, folder: "/ws" }, worldWith(change), on.resolve, on.list);
}
