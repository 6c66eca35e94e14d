/** log(message) and console: lines of the run's log. */
import type { Primitive } from "../primitive.ts";

/** The primitive. */
export const logPrimitive: Primitive = {
  name: "log",
  kind: "tell",
  run({ args }, run) {
    const [text, level] = args;
    const known = level === "warning" || level === "error" ? level : "info";
    void run.emit({ type: "log", at: run.ports.clock.now(), level: known, text: String(text) });
    return Promise.resolve(undefined);
  },
};
