import type { VNode } from "preact";
import { useOwnState } from "../own-state.ts";

/** Longer texts are not taken apart, in characters. */
const longestJson = 1_000_000;
/** Entries that are shown at a time. */
const pageLength = 100;
/** Branches with more entries than this begin closed. */
const openEntries = 20;
/** Longer texts are cut until somebody asks, in characters. */
const shownText = 2_000;

/** The object or list that a text is in JSON; undefined for any other text. */
export function readJson(text: string): object | undefined {
  if (text.length > longestJson || !/^\s*[[{]/.test(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** A value in JSON as lines that open and close. */
export function JsonView({ value }: { readonly value: object }): VNode {
  return (
    <div class="json">
      <Entries value={value} depth={0} />
    </div>
  );
}

function Entries({ value, depth }: { readonly value: object; readonly depth: number }): VNode {
  const [shown, setShown] = useOwnState(pageLength);
  const entries = Object.entries(value);
  return (
    <>
      {entries.slice(0, shown).map(([name, entry]) => (
        <Entry key={name} name={name} value={entry} depth={depth} />
      ))}
      {entries.length > shown && (
        <button type="button" class="more" onClick={() => setShown(shown + pageLength)}>
          Show {Math.min(pageLength, entries.length - shown)} more of {entries.length - shown}
        </button>
      )}
      {entries.length === 0 && <span class="figure">Nothing</span>}
    </>
  );
}

interface EntryProps {
  readonly name: string;
  readonly value: unknown;
  readonly depth: number;
}

function Entry({ name, value, depth }: EntryProps): VNode {
  if (typeof value === "object" && value !== null) return <Branch name={name} value={value} depth={depth} />;
  return (
    <div class="json-line">
      <span class="json-key">{name}</span>{" "}
      {typeof value === "string" ? <Text text={value} /> : <span class="json-value">{String(value)}</span>}
    </div>
  );
}

function Branch({ name, value, depth }: EntryProps & { readonly value: object }): VNode {
  const count = Object.keys(value).length;
  const [isOpen, setOpen] = useOwnState(depth === 0 && count <= openEntries);
  const size = Array.isArray(value) ? `${count} items` : `${count} keys`;
  return (
    <div class="json-line">
      <button type="button" class="json-branch" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        <span class={`codicon codicon-chevron-${isOpen ? "down" : "right"}`} aria-hidden="true" />
        <span class="json-key">{name}</span> <span class="figure">{size}</span>
      </button>
      {isOpen && (
        <div class="json-entries">
          <Entries value={value} depth={depth + 1} />
        </div>
      )}
    </div>
  );
}

function Text({ text }: { readonly text: string }): VNode {
  const [isWhole, setWhole] = useOwnState(text.length <= shownText);
  return (
    <span class="json-text">
      {isWhole ? text : text.slice(0, shownText)}
      {!isWhole && (
        <button type="button" class="more" onClick={() => setWhole(true)}>
          {" "}
          Show all {text.length.toLocaleString("en")} characters
        </button>
      )}
    </span>
  );
}
