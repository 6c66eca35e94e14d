/** Where the script of a thread or process lies, in the bundle and in the sources. */

/** The script `name`, seen from the module at `from`: beside that in the sources, in the bundle beside the chunks' folder. */
export function scriptFile(name: string, from: string): URL {
  if (from.endsWith(".ts")) return new URL(`${name}.ts`, from);
  return new URL(from.includes("/chunks/") ? `../${name}.js` : `${name}.js`, from);
}
