import type { SessionEntry } from "#protocol/sessions.ts";

/** How a session's state looks and reads; an idle one needs no word. */
interface StateLook {
  readonly icon: string;
  readonly label?: string;
}

const looks = {
  idle: { icon: "comment" },
  running: { icon: "loading", label: "Running" },
  interrupted: { icon: "debug-disconnect", label: "Interrupted" },
  error: { icon: "error", label: "Failed" },
} as const satisfies Record<SessionEntry["state"], StateLook>;

/** The look of a session's state, here or in another window. */
export function stateLook({ state, isElsewhere }: SessionEntry): StateLook {
  return isElsewhere ? { icon: "multiple-windows", label: "In another window" } : looks[state];
}
