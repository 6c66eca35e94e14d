/** How what is known about git's subcommands is written down. */
import { exactText } from "../command-line/values.ts";
import type { Arguments } from "./arguments.ts";
import type { Call, Flag, Role } from "./program.ts";

/** What is known of a subcommand. */
export interface Subcommand {
  readonly kind: "reads" | "writes" | "network" | "asks";
  readonly options?: Readonly<Record<string, Role>>;
  readonly flags?: Readonly<Record<string, Flag>>;
  /** Looks closer. */
  readonly follow?: (call: Call, given: Arguments) => readonly string[] | undefined;
}

/** What a subcommand does whose first operand says it; `none` where there is none. */
export function actions(
  first: Readonly<Record<string, "reads" | "writes" | "asks" | "network">>,
  none: "reads" | "writes" | "asks",
): NonNullable<Subcommand["follow"]> {
  return ({ draft }, given) => {
    const name = exactText(given.operands[0]);
    const kind = given.operands.length === 0 ? none : name === undefined ? "asks" : (first[name] ?? "asks");
    if (kind === "writes") draft.writesGit = true;
    if (kind === "network") draft.connect("*");
    if (kind === "asks") draft.ask(`"${draft.label} ${name ?? ""}" is asked.`, "rule");
    return undefined;
  };
}
