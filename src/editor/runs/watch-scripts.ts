/** Follows the folders in which workflow scripts lie. */
import { homedir } from "node:os";
import { Disposable, RelativePattern, Uri, workspace } from "vscode";

/** Changes that come within this time (ms) are one. */
const restMs = 100;

/** Calls back when scripts of the open folders, or of the user, came, went or changed. */
export function watchScripts(changed: () => void): Disposable {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const note = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined;
      changed();
    }, restMs);
  };
  const folders = (workspace.workspaceFolders ?? []).map(({ uri }) => uri);
  const patterns = [
    ...folders.map((folder) => new RelativePattern(folder, "{.boocode,.claude}/workflows/*.js")),
    new RelativePattern(Uri.joinPath(Uri.file(homedir()), ".boocode", "workflows"), "*.js"),
  ];
  const watchers = patterns.map((pattern) => {
    const watcher = workspace.createFileSystemWatcher(pattern);
    return Disposable.from(
      watcher,
      ...[watcher.onDidCreate(note), watcher.onDidChange(note), watcher.onDidDelete(note)],
    );
  });
  return Disposable.from(...watchers, new Disposable(() => clearTimeout(timer)));
}
