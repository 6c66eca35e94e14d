/** What a command may touch once it is allowed: the workspace without what is protected in it, and what was given beyond. */
import type { Ports } from "../ports.ts";
import type { Confinement } from "../shell-ports.ts";
import type { Judgement, World } from "./policy.ts";
import { protectedInside } from "./protected-paths.ts";

/** What was given beyond the workspace for one run. */
export interface Extras {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  readonly hasNetwork: boolean;
}

/** Makes the confinement of an allowed command. */
export async function confinementOf(
  { needs }: Pick<Judgement, "needs">,
  extras: Extras,
  world: World,
  ports: Pick<Ports, "shell" | "editor">,
  session: string,
): Promise<Confinement> {
  const { folders } = world;
  const isGranted = (path: string): boolean => [...needs.writes, ...extras.writes].includes(path);
  return {
    writable: unique([...folders, ...needs.writes, ...extras.writes]),
    readable: unique([...needs.reads, ...extras.reads, ...(await ports.shell.toolFolders())]),
    readOnly: folders
      .flatMap((folder) => protectedInside(folder, needs.gitWrite))
      .filter((path) => !isGranted(path)),
    temporary: await ports.shell.temporaryFolder(session),
    hasNetwork: needs.hasNetwork || extras.hasNetwork,
  };
}

function unique(paths: readonly string[]): readonly string[] {
  return [...new Set(paths)];
}
