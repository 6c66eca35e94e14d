/** What a command may touch once it is allowed: the workspace without what is protected in it, and what was given beyond. */
import type { Ports } from "../ports.ts";
import type { Confinement } from "../shell-ports.ts";
import type { LineJudgement, World } from "./judgement.ts";
import { deniedPlaces } from "./denied-places.ts";
import { isWithin } from "./path-within.ts";
import { protectedFiles, protectedFolders, protectedInRoot } from "./protected.ts";

/** What was given beyond the workspace for one run. */
export interface Extras {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly hasNetwork: boolean;
}

/** Makes the confinement of an allowed command. */
export async function confinementOf(
  { needs }: Pick<LineJudgement, "needs">,
  extras: Extras,
  world: World,
  ports: Pick<Ports, "shell" | "files">,
  session: string,
): Promise<Confinement> {
  const { folders } = world;
  const isGranted = (path: string): boolean => [...needs.writes, ...extras.writes].includes(path);
  const readOnly = await Promise.all(
    folders.map(async (folder) => {
      // Where it is a file, the repository lies elsewhere, and the file says where.
      const git = needs.gitWrite ? await ports.files.stat(`${folder}/.git`) : undefined;
      return protectedInside(folder, needs.gitWrite && git?.kind !== "file");
    }),
  );
  const writable = unique([...folders, ...needs.writes, ...extras.writes]);
  const readable = unique([...needs.reads, ...extras.reads, ...(await ports.shell.toolFolders())]);
  // No leave is stronger than what rules deny.
  const denied = await deniedPlaces(world, ports.files);
  const isKept = (path: string): boolean => denied.writes.some((place) => isWithin(path, place, world));
  return {
    writable: writable.filter((path) => !isKept(path)),
    removable: unique(needs.removes).filter((path) => !isKept(path)),
    readable: unique([...readable, ...writable.filter(isKept)]),
    readOnly: unique([...readOnly.flat().filter((path) => !isGranted(path)), ...denied.writes]),
    hidden: unique(denied.reads),
    temporary: await ports.shell.temporaryFolder(session),
    hasNetwork: needs.hasNetwork || extras.hasNetwork,
  };
}

// Folders that hold keys elsewhere are no part of a project; of git's own files commands that change the repository need all but what runs.
function protectedInside(folder: string, isGitWritten: boolean): readonly string[] {
  const git = isGitWritten ? gitRuns.map((name) => `.git/${name}`) : [".git"];
  const folders = protectedFolders.filter((name) => name !== ".git");
  return [...git, ...folders, ...protectedInRoot, ...protectedFiles].map((name) => `${folder}/${name}`);
}

/** What in a repository runs something, or names another place for that ("commondir", the same in linked worktrees). */
export const gitRuns: readonly string[] = [
  ...["hooks", "config", "config.worktree", "info/attributes", "modules", "commondir", "worktrees"],
];

function unique(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)];
}
