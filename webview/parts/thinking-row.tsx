import type { VNode } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { Item } from "#protocol/session.ts";
import { formatDuration } from "#protocol/words.ts";
import { useApp } from "../app.ts";
import { classes, runClass } from "../class-names.ts";
import { useOwnState } from "../own-state.ts";
import { Elapsed } from "./elapsed.tsx";
import { Icon } from "./icon.tsx";

/** Thinking shorter than this is not worth a figure, in milliseconds. */
const shortestThoughtMs = 100;

/** The model's thinking: folded to one line, live while it lasts. */
export function ThinkingRow({
  id,
  item,
  isInner,
}: {
  readonly id: string;
  readonly item: Extract<Item, { kind: "reasoning" }>;
  readonly isInner: boolean;
}): VNode {
  const app = useApp();
  const session = app.sessionId.value;
  const [isOpen, setOpen] = useOwnState(app.arrangement.isOpen(session, id) === true);
  const isLive = item.durationMs === undefined;
  const toggle = () => {
    app.arrangement.setOpen(session, id, !isOpen);
    setOpen(!isOpen);
  };
  return (
    <div class={isInner ? "line-row inner" : "line-row"}>
      <button type="button" class="line" aria-expanded={isOpen} onClick={toggle}>
        <Icon name={isOpen ? "chevron-down" : isLive ? "loading" : "lightbulb"} />
        <span class="line-text">
          {isLive
            ? "Thinking"
            : (item.durationMs ?? 0) < shortestThoughtMs
              ? "Thought"
              : `Thought for ${formatDuration(item.durationMs ?? 0)}`}
          {isLive && <Elapsed since={item.startedAt} />}
        </span>
      </button>
      {isOpen && <Thoughts text={item.text} isLive={isLive} />}
    </div>
  );
}

// The box keeps to its end while thoughts arrive; the text grows in place.
function Thoughts({ text, isLive }: { readonly text: string; readonly isLive: boolean }): VNode {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const node =
      element.firstChild instanceof Text
        ? element.firstChild
        : element.appendChild(document.createTextNode(""));
    if (text.startsWith(node.data)) node.appendData(text.slice(node.length));
    else node.data = text;
    if (isLive) element.scrollTop = element.scrollHeight;
  }, [text, isLive]);
  return (
    <div
      class={classes("quiet-text", runClass(text))}
      ref={box}
      tabIndex={0}
      role="group"
      aria-label="Thoughts"
    />
  );
}
