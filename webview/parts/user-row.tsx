import { useComputed } from "@preact/signals";
import type { VNode } from "preact";
import type { Body } from "#protocol/session.ts";
import { formatCount } from "#protocol/words.ts";
import { useApp } from "../app.ts";
import { classes, runClass } from "../class-names.ts";
import { useOwnState } from "../own-state.ts";
import type { Row } from "../rows.ts";
import { useBodyPages } from "./body-pages.ts";
import { Icon } from "./icon.tsx";
import { canEdit, MessageActions, MessageEditor } from "./message-actions.tsx";

const foldedLines = 8;
const foldedLength = 700;

type UserMessageRow = Extract<Row, { kind: "user" }>;

/** A message of the user, in a quiet box, with what can be done from there on. */
export function UserRow({ row }: { readonly row: UserMessageRow }): VNode {
  const app = useApp();
  const [isEditing, setEditing] = useOwnState(app.edits.has(row.key));
  if (isEditing) return <MessageEditor row={row} onClose={() => setEditing(false)} />;
  return (
    <div class="user">
      <MessageText id={row.key} text={row.text} />
      {row.isFirst && <Branches turn={row.number} />}
      {row.isEnded && <MessageActions row={row} {...(canEdit(row) && { onEdit: () => setEditing(true) })} />}
    </div>
  );
}

/** The message as it was written: folded when it is long, read page by page when it is large. */
function MessageText({ id, text }: { readonly id: string; readonly text: Body }): VNode {
  const app = useApp();
  const session = app.sessionId.value;
  const [isOpen, setOpen] = useOwnState(app.arrangement.isOpen(session, id) === true);
  const { texts, more, isReading, readMore } = useBodyPages(text, app.act);
  const beginning = texts[0] ?? "";
  const isLong =
    beginning.length > foldedLength || beginning.split("\n", foldedLines + 1).length > foldedLines;
  const open = (next: boolean) => {
    app.arrangement.setOpen(session, id, next);
    setOpen(next);
  };
  const read = async () => {
    await readMore();
    open(true);
  };
  return (
    <>
      <div class={classes("user-text", isLong && !isOpen ? "folded" : undefined, ...texts.map(runClass))}>
        {isLong && !isOpen
          ? beginning.slice(0, foldedLength * 2)
          : texts.map((page, index) => <span key={index}>{page}</span>)}
      </div>
      <div class="user-more">
        {more !== undefined && (isOpen || !isLong) && (
          <button type="button" class="more" disabled={isReading} onClick={() => void read()}>
            {more}
          </button>
        )}
        {isLong && (
          <button type="button" class="more" aria-expanded={isOpen} onClick={() => open(!isOpen)}>
            {isOpen ? "Show less" : "Show more"}
          </button>
        )}
      </div>
    </>
  );
}

// Forks that went on after this turn, and those that put another message in its place.
function Branches({ turn }: { readonly turn: number }): VNode | null {
  const app = useApp();
  const [isOpen, setOpen] = useOwnState(false);
  const branches = useComputed(() =>
    app.branches.value.filter((branch) => branch.turn === (branch.isEdit ? turn - 1 : turn)),
  ).value;
  if (branches.length === 0) return null;
  return (
    <div class="branches">
      <button type="button" class="branches-head" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <Icon name="git-branch" />
        {formatCount(branches.length, "other branch", "other branches")}
      </button>
      {isOpen && (
        <ul>
          {branches.map((branch) => (
            <li key={branch.id}>
              <button
                type="button"
                class="branch"
                onClick={() => void app.openSession(branch.id, branch.turn + 1)}
              >
                <span class="branch-title">{branch.title}</span>
                <span class="figure">{branch.isEdit ? "with this message edited" : "after this turn"}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
