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
  const { session, turn, isEdit } = origin;
  const title = useComputed(
    () =>
      app.store.follow("sessions", "").value?.sessions.find(({ id }) => id === session)?.title ??
      "another session",
  ).value;
  // An edited message is the one after the turns that are shared.
  const branch = isEdit ? turn + 1 : turn;
  const place = branch === 0 ? "from its beginning" : `turn ${branch}`;
  return (
    <button
      type="button"
      class="fork-line"
      title={
        isEdit
          ? "Open the session as it went on before the message was edited"
          : "Open the session that this one was forked from"
      }
      onClick={() => void app.openSession(session, Math.max(1, branch))}
    >
      <Icon name="repo-forked" />
      <span class="fork-text">
        {isEdit ? "Edited from" : "Fork of"} {title}
      </span>
      <span class="figure">, {place}</span>
    </button>
  );
}
