import ignore from "ignore";
import { BooError } from "#core/errors.ts";
import type {
  CodeIntel,
  Diagnostic,
  Editor,
  Files,
  FileStat,
  SearchMatch,
  WorkspaceFolder,
  WriteResult,
} from "#core/ports.ts";

/** A workspace in memory: what is on disk, what is unsaved, and what a test makes happen around a write. */
export class FakeWorkspace {
  /** Texts and bytes by absolute path; directories exist where files are below them. */
  readonly disk = new Map<string, string | Uint8Array>();
  /** Unsaved texts by absolute path. */
  readonly dirty = new Map<string, string>();
  /** Links by absolute path, to absolute targets. */
  readonly links = new Map<string, string>();
  /** How many names (hard links) files have, where that is not one. */
  readonly hardLinks = new Map<string, number>();
  /** Paths that are too big to read. */
  readonly huge = new Set<string>();
  folders: readonly WorkspaceFolder[];
  active: string | undefined;
  /** What the editor reports now. */
  problems: readonly Diagnostic[] = [];
  hasCodeIntel = true;
  /** Runs before a write compares with its base, for example to play a user who types. */
  beforeWrite: ((path: string) => void) | undefined;
  /** Runs after a write, for example to set `problems`. */
  afterWrite: ((path: string, text: string) => void) | undefined;
  formatOnSave: ((text: string, path: string) => string) | undefined;
  /** What waiting for diagnostics takes. */
  settle: (signal: AbortSignal) => Promise<void> = async () => {};
  /** Whether diagnostics settle in time. */
  isSettled = true;
  readonly writes: { readonly path: string; readonly text: string }[] = [];
  readonly checked: string[] = [];
  readonly opened: { readonly path: string; readonly line?: number }[] = [];
  readonly diffs: {
    readonly path: string;
    readonly before: string;
    readonly after: string | undefined;
    readonly title: string;
  }[] = [];

  constructor(folders: readonly WorkspaceFolder[], files: Readonly<Record<string, string | Uint8Array>>) {
    this.folders = folders;
    for (const [path, content] of Object.entries(files)) this.disk.set(this.absolute(path), content);
  }

  /** A path of a test: relative ones are below the first folder. */
  absolute(path: string): string {
    return path.startsWith("/") ? path : `${this.folders[0]?.path ?? ""}/${path}`;
  }

  /** What a file holds for the editor: its unsaved text, else what is on disk. */
  text(path: string): string | undefined {
    const absolute = this.absolute(path);
    const saved = this.disk.get(this.realPath(absolute));
    return this.dirty.get(absolute) ?? (typeof saved === "string" ? saved : undefined);
  }

  /** A path with its links resolved. */
  realPath(path: string): string {
    for (const [link, target] of this.links) {
      if (path === link || path.startsWith(`${link}/`))
        return this.realPath(target + path.slice(link.length));
    }
    return path;
  }

  /** What is at a path. */
  stat(path: string): FileStat | undefined {
    const realPath = this.realPath(path);
    const content = this.disk.get(realPath);
    if (content !== undefined)
      return { kind: "file", realPath, size: content.length, links: this.hardLinks.get(realPath) ?? 1 };
    const isRoot = this.folders.some((folder) => folder.path === path);
    const isDirectory = isRoot || [...this.disk.keys()].some((file) => file.startsWith(`${realPath}/`));
    return isDirectory ? { kind: "directory", realPath, size: 0, links: 2 } : undefined;
  }

  /** Whether the .gitignore of its workspace folder covers a path. */
  isIgnored(path: string): boolean {
    const root = this.folders.find((folder) => path.startsWith(`${folder.path}/`))?.path;
    if (root === undefined) return false;
    const below = path.slice(root.length + 1);
    const rules = this.disk.get(`${root}/.gitignore`);
    return (
      below.split("/").includes(".git") || (typeof rules === "string" && ignore().add(rules).ignores(below))
    );
  }

  /** Replaces a text as the `Editor` port says. */
  write(path: string, text: string, base: string | undefined): WriteResult {
    this.beforeWrite?.(path);
    if (this.text(path) !== base) throw new BooError("file-changed", `${path} changed. Read it again.`);
    this.writes.push({ path, text });
    const isDirty = this.dirty.has(path);
    const kept = isDirty ? text : (this.formatOnSave?.(text, path) ?? text);
    if (isDirty) this.dirty.set(path, kept);
    else this.disk.set(this.realPath(path), kept);
    this.afterWrite?.(path, kept);
    return { text: kept, isDirty };
  }
}

