import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { changeLines, type ChangeLine } from "#protocol/change-lines.ts";
import { formatCount } from "#protocol/words.ts";
import { useOwnState } from "../own-state.ts";

/** Lines that are drawn at first; the rest on request. */
const shownLines = 200;
/** The host cuts each text here. */
const cutLength = 100 * 1024;

const signs: Readonly<Record<ChangeLine["kind"], string>> = { added: "+", removed: "−", same: " ", jump: "" };

/** What a write would change, line by line. */
export function ChangeView({
  change: { before, after },
}: {
  readonly change: { readonly before?: string; readonly after: string };
}): VNode {
  const { lines, added, removed } = useMemo(() => changeLines(before ?? "", after), [before, after]);
  const [isAll, setAll] = useOwnState(false);
  const shown = isAll ? lines : lines.slice(0, shownLines);
  const rest = lines.length - shown.length;
  const isCut = after.length >= cutLength || (before?.length ?? 0) >= cutLength;
  return (
    <div class="change" role="group" aria-label="Change">
      <p class="figure">
        {before === undefined ? "New file" : "Change"}{" "}
        <span class="added">+{added.toLocaleString("en")}</span>{" "}
        <span class="removed">−{removed.toLocaleString("en")}</span>
        {lines.length === 0 && " · the text stays the same"}
      </p>
      {lines.length > 0 && (
        <pre tabIndex={0} role="group" aria-label="Changed lines">
          {shown.map(({ kind, text }, index) => (
            <span key={index} class={`change-line is-${kind}`}>
              <span class="sign">{signs[kind]}</span>
              {`${text}\n`}
            </span>
          ))}
        </pre>
      )}
      {rest > 0 && (
        <button type="button" class="more" onClick={() => setAll(true)}>
          Show {formatCount(rest, "more line")}
        </button>
      )}
      {isCut && <p class="figure">Only the first 100 KB of the text are compared here.</p>}
    </div>
  );
}
