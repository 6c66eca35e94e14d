import type { VNode } from "preact";
import { useSessions } from "../sessions/app.ts";
import { usualFilters, type Filters } from "../sessions/finder.ts";

/** Says why the list is empty, and offers the next step. */
export function NoSessions(): VNode {
  const app = useSessions();
  const findings = app.finder.findings.value;
  const hidden = findings?.hidden ?? 0;
  const { title, text } = wordsFor(findings?.filters ?? usualFilters, hidden > 0);
  const words = findings?.filters.text.trim() ?? "";
  return (
    <div class="empty top">
      <h2>{title}</h2>
      <p>{text}</p>
      {hidden > 0 ? (
        <button type="button" class="button" onClick={() => app.finder.showHidden()}>
          Show {hidden} hidden by filters
        </button>
      ) : words !== "" ? (
        <button type="button" class="button secondary" onClick={() => app.finder.change({ text: "" })}>
          Clear search
        </button>
      ) : (
        findings?.filters.show === "active" && (
          <button type="button" class="button" onClick={() => void app.act("session.create", {})}>
            New session
          </button>
        )
      )}
    </div>
  );
}

function wordsFor(
  { text, show, scope, period }: Filters,
  isHiding: boolean,
): { readonly title: string; readonly text: string } {
  if (text.trim() !== "")
    return { title: "Nothing found", text: `No title and no message here holds “${text.trim()}”.` };
  if (period.kind !== "any") return { title: "Nothing in this time", text: "No session was changed in it." };
  if (show === "trash")
    return {
      title: "The trash is empty",
      text: "Deleted sessions are kept here for a while, and can be restored.",
    };
  if (show === "archived")
    return {
      title: "Nothing is archived",
      text: "Archived sessions are out of the way, and can still be found and opened.",
    };
  return {
    title: isHiding ? "No sessions here" : "No sessions yet",
    text: `Every session of ${scope === "all" ? "any project" : "this folder"} will be listed here with its date, messages and cost, and opens as you left it.`,
  };
}
