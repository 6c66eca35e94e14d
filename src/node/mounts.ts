/** What is mounted where: a directory may be bound to a second place, which its path does not show. */
import { readFileSync } from "node:fs";
import { posix } from "node:path";

/** A line of the system's table of mounts. */
export interface Mount {
  /** Names the file system; two mounts of one device show the same files. */
  readonly device: string;
  /** The directory of the file system that is mounted. */
  readonly root: string;
  readonly point: string;
}

// The format of proc_pid_mountinfo(5): spaces and the like are octal escapes.
const tableFile = "/proc/self/mountinfo";

/** The mounts of this process, as they were a moment ago at most; none where the system does not tell. */
export class MountTable {
  readonly #freshMs: number;
  #at = -Infinity;
  #mounts: readonly Mount[] = [];

  /** Every access looks here, and reading the table takes as long as half of a short read: it is believed for so long. Who may mount may read everything anyway. */
  constructor(freshMs = 1_000) {
    this.#freshMs = freshMs;
  }

  now(): readonly Mount[] {
    const now = performance.now();
    if (now - this.#at < this.#freshMs) return this.#mounts;
    this.#at = now;
    return (this.#mounts = process.platform === "linux" ? readTable() : []);
  }
}

function readTable(): readonly Mount[] {
  try {
    // The system makes the table as it is read, which waits for no disk.
    return parseMounts(readFileSync(tableFile, "utf8"));
  } catch {
    return [];
  }
}

/** Parses the system's table of mounts; a later mount lies over an earlier one. */
export function parseMounts(table: string): readonly Mount[] {
  return table.split("\n").flatMap((line) => {
    const [, , device, root, point] = line.split(" ");
    if (device === undefined || root === undefined || point === undefined) return [];
    return [{ device, root: unescape(root), point: unescape(point) }];
  });
}

function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

/** Where a mount below `folder` takes a path from that can be seen elsewhere, too; undefined where no such mount holds it. All paths are real. */
export function sourceOf(mounts: readonly Mount[], folder: string, path: string): string | undefined {
  const mount = holderOf(mounts, path);
  if (mount === undefined || mount.point === folder || !isIn(mount.point, folder)) return undefined;
  const inDevice = posix.join(mount.root, posix.relative(mount.point, path));
  const elsewhere = mounts
    .filter((other) => other !== mount && other.device === mount.device && isIn(inDevice, other.root))
    .map((other) => ({ other, path: posix.join(other.point, posix.relative(other.root, inDevice)) }))
    // Another mount may lie over that place.
    .filter((place) => holderOf(mounts, place.path) === place.other)
    .map((place) => place.path);
  return elsewhere.find((place) => !isIn(place, folder)) ?? elsewhere[0];
}

/** Mount points below a directory (relative to it) that show what lies elsewhere, too, outside of it. */
export function boundBelow(mounts: readonly Mount[], folder: string): readonly string[] {
  return mounts
    .filter(({ point }) => point !== folder && isIn(point, folder))
    .filter(({ point }) => {
      const source = sourceOf(mounts, folder, point);
      return source !== undefined && !isIn(source, folder);
    })
    .map(({ point }) => posix.relative(folder, point));
}

function holderOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts)
    if (isIn(path, mount.point) && (best === undefined || mount.point.length >= best.point.length))
      best = mount;
  return best;
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder === "/" ? "/" : `${folder}/`);
}
