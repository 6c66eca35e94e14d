import { useSignal, type Signal } from "@preact/signals";
import type { RefObject, VNode } from "preact";
import { useMemo } from "preact/hooks";
import type { WorkflowEntry } from "#protocol/workflows.ts";
import { useApp, type App } from "../app.ts";

/** So many workflows are offered at once. */
const mostOffered = 8;

/** What the composer tells about a message that begins with a slash. */
export interface Slash {
  /** Looks at what was typed. */
  readonly changed: (text: string) => void;
  /** Takes a key; true where it was meant for the list. */
  readonly key: (event: KeyboardEvent) => boolean;
  readonly offered: Signal<readonly WorkflowEntry[]>;
  readonly chosen: Signal<number>;
  readonly take: (entry: WorkflowEntry) => void;
}

/** Offers workflows by name while "/na…" stands in the composer; `set` writes there. */
export function useSlash(area: RefObject<HTMLTextAreaElement | null>, set: (text: string) => void): Slash {
  const app = useApp();
  const offered = useSignal<readonly WorkflowEntry[]>([]);
  const chosen = useSignal(0);
  return useMemo(() => {
    const take = ({ name }: WorkflowEntry): void => {
      offered.value = [];
      set(`/${name} `);
      area.current?.focus();
    };
    return {
      ...{ offered, chosen, take },
      changed: (text) => void look(app, text, area, offered, chosen),
      key(event) {
        const count = offered.value.length;
        const entry = offered.value[chosen.value];
        if (count === 0 || entry === undefined || event.isComposing) return false;
        const step = { ArrowDown: 1, ArrowUp: count - 1 }[event.key];
        if (step !== undefined) chosen.value = (chosen.value + step) % count;
        else if (event.key === "Escape") offered.value = [];
        else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey)) take(entry);
        else return false;
        event.preventDefault();
        return true;
      },
    };
  }, []);
}

async function look(
  app: App,
  text: string,
  area: RefObject<HTMLTextAreaElement | null>,
  offered: Signal<readonly WorkflowEntry[]>,
  chosen: Signal<number>,
): Promise<void> {
  const [, typed] = /^\/([\w-]*)$/.exec(text) ?? [];
  if (typed === undefined) {
    if (offered.peek().length > 0) offered.value = [];
    return;
  }
  const listed = await app.act("workflow.list", {});
  // What was typed meanwhile is looked at by itself.
  if (area.current?.value !== text || listed === undefined) return;
  const fits = ({ name, problem, shadowedBy }: WorkflowEntry): boolean =>
    problem === undefined && shadowedBy === undefined && name.toLowerCase().includes(typed.toLowerCase());
  offered.value = listed.workflows.filter(fits).slice(0, mostOffered);
  chosen.value = 0;
}

/** The list above the composer. */
export function SlashList({ slash }: { readonly slash: Slash }): VNode | null {
  const entries = slash.offered.value;
  if (entries.length === 0) return null;
  return (
    <ul class="slash" role="listbox" aria-label="Workflows" data-testid="slash-list">
      {entries.map((entry, index) => (
        <li
          key={entry.file}
          class="slash-item"
          role="option"
          aria-selected={index === slash.chosen.value}
          // Before the composer loses the focus.
          onMouseDown={(event) => {
            event.preventDefault();
            slash.take(entry);
          }}
        >
          <span>/{entry.name}</span> <span class="figure">{entry.description}</span>
        </li>
      ))}
    </ul>
  );
}
