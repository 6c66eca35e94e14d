import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import type { ForkOrigin } from "#protocol/sessions.ts";
import { useApp } from "../app.ts";
import { Icon } from "./icon.tsx";

/** Says which session this one was forked from, and where; opens it there. */
export function ForkLine(): VNode | null {
  const app = useApp();
  const origin = useComputed(() => app.session.value?.forkOf).value;
  if (origin === undefined || app.isHistoryOpen.value) return null;
  return <Origin key={origin.session} origin={origin} />;
}

function Origin({ origin }: { readonly origin: ForkOrigin }): VNode {
  const app = useApp();
  const { session, turn } = origin;
  const title = useComputed(
    () =>
      app.store.follow("sessions", "").value?.sessions.find(({ id }) => id === session)?.title ??
      "another session",
  ).value;
  const place = turn === 0 ? "from its beginning" : `turn ${turn}`;
  return (
    <button
      type="button"
      class="fork-line"
      title="Open the session that this one was forked from"
      onClick={() => void app.openSession(session, Math.max(1, turn))}
    >
      <Icon name="repo-forked" />
      <span class="fork-text">Fork of {title}</span>
      <span class="figure">, {place}</span>
    </button>
  );
}
