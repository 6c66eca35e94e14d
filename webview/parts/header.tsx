import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { formatMoney } from "#protocol/words.ts";
import { useApp } from "../app.ts";
import { CacheButton } from "./cache-button.tsx";
import { IconButton } from "./icon-button.tsx";

/** One line: the session's title, model, cost and cached share; a new session; the list of sessions. */
export function Header(): VNode {
  const app = useApp();
  const sessionTitle = useComputed(() => app.session.value?.title ?? "");
  const title = app.isHistoryOpen.value ? "Sessions" : sessionTitle.value;
  const model = app.workspace.value?.modelLabel ?? "";
  const create = () => {
    app.isHistoryOpen.value = false;
    void app.createSession().then(() => app.focusRequests.value++);
  };
  const toggleHistory = () => (app.isHistoryOpen.value = !app.isHistoryOpen.value);
  return (
    <header class="header">
      <h1 class="title" title={title}>
        {title}
      </h1>
      {model !== "" && (
        <button
          type="button"
          class="header-model"
          onClick={() => void app.act("ui.run", { action: "select-model" })}
          title="Switch model"
        >
          {model}
        </button>
      )}
      {!app.isHistoryOpen.value && <Figures />}
      <IconButton icon="add" label="New session" onClick={create} />
      <IconButton
        icon="history"
        label="Sessions"
        aria-pressed={app.isHistoryOpen.value}
        onClick={toggleHistory}
      />
    </header>
  );
}

function Figures(): VNode {
  const app = useApp();
  const usage = useComputed(() => app.session.value?.usage);
  const costUsd = useComputed(() => app.session.value?.costUsd).value;
  const isCostWhole = useComputed(() => app.session.value?.isCostWhole).value;
  const cost = costUsd === undefined ? undefined : `${isCostWhole ? "" : "≥ "}${formatMoney(costUsd)}`;
  const costTitle = isCostWhole
    ? "Cost of this session"
    : "At least this much: some calls have no known price";
  return (
    <>
      {cost !== undefined && (
        <span class="cost" title={costTitle}>
          <span class="hidden">Cost </span>
          {cost}
        </span>
      )}
      <CacheButton usage={usage.value} />
    </>
  );
}
