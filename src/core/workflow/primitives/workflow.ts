/** workflow(name | {scriptPath}, args?): another script in the place of a call. */
import { BooError } from "../../errors.ts";
import type { Primitive } from "../primitive.ts";

/** The primitive. */
export const workflowPrimitive: Primitive = {
  name: "workflow",
  kind: "call",
  async run({ args, path }, run) {
    if (path.includes("/workflow("))
      throw new BooError(
        "nested-workflow",
        "workflow() cannot be called from within a child workflow — nesting is limited to one level.",
      );
    const [named, given] = args;
    const scriptPath = (named as { readonly scriptPath?: unknown } | null | undefined)?.scriptPath;
    if (typeof named === "string" && named !== "") return { child: await run.loadChild(named, given) };
    if (typeof scriptPath === "string") return { child: await run.loadChild({ scriptPath }, given) };
    throw new BooError("bad-call", 'workflow() expects a name or { scriptPath: "…" } first.');
  },
};
