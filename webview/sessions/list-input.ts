import type { SessionsApp } from "./app.ts";
import { chooseNone, entriesAt, openRow, remove, setForksOpen } from "./deeds.ts";
import type { Row, SessionRow } from "./rows.ts";
import { chooseAll, indexAfter, isItem, moveTo, toggle } from "./selection.ts";

/** What a click on the row at an index does; -1 is beside all rows. A second click goes to the chat. */
export function clickRow(app: SessionsApp, event: MouseEvent, index: number): void {
  const rows = app.rows.value;
  const row = rows[index];
  const target = event.target instanceof Element ? event.target : undefined;
  if (!isItem(row) || target?.closest("input") != null) return;
  const deed = target?.closest<HTMLElement>("[data-deed]");
  if (deed != null) {
    if (event.type === "click") clickDeed(app, row, deed);
    return;
  }
  if (event.type === "dblclick") return void openRow(app, row, true);
  if (event.ctrlKey || event.metaKey) app.selection.value = toggle(app.selection.value, rows, index);
  else if (event.shiftKey) app.selection.value = moveTo(app.selection.value, rows, index, "extending");
  else {
    app.selection.value = moveTo(app.selection.value, rows, index, "alone");
    void openRow(app, row, false);
  }
}

function clickDeed(app: SessionsApp, row: Row, button: HTMLElement): void {
  if (row.kind !== "session") return;
  const { entry } = row;
  switch (button.dataset["deed"]) {
    case "forks":
      return setForksOpen(app, entry.id, row.isOpen !== true);
    case "archive":
      return void app.changes.archive([entry], true);
    case "unarchive":
      return void app.changes.archive([entry], false);
    case "restore":
      return void app.changes.trash([entry], false);
    case "menu": {
      const { left, bottom } = button.getBoundingClientRect();
      return openMenu(app, app.rows.value.indexOf(row), { x: left, y: bottom });
    }
    default:
  }
}

/** Opens the menu of the row at an index, for the chosen sessions if it is one of them. */
export function openMenu(
  app: SessionsApp,
  index: number,
  { x, y }: { readonly x: number; readonly y: number },
): void {
  const row = app.rows.value[index];
  if (!isItem(row)) return;
  const isChosen = row.kind === "session" && app.selection.value.chosen.has(row.entry.id);
  app.selection.value = moveTo(app.selection.value, app.rows.value, index, isChosen ? "keeping" : "alone");
  app.menu.value = { row: row.key, x, y };
}

/** What a key does in the list; `reveal` brings the row at an index into sight. */
export function pressKey(app: SessionsApp, event: KeyboardEvent, reveal: (index: number) => void): void {
  if (event.target !== event.currentTarget) return;
  const { rows, selection } = app;
  const { index } = selection.value;
  const next = indexAfter(event.key, rows.value, index);
  if (next !== undefined && !event.altKey) {
    const how = event.shiftKey ? "extending" : event.ctrlKey || event.metaKey ? "keeping" : "alone";
    selection.value = moveTo(selection.value, rows.value, next, how);
    reveal(next);
  } else if (!pressDeed(app, event, rows.value[index], index) && !pressBranch(app, event, index, reveal))
    return;
  event.preventDefault();
}

// True when the key did something.
function pressDeed(app: SessionsApp, event: KeyboardEvent, row: Row | undefined, index: number): boolean {
  const isCommand = event.ctrlKey || event.metaKey;
  switch (event.key) {
    case "Enter":
      void openRow(app, row, true);
      return true;
    case " ":
      app.selection.value = toggle(app.selection.value, app.rows.value, index);
      return true;
    case "Delete":
    case "Backspace":
      if (event.key === "Backspace" && !event.metaKey) return false;
      void remove(app, entriesAt(app, row));
      return true;
    case "F2":
      if (row?.kind === "session") app.renaming.value = row.entry.id;
      return true;
    case "F10":
    case "ContextMenu": {
      if (event.key === "F10" && !event.shiftKey) return false;
      const box = row === undefined ? undefined : document.getElementById(row.key)?.getBoundingClientRect();
      openMenu(app, index, { x: (box?.left ?? 0) + 24, y: box?.bottom ?? 0 });
      return true;
    }
    case "a":
      if (isCommand) app.selection.value = chooseAll(app.selection.value, app.rows.value);
      return isCommand;
    case "Escape":
      if (app.selection.value.chosen.size > 0) chooseNone(app);
      else if (app.finder.filters.value.text !== "") app.finder.change({ text: "" });
      else return false;
      return true;
    default:
      return false;
  }
}

// Left closes a branch or goes to what it hangs on, Right opens it or goes into it.
function pressBranch(
  app: SessionsApp,
  event: KeyboardEvent,
  index: number,
  reveal: (index: number) => void,
): boolean {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return false;
  const rows = app.rows.value;
  const row = rows[index];
  if (!isItem(row)) return false;
  const session = row.kind === "session" ? row : undefined;
  const isRight = event.key === "ArrowRight";
  if (session?.isOpen === !isRight) setForksOpen(app, session.entry.id, isRight);
  else {
    const target = isRight ? childOf(rows, index, row.level) : parentOf(rows, index, row.level);
    if (target === undefined) return false;
    app.selection.value = moveTo(app.selection.value, rows, target, "alone");
    reveal(target);
  }
  return true;
}

function childOf(rows: readonly Row[], index: number, level: number): number | undefined {
  const next = rows[index + 1];
  return isItem(next) && next.level > level ? index + 1 : undefined;
}

function parentOf(rows: readonly Row[], index: number, level: number): number | undefined {
  const isParent = (row: Row): row is SessionRow => row.kind === "session" && row.level < level;
  const found = rows.slice(0, index).findLastIndex(isParent);
  return found < 0 ? undefined : found;
}
