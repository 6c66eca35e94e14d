import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { SessionEntry } from "#protocol/sessions.ts";
import { formatCount, formatMoney } from "#protocol/words.ts";
import { useSessions, type SessionsApp } from "../sessions/app.ts";
import { projectName, type SessionRow } from "../sessions/rows.ts";
import { formatMoment } from "../sessions/when.ts";
import { IconButton } from "./icon-button.tsx";
import { Icon } from "./icon.tsx";
import { stateLook } from "./session-state.ts";
import { useTreeItem } from "./tree-item.ts";

/** A session's row in the list: state, title and figures, and its deeds while the pointer or the cursor is on it. */
export function SessionItem({ row }: { readonly row: SessionRow }): VNode {
  const app = useSessions();
  const { entry, isOpen } = row;
  const item = useTreeItem(row, `session-item ${entry.state}`);
  const isChosen = useComputed(() => app.selection.value.chosen.has(entry.id)).value;
  const isActive = useComputed(() => app.activeSession.value === entry.id).value;
  const isRenaming = useComputed(() => app.renaming.value === entry.id).value;
  const isAll = useComputed(() => app.finder.findings.value?.filters.scope === "all").value;
  const figures = figuresOf(row, isAll);
  const { icon, label } = stateLook(entry);
  return (
    <div
      {...item}
      data-testid="session-item"
      aria-selected={isChosen}
      aria-expanded={isOpen}
      aria-current={isActive}
      title={tooltipOf(entry, label)}
    >
      <Leading isOpen={isOpen} icon={icon} isFork={entry.forkOf !== undefined && entry.state === "idle"} />
      {isRenaming ? <TitleBox entry={entry} /> : <span class="session-title">{entry.title}</span>}{" "}
      {entry.isPinned && !isRenaming && <Icon name="pinned" label="Pinned" />}{" "}
      <span class="session-figures">{figures.filter(isText).join(" · ")}</span>{" "}
      {entry.costUsd !== undefined && <span class="session-cost">{formatMoney(entry.costUsd)}</span>}
      {!isRenaming && <Deeds entry={entry} />}
    </div>
  );
}

function Leading({
  isOpen,
  icon,
  isFork,
}: {
  readonly isOpen: boolean | undefined;
  readonly icon: string;
  readonly isFork: boolean;
}): VNode {
  return (
    <span class="session-leading">
      {isOpen !== undefined && (
        <span class="twistie" data-deed="forks">
          <Icon name={isOpen ? "chevron-down" : "chevron-right"} />
        </span>
      )}
      <Icon name={isFork ? "repo-forked" : icon} />
    </span>
  );
}

// For the pointer: the list keeps the focus, and its keys and its menu have all of this.
function Deeds({ entry }: { readonly entry: SessionEntry }): VNode {
  const [deed, icon, name]: readonly [string, string, string] =
    entry.trashedAt !== undefined
      ? ["restore", "discard", "Restore"]
      : entry.archivedAt !== undefined
        ? ["unarchive", "discard", "Take out of the archive"]
        : ["archive", "archive", "Archive"];
  return (
    <span class="session-deeds" aria-hidden="true">
      <IconButton icon={icon} label={name} tabIndex={-1} data-deed={deed} />
      <IconButton
        icon="ellipsis"
        label="More actions"
        hint="More actions (Shift+F10)"
        tabIndex={-1}
        data-deed="menu"
      />
    </span>
  );
}

function TitleBox({ entry }: { readonly entry: SessionEntry }): VNode {
  const app = useSessions();
  const box = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => {
    box.current?.focus();
    box.current?.select();
  }, []);
  const end = (isKept: boolean) => {
    if (app.renaming.value !== entry.id) return;
    app.renaming.value = undefined;
    if (isKept) void app.changes.rename(entry, box.current?.value ?? "");
  };
  const key = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.isComposing || (event.key !== "Enter" && event.key !== "Escape")) return;
    event.preventDefault();
    end(event.key === "Enter");
    focusList(app);
  };
  return (
    <input
      ref={box}
      class="title-box"
      aria-label="Title"
      defaultValue={entry.title}
      maxLength={200}
      spellcheck={false}
      onKeyDown={key}
      onBlur={() => end(true)}
    />
  );
}

function focusList(app: SessionsApp): void {
  app.listRequests.value++;
}

function figuresOf({ entry, when }: SessionRow, isAll: boolean): readonly (string | undefined)[] {
  const { label } = stateLook(entry);
  const project = projectName(entry.folder);
  return [
    label,
    entry.trashedAt !== undefined ? "In the trash" : entry.archivedAt !== undefined ? "Archived" : undefined,
    when,
    isAll ? (project === "" ? "No folder" : project) : undefined,
    formatCount(entry.messages, "message"),
  ];
}

function tooltipOf(entry: SessionEntry, label: string | undefined): string {
  const { title, folder, startedAt, updatedAt, forkOf } = entry;
  return [
    title,
    `Changed ${formatMoment(updatedAt)}`,
    `Started ${formatMoment(startedAt)}`,
    forkOf === undefined
      ? undefined
      : `${forkOf.isEdit ? "A message of another session, edited" : "Forked from another session"}${forkOf.turn === 0 ? "" : ` after turn ${forkOf.turn}`}`,
    folder === "" ? undefined : folder,
    label,
  ]
    .filter(isText)
    .join("\n");
}

function isText(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
