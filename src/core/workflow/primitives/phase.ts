/** phase(title): the group of the agents that come. */
import type { Primitive } from "../primitive.ts";

/** The primitive. */
export const phasePrimitive: Primitive = {
  name: "phase",
  kind: "tell",
  run({ args, path }, run) {
    const [title] = args;
    if (typeof title === "string" && title !== "") run.setPhase(path, title);
    return Promise.resolve(undefined);
  },
};
