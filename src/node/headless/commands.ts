/** What a line on stdin may say. */
import { z } from "zod";

/** A command of the headless host. */
export const commandSchema = z.union([
  z.strictObject({ prompt: z.string() }),
  z.strictObject({
    answer: z.strictObject({ id: z.string(), value: z.string(), word: z.string().optional() }),
  }),
  z.strictObject({ cancel: z.literal(true) }),
  z.strictObject({ continue: z.literal(true) }),
  z.strictObject({ mode: z.enum(["default", "ask", "plan"]) }),
]);

/** A parsed command. */
export type Command = z.infer<typeof commandSchema>;
