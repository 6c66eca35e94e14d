/** All that judges, which is loaded together. */
import type { FileRequest, Judgement, World } from "./judgement.ts";
import { judge } from "./policy.ts";

export { judgeRequest } from "./judge-request.ts";
export { withheldBelow } from "./path-policy.ts";
export { judge } from "./policy.ts";

/**
 * Judges a connection that a sandbox refused. A sandbox has the network or has it not: what the project's code gets for one host it has for
 * all, and what it says of hosts is its own word.
 */
export function judgeConnection(host: string, isCode: boolean, world: World): Judgement {
  const named = judge({ operation: "network", host }, world);
  if (!isCode || named.verdict === "deny") return named;
  const all = judge({ operation: "network", host: "*" }, world);
  if (all.verdict !== "ask" || named.by === "mode") return all;
  const reason = `It connects to ${host}, and could then connect to any other: hosts are not told apart in a sandbox.`;
  return { verdict: "ask", reason, by: "policy", offers: [{ operation: "network", pattern: "*" }] };
}

/** Judges what of a file a sandbox refused: who may change what is there may look at it. */
export function judgeRefused(request: FileRequest, world: World): Judgement {
  const judgement = judge(request, world);
  if (request.operation === "write" || judgement.verdict !== "ask") return judgement;
  const written = judge({ ...request, operation: "write" }, world);
  return written.verdict === "allow" && written.rule !== undefined ? written : judgement;
}
