/** Which header and model the coming requests of a session have. */
import type { ModelChoice } from "#protocol/header.ts";
import { BooError } from "../errors.ts";
import type { Route, Router } from "../models/router.ts";
import type { Session } from "../session/session.ts";
import { toolHeaders } from "../tools/registry.ts";
import { makeHeader } from "./prompt.ts";

/** Finds the way to the session's model. The header is pinned once and then for good; only a declared cause pins another. Throws BooError "key-missing". */
export async function pinHeader(session: Session, router: Router, now: () => number): Promise<Route> {
  const { header, choice: pinned } = session.transcript;
  const route = await router.route(session.state.choice);
  const wasReal = pinned !== undefined && pinned.provider !== "rehearsal";
  if (wasReal && route.standInNotice !== undefined) {
    throw new BooError(
      "key-missing",
      `The API key that this session ran with is gone. Set it again to go on, or choose another model.`,
    );
  }
  const isSame = pinned !== undefined && sameHeader(pinned, route.choice);
  if (header !== undefined && isSame) return route;
  const first = session.state.summary === undefined ? "first" : "compaction";
  const reason = header === undefined ? first : pinned?.model === route.choice.model ? "effort" : "model";
  await session.emit({
    type: "header-pin",
    at: now(),
    reason,
    header: header ?? (await makeHeader(toolHeaders(session.state.task !== undefined))),
    choice: route.choice,
    reasoning: route.provider.reasoning,
  });
  return route;
}

function sameHeader(a: ModelChoice, b: ModelChoice): boolean {
  return (
    a.provider === b.provider &&
    a.model === b.model &&
    (a.effort === b.effort || (a.effort !== "max" && b.effort !== "max"))
  );
}
