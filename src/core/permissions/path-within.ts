/** Where paths lie to each other, by their words. */
import type { World } from "./judgement.ts";

/** True for a folder and everything below it. */
export function isWithin(path: string, folder: string, world: Pick<World, "ignoresCase">): boolean {
  return below(path, folder, world) !== undefined;
}

/** A path relative to a folder, with "/"; undefined where it is not in it. */
export function below(
  path: string,
  folder: string,
  { ignoresCase }: Pick<World, "ignoresCase">,
): string | undefined {
  const slashed = path.replaceAll("\\", "/");
  const root = folder.replaceAll("\\", "/").replace(/\/+$/, "");
  const fold = (text: string): string => (ignoresCase ? text.toLowerCase() : text);
  if (fold(slashed) === fold(root)) return "";
  return fold(slashed).startsWith(`${fold(root)}/`) ? slashed.slice(root.length + 1) : undefined;
}