/** The `Editor` port over a workspace in memory. */
export function fakeEditor(workspace: FakeWorkspace): Editor {
  const requireTarget = (path: string, real: string): void => {
    if (workspace.realPath(path) !== real) throw new BooError("path-changed", `${path} leads elsewhere now.`);
  };
  return {
    folders: () => workspace.folders,
    async read(path, signal, target) {
      signal.throwIfAborted();
      requireTarget(path, target?.real ?? path);
      const { kind, links } = workspace.stat(path) ?? { kind: "missing", links: 1 };
      await target?.allow({ kind, links: kind === "file" ? links : 1 });
      if (workspace.huge.has(path)) throw new BooError("file-huge", `${path} is huge.`);
      if (workspace.disk.get(workspace.realPath(path)) instanceof Uint8Array) {
        throw new BooError("file-binary", `${path} is binary.`);
      }
      const text = workspace.text(path);
      if (text !== undefined) return { text, isDirty: workspace.dirty.has(path) };
      if (workspace.stat(path) !== undefined) throw new BooError("not-a-file", `${path} is a directory.`);
      throw new BooError("file-missing", `${path} does not exist.`);
    },
    dirtyDocuments: () => [...workspace.dirty].map(([path, text]) => ({ path, text })),
    async write(path, text, base, signal, target) {
      signal.throwIfAborted();
      requireTarget(path, target?.real ?? path);
      return workspace.write(path, text, base);
    },
    async save(path) {
      const text = workspace.dirty.get(path);
      if (text === undefined) return;
      workspace.dirty.delete(path);
      workspace.disk.set(workspace.realPath(path), text);
    },
    async remove(path, real = path) {
      requireTarget(path, real);
      workspace.disk.delete(workspace.realPath(path));
      workspace.dirty.delete(path);
    },
    async openFile(path, line) {
      workspace.opened.push({ path, ...(line === undefined ? {} : { line }) });
    },
    async showDiff(path, before, after, title) {
      workspace.diffs.push({ path, before, after, title });
    },
    activeFile: () => workspace.active,
  };
}

/** The `CodeIntel` port over a workspace in memory. */
export function fakeCodeIntel(workspace: FakeWorkspace): CodeIntel {
  return {
    get isAvailable() {
      return workspace.hasCodeIntel;
    },
    diagnostics: (path) => workspace.problems.filter((entry) => path === undefined || entry.path === path),
    async check(path, signal) {
      signal.throwIfAborted();
      workspace.checked.push(path);
      return workspace.isSettled;
    },
    watch: () => async (signal) => {
      await workspace.settle(signal);
      return workspace.isSettled;
    },
  };
}

/** The `Files` port over a workspace in memory; globs are those of .gitignore, patterns those of JavaScript. */
export function fakeFiles(workspace: FakeWorkspace): Files {
  const select = (query: Parameters<Files["list"]>[0], paths: Iterable<string>): readonly string[] => {
    const glob = query.glob === undefined ? undefined : ignore({ ignorecase: false }).add(query.glob);
    if (workspace.realPath(query.root) !== (query.real ?? query.root))
      throw new BooError("path-changed", `${query.root} leads elsewhere now.`);
    return [...paths]
      .filter((path) => path === query.root || path.startsWith(`${query.root}/`))
      .filter((path) => glob === undefined || glob.ignores(path.slice(query.root.length + 1)))
      .filter((path) => query.withIgnored || !workspace.isIgnored(path))
      .toSorted();
  };
  return {
    stat: async (path) => workspace.stat(path),
    names: async (path) => {
      const below = `${workspace.realPath(path)}/`;
      const inside = [...workspace.disk.keys()].filter((file) => file.startsWith(below));
      return [...new Set(inside.map((file) => file.slice(below.length).split("/")[0] ?? ""))];
    },
    locate: async (path) => {
      const stat = workspace.stat(path);
      if (stat === undefined) return { path: workspace.realPath(path), kind: "missing", links: 1 };
      return { path: stat.realPath, kind: stat.kind, links: stat.links };
    },
    realPath: async (path) => workspace.realPath(path),
    rootPath: async (folder) => workspace.realPath(folder),
    mountSource: async () => undefined,
    isIgnored: async (_root, path) => workspace.isIgnored(path),
    async list(query, signal) {
      signal.throwIfAborted();
      const all = select(query, workspace.disk.keys());
      const paths = all.filter((path) => query.isWithheld?.(path) !== true);
      const withheld = all.length - paths.length;
      return { paths: paths.slice(0, query.limit), isCut: paths.length > query.limit, withheld };
    },
    async search(query, signal) {
      signal.throwIfAborted();
      const expression = parsePattern(query.pattern, query.ignoreCase);
      const overlays = new Map(query.overlays.map(({ path, text }) => [path, text]));
      const matches: SearchMatch[] = [];
      let withheld = 0;
      for (const path of select(query, new Set([...workspace.disk.keys(), ...overlays.keys()]))) {
        if (query.isWithheld?.(path) === true) {
          withheld += 1;
          continue;
        }
        const content = overlays.get(path) ?? workspace.disk.get(path);
        if (typeof content !== "string") continue;
        for (const [index, text] of content.split("\n").entries()) {
          if (expression.test(text)) matches.push({ path, line: index + 1, text });
        }
      }
      const isCut = matches.length > query.limit;
      return { matches: matches.slice(0, query.limit), isCut, leftOut: 0, withheld };
    },
  };
}

function parsePattern(pattern: string, ignoreCase: boolean): RegExp {
  try {
    return new RegExp(pattern, ignoreCase ? "i" : "");
  } catch (error) {
    throw new BooError("bad-pattern", "The pattern can not be used. Correct it.", { cause: error });
  }
}
