import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { formatCount } from "#protocol/words.ts";
import { useSessions } from "../sessions/app.ts";
import { chooseNone, entriesAt, remove } from "../sessions/deeds.ts";
import { IconButton } from "./icon-button.tsx";

/** One line above the list: how many sessions there are and how many the filters hide, or what to do with those chosen. */
export function SessionStatus(): VNode {
  const app = useSessions();
  const chosen = useComputed(() => app.selection.value.chosen.size).value;
  const findings = app.finder.findings.value;
  const text = useComputed(() => {
    const found = app.finder.findings.value;
    if (found === undefined) return "";
    const hidden = found.hidden > 0 ? ` · ${found.hidden} hidden by filters` : "";
    const isSearch = found.filters.text.trim() !== "";
    return `${isSearch ? `${found.total} found` : formatCount(found.total, "session")}${hidden}`;
  }).value;
  return (
    <div class="session-status">
      <p role="status" aria-live="polite">
        {chosen > 1 ? `${chosen} chosen` : text}
      </p>
      {chosen > 1 ? (
        <ChosenDeeds />
      ) : (
        findings !== undefined &&
        findings.total > 0 &&
        findings.hidden > 0 && (
          <button type="button" class="more" onClick={() => app.finder.showHidden()}>
            Show them
          </button>
        )
      )}
    </div>
  );
}

function ChosenDeeds(): VNode {
  const app = useSessions();
  const entries = entriesAt(app, undefined);
  const { changes } = app;
  const isPinned = entries.every((entry) => entry.isPinned);
  const isTrashed = entries.every(({ trashedAt }) => trashedAt !== undefined);
  const isArchived = entries.every(({ archivedAt }) => archivedAt !== undefined);
  return (
    <div class="session-deeds" role="toolbar" aria-label="Chosen sessions">
      {isTrashed ? (
        <IconButton icon="discard" label="Restore" onClick={() => void changes.trash(entries, false)} />
      ) : (
        <>
          <IconButton
            icon={isPinned ? "pinned" : "pin"}
            label={isPinned ? "Unpin" : "Pin"}
            onClick={() => void changes.pin(entries, !isPinned)}
          />
          <IconButton
            icon={isArchived ? "discard" : "archive"}
            label={isArchived ? "Take out of the archive" : "Archive"}
            onClick={() => void changes.archive(entries, !isArchived)}
          />
        </>
      )}
      <IconButton
        icon="trash"
        label={isTrashed ? "Delete now" : "Delete"}
        onClick={() => void remove(app, entries)}
      />
      <IconButton icon="close" label="Choose none" onClick={() => chooseNone(app)} />
    </div>
  );
}
