/** Where on the disk the rules deny something, so that a sandbox can keep to them what runs in it. */
import type { Files } from "../ports.ts";
import type { World } from "./judgement.ts";
import { matchName, patternRoot, rulesFor } from "./rule-match.ts";

/** A pattern that matches more than this, or has more folders looked into, is taken for all that lies where its first "*" stands. */
const mostMatches = 1_000;
const mostFolders = 20_000;

/** Paths of which all that is below them is denied, too. */
export interface DeniedPlaces {
  readonly reads: readonly string[];
  readonly writes: readonly string[];
}

/** What rules deny, as the disk is now. */
export async function deniedPlaces(world: World, files: Pick<Files, "names">): Promise<DeniedPlaces> {
  const find = async (operation: "read" | "write"): Promise<readonly string[]> => {
    const rules = rulesFor(world.rules, operation, "deny", world.project);
    return (await Promise.all(rules.map(({ pattern }) => placesOf(pattern, world, files)))).flat();
  };
  const [reads, writes] = await Promise.all([find("read"), find("write")]);
  return { reads, writes };
}

async function placesOf(
  pattern: string,
  { ignoresCase }: World,
  files: Pick<Files, "names">,
): Promise<readonly string[]> {
  const root = patternRoot(pattern);
  const names = pattern.replaceAll("\\", "/").split("/");
  const rest = names.slice(root === "/" ? 1 : root.split("/").length);
  if (rest.at(-1) === "**") rest.pop();
  const fold = (text: string): string => (ignoresCase ? text.toLowerCase() : text);
  let found: readonly string[] = [root];
  for (const wanted of rest) {
    const below = found.map(async (folder) => {
      const inside = await files.names(folder).catch(() => []);
      const fitting = inside.filter((name) => matchName(fold(wanted), fold(name)));
      return fitting.map((name) => `${folder === "/" ? "" : folder}/${name}`);
    });
    found = (await Promise.all(below)).flat();
    if (found.length > mostFolders) return [root];
  }
  return found.length > mostMatches ? [root] : found;
}
