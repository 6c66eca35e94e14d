/** The profile of macOS's sandbox-exec. Written, not run: no machine with macOS was at hand. */
import { dirname, join } from "node:path";
import type { Confinement } from "#core/shell-ports.ts";
import { caches, gitSettings, secrets } from "./home-folders.ts";
import { protectedInRepositories } from "./nested-repositories.ts";
import { isIn } from "./tool-folders.ts";

/** What every command may read on macOS beside its leave. */
const system: readonly string[] = [
  ...["/usr", "/bin", "/sbin", "/System", "/Library", "/opt", "/nix", "/Applications", "/dev"],
  ...["/private/etc", "/private/var/db/timezone", "/private/var/select", "/private/var/db/dyld"],
];

/** Only root reads these; a command of root's must not either. */
const rootOnly: readonly string[] = [
  "/private/etc/master.passwd",
  "/private/etc/sudoers",
  "/Library/Keychains",
];

/** The profile text for a leave; later rules are stronger. */
export function sandboxProfile(options: {
  readonly confinement: Confinement;
  readonly home: string;
  readonly toolFolders: readonly string[];
}): string {
  const { confinement, home, toolFolders } = options;
  const { readable, writable, removable, readOnly, temporary, hasNetwork } = confinement;
  const inHome = (names: readonly string[]): readonly string[] => names.map((name) => join(home, name));
  const named = new Set([...readable, ...writable]);
  const hidden = [...rootOnly, ...inHome(secrets)].filter((path) => !named.has(path));
  const kept = [...readOnly, ...protectedInRepositories(writable).filter((path) => !named.has(path))].filter(
    (path) => !removable.some((one) => isIn(path, one)),
  );
  return [
    "(version 1)",
    "(deny default)",
    "(allow process*) (allow signal (target same-sandbox)) (allow sysctl-read) (allow mach-lookup)",
    "(allow ipc-posix*) (allow pseudo-tty) (allow file-ioctl)",
    // Looking a path up takes the attributes of every folder on the way.
    '(allow file-read-metadata) (allow file-read* (literal "/"))',
    rule("allow file-read*", [...system, ...toolFolders, ...inHome(gitSettings), ...readable]),
    rule("allow file-read* file-write*", [temporary, ...inHome(caches), ...writable]),
    '(allow file-write* (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty") (subpath "/dev/fd"))',
    rule("deny file-read* file-write*", [...hidden, ...confinement.hidden]),
    // A rule by path holds for what does not exist yet, too; renaming a folder above would take the rule's object away.
    rule("deny file-write*", kept),
    rule("deny file-write-unlink", ancestors([...kept, ...confinement.hidden], writable), "literal"),
    ...(hasNetwork ? ["(allow network*) (allow system-socket)"] : []),
    "",
  ].join("\n");
}

function rule(what: string, paths: readonly string[], filter = "subpath"): string {
  if (paths.length === 0) return "";
  return `(${what} ${paths.map((path) => `(${filter} ${JSON.stringify(path)})`).join(" ")})`;
}

function ancestors(paths: readonly string[], tops: readonly string[]): readonly string[] {
  const found = new Set<string>();
  for (const path of paths) {
    for (
      let folder = dirname(path);
      tops.some((top) => folder.startsWith(`${top}/`));
      folder = dirname(folder)
    )
      found.add(folder);
  }
  return [...found];
}
