/**
 * Arguments of bubblewrap. It is used directly, not through @anthropic-ai/sandbox-runtime: that one is 9 MB and 16,000 lines at version 0.0.78,
 * brings a proxy, a SOCKS server, a command line and another zod, needs socat and ripgrep beside bubblewrap, lets commands read the whole disk
 * unless told otherwise, and removes the mount points of absent files only while its process lives. What is needed here is below.
 */

/** Something that a confined command finds at a path. */
export type Mount = { readonly path: string } & (
  | {
      readonly kind: "writable" | "readable";
      /** What lies there really, where that is not the same path. */
      readonly source?: string;
    }
  /** A link; only where its folder is made up, too. */
  | { readonly kind: "link"; readonly to: string }
  /** An empty folder that nothing can be written to, in which other mounts may lie. */
  | { readonly kind: "empty" }
  | { readonly kind: "proc" | "dev" }
);

/** A confined command. */
export interface BubblewrapSpec {
  /** Of two for the same path the later one counts; otherwise what is deeper lies above. */
  readonly mounts: readonly Mount[];
  readonly folder: string;
  readonly hasNetwork: boolean;
  /** Variables that bubblewrap itself does not have. */
  readonly variables: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}

/** The arguments, the program's own name not among them. */
export function bubblewrapArguments(spec: BubblewrapSpec): readonly string[] {
  const mounts = inOrder(spec.mounts);
  const isWholeDisk = mounts.some(({ path, kind }) => path === "/" && kind === "writable");
  const empty = mounts.filter(({ kind }) => kind === "empty").map(({ path }) => path);
  // What is made up is writable until everything has its place in it: writing there would succeed, and lead nowhere.
  const closed = [...empty.toReversed(), ...(isWholeDisk ? [] : ["/"])];
  return [
    ...["--unshare-user", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"],
    ...(spec.hasNetwork ? [] : ["--unshare-net"]),
    // Nothing outlives the host, nothing types into the host's terminal, nobody is root.
    ...["--die-with-parent", "--new-session", "--cap-drop", "ALL", "--as-pid-1"],
    ...mounts.flatMap(mountArguments),
    ...closed.flatMap((path) => ["--remount-ro", path]),
    ...Object.entries(spec.variables).flatMap(([name, value]) => ["--setenv", name, value]),
    ...["--chdir", spec.folder, "--", ...spec.command],
  ];
}

/** The mounts of which each is the last for its path, those of folders before those of what lies in them. */
export function inOrder(mounts: readonly Mount[]): readonly Mount[] {
  const last = new Map(mounts.map((mount) => [mount.path, mount]));
  return [...last.values()].toSorted((a, b) => depth(a.path) - depth(b.path));
}

function depth(path: string): number {
  return path === "/" ? 0 : path.split("/").length;
}

function mountArguments(mount: Mount): readonly string[] {
  switch (mount.kind) {
    case "writable":
      return ["--bind", mount.source ?? mount.path, mount.path];
    case "readable":
      return ["--ro-bind", mount.source ?? mount.path, mount.path];
    case "link":
      return ["--symlink", mount.to, mount.path];
    case "empty":
      return ["--tmpfs", mount.path];
    case "proc":
      return ["--proc", mount.path];
    case "dev":
      return ["--dev", mount.path];
  }
}
