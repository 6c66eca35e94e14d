/** ask(question, options?): a person decides; the run waits, however long that takes, also over a restart. */
import { BooError } from "../../errors.ts";
import { canonicalJson } from "../canonical.ts";
import type { Primitive } from "../primitive.ts";

/** The primitive. */
export const askPrimitive: Primitive = {
  name: "ask",
  kind: "call",
  async run({ args, path, place, mark, isKnown }, run) {
    const [text, options] = args;
    if (typeof text !== "string" || text.trim() === "")
      throw new BooError("bad-call", "ask() expects a question first: a text that is not empty.");
    const { questions } = run.ports;
    if (questions === undefined) throw new BooError("nobody-to-ask", "Nobody can be asked here.");
    const { choices: given } = (options ?? {}) as { readonly choices?: unknown };
    const choices = Array.isArray(given) && given.length > 0 ? given.map(String) : undefined;
    const determinants = { question: text, ...(choices && { choices: canonicalJson(choices) }) };
    const work = {
      kind: "ask" as const,
      ...{ path, place, mark, isKnown },
      label: text.split("\n")[0] ?? "",
      phase: run.phaseOf(path),
    };
    const done = await run.steps.run({ ...work, determinants }, async ({ step, begin }) => {
      begin();
      const told = { type: "step-question", at: run.ports.clock.now(), step, text } as const;
      void run.emit({ ...told, ...(choices && { choices }) });
      const question = { run: run.run, id: step, text, ...(choices && { choices }) };
      return { outcome: "done", result: await questions.ask(question, run.signal) };
    });
    return { value: done.result };
  },
};
