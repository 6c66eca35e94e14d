import type { VNode } from "preact";
import type { FileChange } from "#protocol/session.ts";
import { formatCount } from "#protocol/words.ts";
import { Icon } from "./icon.tsx";
import { LineCounts } from "./line-counts.tsx";

interface Props {
  readonly file: FileChange;
  readonly isReverted?: boolean;
  readonly onOpen: () => void;
}

const icons = { created: "diff-added", deleted: "diff-removed", changed: "diff-modified" } as const;

/** A file that was changed, with how many lines; it opens the difference. */
export function ChangedFile({ file, isReverted = false, onOpen }: Props): VNode {
  return (
    <button type="button" class="file" onClick={onOpen} title={`Diff of ${file.path}`}>
      <Icon name={icons[file.kind]} label={file.kind} />
      <FilePath path={file.path} />
      {isReverted ? <span class="figure">reverted</span> : <LineCounts file={file} />}
    </button>
  );
}

/** What is said of files that are too many to be listed. */
export function MoreFiles({ count }: { readonly count: number }): VNode {
  return (
    <li class="figure" data-testid="more-files">
      and {formatCount(count, "more file")} changed, which {count === 1 ? "is" : "are"} not listed and can not
      be reverted
    </li>
  );
}

// The name matters most: the folder gives way first.
function FilePath({ path }: { readonly path: string }): VNode {
  const cut = path.lastIndexOf("/") + 1;
  return (
    <span class="file-path">
      <span class="file-folder">{path.slice(0, cut)}</span>
      <span class="file-name">{path.slice(cut)}</span>
    </span>
  );
}
