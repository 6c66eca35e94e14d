/** The list of primitives: what a script can ask of the host. */
import type { Primitive } from "../primitive.ts";
import { agentPrimitive } from "./agent.ts";
import { askPrimitive } from "./ask.ts";
import { logPrimitive } from "./log.ts";
import { phasePrimitive } from "./phase.ts";
import { shPrimitive } from "./sh.ts";
import { workflowPrimitive } from "./workflow.ts";

/** Every primitive. */
export const primitives: readonly Primitive[] = [
  agentPrimitive,
  askPrimitive,
  logPrimitive,
  phasePrimitive,
  shPrimitive,
  workflowPrimitive,
];
