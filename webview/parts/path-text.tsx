import type { VNode } from "preact";
import { useOwnState } from "../own-state.ts";
import { splitPath } from "../permissions/words.ts";
import { visibleText } from "../visible-text.ts";
import { Visible } from "./visible.tsx";

/** A path in one line, cut in its middle where it is too long; a click shows all of it. */
export function PathText({ path }: { readonly path: string }): VNode {
  const [isWhole, setWhole] = useOwnState(false);
  const [folder, name] = splitPath(path);
  const full = visibleText(path);
  return (
    <button
      type="button"
      class={isWhole ? "path whole" : "path"}
      title={full}
      aria-expanded={isWhole}
      onClick={() => setWhole(!isWhole)}
    >
      <span class="path-folder">
        <Visible text={folder} />
      </span>
      <span class="path-name">
        <Visible text={name} />
      </span>
    </button>
  );
}
