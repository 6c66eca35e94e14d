/** Schemas of the requests about runs. */
import { z } from "zod";
import type { RunRequests } from "./run-requests.ts";

const id = z.string().min(1).max(200);
const file = z.string().min(1).max(4096);
const args = z.string().max(1_000_000).optional();
const amount = z.number().nonnegative().finite();
const budget = z.strictObject({ tokens: amount.optional(), usd: amount.optional() }).optional();
const run = z.strictObject({ run: id });

/** The schema of each request's parameters. */
export const runSchemas: { readonly [M in keyof RunRequests]: z.ZodType<RunRequests[M]["params"]> } = {
  "workflow.list": z.strictObject({}),
  "run.preview": z.strictObject({ workflow: file, args, seed: z.string().max(100).optional() }),
  "run.previewResume": run,
  "run.start": z.strictObject({ workflow: file, args, budget, from: id.optional() }),
  "run.resume": z.strictObject({
    run: id,
    takesFile: z.boolean().optional(),
    budget,
    rerun: z.union([z.literal("all"), z.array(z.string().max(1_000)).max(1_000)]).optional(),
  }),
  "run.control": z.strictObject({ run: id, action: z.enum(["pause", "continue", "stop", "close"]) }),
  "run.step": z.strictObject({ run: id, step: id, action: z.enum(["skip", "retry", "restart"]) }),
  "run.answer": z.strictObject({ run: id, step: id, value: z.string().max(100_000) }),
  "run.open": run,
  "run.result": z.strictObject({ run: id, step: id.optional() }),
  "run.exportResult": run,
  "run.saveScript": z.strictObject({
    run: id,
    name: z.string().regex(/^[a-z0-9][\w-]{0,60}$/i, "Use letters, digits, - and _."),
  }),
  "run.openScript": z.strictObject({ run: id, line: z.number().int().min(1).optional() }),
  "run.compare": z.strictObject({ run: id, other: id }),
  "run.show": z.strictObject({ run: id.optional(), workflow: file.optional(), args }),
};
