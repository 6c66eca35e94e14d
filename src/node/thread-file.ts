/** Where a thread's script lies, in the bundle and in the sources. */

/** The script of the thread `name`, seen from the module at `from`: beside that in the sources, in the bundle beside the chunks' folder. */
export function threadFile(name: string, from: string): URL {
  if (from.endsWith(".ts")) return new URL(`${name}.ts`, from);
  return new URL(from.includes("/chunks/") ? `../${name}.js` : `${name}.js`, from);
}
