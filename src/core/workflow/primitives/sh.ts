/** sh(command, options?): a shell step whose result is kept. */
import { BooError } from "../../errors.ts";
import type { Primitive } from "../primitive.ts";

/** The primitive. */
export const shPrimitive: Primitive = {
  name: "sh",
  kind: "call",
  async run({ args, path, place, mark, isKnown }, run) {
    const [command, options] = args;
    if (typeof command !== "string" || command.trim() === "")
      throw new BooError("bad-call", "sh() expects a command first: a text that is not empty.");
    const { shell } = run.ports;
    if (shell === undefined) throw new BooError("no-shell", "Workflows can run no commands here.");
    const { cwd, timeoutMs } = (options ?? {}) as Readonly<Record<string, unknown>>;
    const settings = {
      ...(typeof cwd === "string" && { cwd }),
      ...(typeof timeoutMs === "number" && { timeoutMs }),
    };
    const determinants = { command, ...(typeof cwd === "string" && { cwd }) };
    const work = {
      kind: "sh" as const,
      ...{ path, place, mark, isKnown },
      label: command.split("\n")[0] ?? "",
      phase: run.phaseOf(path),
    };
    const done = await run.steps.run({ ...work, determinants }, async ({ begin }) => {
      begin();
      return { outcome: "done", result: await shell.run(command, settings, run.signal) };
    });
    return { value: done.result };
  },
};
