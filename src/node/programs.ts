/** The programs that commands are run by. */
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Where a shell of the system lies; what the search path names first may be anything. */
const systemPlaces = ["/bin", "/usr/bin", "/usr/local/bin"];

/** Finds a program in the system's folders, then on the search path. */
export function findProgram(name: string, path: string | undefined): string | undefined {
  const isWindows = process.platform === "win32";
  const folders = (path ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  // Windows' own bash.exe is that of its Linux, which has other paths.
  const usual = isWindows ? folders.filter((folder) => !/\\system32|\\WindowsApps/i.test(folder)) : folders;
  const file = isWindows ? `${name}.exe` : name;
  return [...(isWindows ? [] : systemPlaces), ...usual]
    .map((folder) => join(folder, file))
    .find((candidate) => isProgram(candidate));
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Shells, the first that is there counts. */
export const usualShells: readonly string[] = ["bash", "sh"];

/** The shell that runs command lines, with what keeps it from reading start-up files. */
export function findShell(
  names: readonly string[],
  path: string | undefined,
): readonly [string, ...string[]] | undefined {
  for (const name of names) {
    const program = findProgram(name, path);
    if (program !== undefined) return name === "bash" ? [program, "--noprofile", "--norc"] : [program];
  }
  return undefined;
}
