import type { SessionEntry } from "#protocol/sessions.ts";
import type { MenuItem } from "../parts/menu.tsx";
import type { SessionsApp } from "./app.ts";
import { maxSessions, named } from "./changes.ts";
import type { Row } from "./rows.ts";
import { noSelection, targetsOf } from "./selection.ts";

/** The sessions that something done at a row is about. */
export function entriesAt(app: SessionsApp, row: Row | undefined): readonly SessionEntry[] {
  return targetsOf(app.selection.value, app.rows.value, row).map(({ entry }) => entry);
}

/** Shows a row's session in the chat, at the turn of a hit. */
export async function openRow(app: SessionsApp, row: Row | undefined, takesFocus: boolean): Promise<void> {
  if (row?.kind === "session") await app.act("session.open", { session: row.entry.id, takesFocus });
  if (row?.kind === "hit")
    await app.act("session.open", { session: row.session, turn: row.hit.turn, takesFocus });
}

/** Opens or closes the forks below a session. */
export function setForksOpen(app: SessionsApp, session: string, isOpen: boolean): void {
  const closed = new Set(app.closed.value);
  if (isOpen) closed.delete(session);
  else closed.add(session);
  app.closed.value = closed;
}

/** Moves sessions to the trash; those that are there already are about to be deleted for good. */
export async function remove(app: SessionsApp, entries: readonly SessionEntry[]): Promise<void> {
  const kept = entries.filter(({ trashedAt }) => trashedAt === undefined);
  if (kept.length > 0) await app.changes.trash(kept, true);
  else app.purging.value = entries;
}

/** Deletes sessions for good. */
export async function purge(app: SessionsApp, entries: readonly SessionEntry[]): Promise<void> {
  const ids = entries.map(({ id }) => id);
  let isDone = true;
  for (let index = 0; index < ids.length && isDone; index += maxSessions)
    isDone =
      (await app.act("sessions.purge", { sessions: ids.slice(index, index + maxSessions) })) !== undefined;
  if (isDone) app.changes.tell(`Deleted for good: ${named(entries)}`);
  await app.finder.again();
}

/** Makes a session of an exported file and shows it. */
export async function importSession(app: SessionsApp): Promise<void> {
  const result = await app.act("session.import", {});
  if (result?.session === undefined) return;
  app.changes.tell("Imported a session");
  await app.act("session.open", { session: result.session, takesFocus: false });
  await app.finder.again();
}

/** What can be done with sessions, for a menu; what concerns one session only is left out for several. */
export function menuOf(app: SessionsApp, row: Row): readonly MenuItem[] {
  const entries = entriesAt(app, row);
  const [first] = entries;
  if (first === undefined) return [];
  return entries.length === 1
    ? [...openingItems(app, row, first), ...changingItems(app, entries), ...exportItems(app, first)]
    : changingItems(app, entries);
}

function openingItems(app: SessionsApp, row: Row, entry: SessionEntry): readonly MenuItem[] {
  return [
    { label: "Open", key: "Enter", run: () => void openRow(app, row, true), movesFocus: true },
    ...(entry.isElsewhere
      ? [{ label: "Open in its window", run: () => void app.act("session.openThere", { session: entry.id }) }]
      : []),
    { label: "Timeline and cost", run: () => (app.timeline.value = entry.id), movesFocus: true },
    "separator",
    { label: "Rename", key: "F2", run: () => (app.renaming.value = entry.id), movesFocus: true },
  ];
}

function changingItems(app: SessionsApp, entries: readonly SessionEntry[]): readonly MenuItem[] {
  const { changes } = app;
  const isPinned = entries.every((entry) => entry.isPinned);
  const isArchived = entries.every(({ archivedAt }) => archivedAt !== undefined);
  const isTrashed = entries.every(({ trashedAt }) => trashedAt !== undefined);
  const pin: MenuItem = {
    label: isPinned ? "Unpin" : "Pin",
    run: () => void changes.pin(entries, !isPinned),
  };
  if (isTrashed)
    return [
      { label: "Restore", run: () => void changes.trash(entries, false) },
      { label: "Delete now", key: "Del", run: () => (app.purging.value = entries), movesFocus: true },
    ];
  return [
    pin,
    {
      label: isArchived ? "Take out of the archive" : "Archive",
      run: () => void changes.archive(entries, !isArchived),
    },
    { label: "Delete", key: "Del", run: () => void remove(app, entries) },
  ];
}

function exportItems(app: SessionsApp, { id, title }: SessionEntry): readonly MenuItem[] {
  const save = (format: "markdown" | "json") => async () => {
    const result = await app.act("session.export", { session: id, format });
    if (result?.isSaved === true) app.changes.tell(`Exported “${title}”`);
  };
  return [
    "separator",
    { label: "Export as Markdown", run: () => void save("markdown")() },
    { label: "Export as JSON", run: () => void save("json")() },
  ];
}

/** Gives up what is chosen. */
export function chooseNone(app: SessionsApp): void {
  app.selection.value = { ...app.selection.value, chosen: noSelection.chosen };
}
