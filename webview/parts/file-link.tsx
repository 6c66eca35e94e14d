import type { VNode } from "preact";
import { usePermissions } from "../permissions/app.ts";
import { splitPath } from "../permissions/words.ts";
import { visibleText } from "../visible-text.ts";

interface Props {
  readonly file: string;
  readonly line: number;
  /** Whether the line is told, too: "config.yaml:12". */
  readonly showsLine?: boolean;
}

/** A configuration file by its name; it opens at the line. */
export function FileLink({ file, line, showsLine = false }: Props): VNode {
  const { act } = usePermissions();
  const name = visibleText(splitPath(file)[1]);
  return (
    <button
      type="button"
      class="link"
      title={`${visibleText(file)}:${line}`}
      onClick={() => void act("permissions.openFile", { file, line })}
    >
      {showsLine ? `${name}:${line}` : name}
    </button>
  );
}
