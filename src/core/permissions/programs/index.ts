/** The list of programs that are known. */
import { archives } from "./archives.ts";
import { awk } from "./awk.ts";
import { code, interpreters, projectTool } from "./code.ts";
import { starters } from "./find.ts";
import { git } from "./git.ts";
import { reaching } from "./network.ts";
import { packages } from "./packages.ts";
import { each, type Program, type Programs } from "./program.ts";
import { reading } from "./reading.ts";
import { searching } from "./searching.ts";
import { sed } from "./sed.ts";
import { wrappers } from "./wrappers.ts";
import { writing } from "./writing.ts";

const programs: Programs = {
  ...reaching,
  ...code,
  ...packages,
  ...reading,
  ...searching,
  ...writing,
  ...archives,
  ...starters,
  ...wrappers,
  git,
  ...each(sed, "sed gsed"),
  ...each(awk, "awk gawk mawk nawk"),
};

const versioned =
  /^(python|pip|node|gcc|g\+\+|clang|clang\+\+|clang-format|clang-tidy|ruby|php|perl|lua)[-.\d]+$/;

/** What is known of a program by its name. */
export function programOf(name: string): Program | undefined {
  const plain = versioned.exec(name)?.[1] ?? name;
  return Object.hasOwn(programs, plain) ? programs[plain] : undefined;
}

/** What is known of a program that the project itself has, such as "node_modules/.bin/tsc". */
export function projectProgramOf(name: string): Program {
  const plain = versioned.exec(name)?.[1] ?? name;
  return code[plain] ?? packages[plain] ?? projectTool;
}

/** True for a program that only runs what it is given. */
export function isInterpreter(name: string): boolean {
  return Object.hasOwn(interpreters, versioned.exec(name)?.[1] ?? name);
}
