/** What the confinement refused, read from what the command said about it. */
import { basename, dirname, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import type { Refusal } from "#core/shell-ports.ts";
import type { Sight } from "./confined-view.ts";
import { refusedHost } from "./refused-hosts.ts";

/** More are not told: one question about each would be too many already. */
const refusalLimit = 20;
/** Of a command that ended well only so many last lines count: "… | tail" ends well whatever happened before. */
const lastLines = 20;

/** What the meaning of an output depends on. */
export interface RefusalContext {
  readonly line: string;
  readonly folder: string;
  readonly exitCode: number | undefined;
  readonly hasNetwork: boolean;
  readonly sightOf: (path: string) => Sight;
  /** Whether what lies at a path in there is what lies at it outside. */
  readonly isSeen: (path: string) => boolean;
  /** Whether a path can not be renamed or removed for what lies over it. */
  readonly isHeld: (path: string) => boolean;
  /** Files that may be written by name. */
  readonly writable: readonly string[];
  /** Whether something is there outside of the confinement. */
  readonly exists: (path: string) => boolean;
  /** Where a path leads outside of the confinement; itself where it leads nowhere. */
  readonly realPath: (path: string) => string;
  readonly home: string;
  /** Whether something outside listens on a port of this machine. */
  readonly listens: (port: number) => boolean;
}

/** Ways of programs to say that a file system is read-only. */
const readOnly = /read-only file ?system|\bEROFS\b|errno 30\b|os error 30\b/i;
/** That something can not be touched, which a mask may be the cause of. */
const forbidden =
  /permission denied|\bEACCES\b|operation not permitted|\bEPERM\b|os error (13|1)\b|errno (13|1)\b/i;
/** That something is there, is a folder, is in use: so says who wants to make a file where a mask lies. */
const occupied =
  /file exists|\bEEXIST\b|is a directory|\bEISDIR\b|not a directory|\bENOTDIR\b|directory not empty|already exists/i;
const inTheWay = /resource busy|\bEBUSY\b|invalid cross-device link|\bEXDEV\b/i;
const missing =
  /no such file or directory|\bENOENT\b|os error 2\b|errno 2\b|does not exist|cannot find|not found/i;
/** So says git where ".git" of a linked worktree or a submodule names a repository that can not be seen, and where it finds none up to the root. */
const unseenRepository = /not a git repository(?:: (?!\(or any)(?<named>.+)| \(or any)/i;
/** Words of who wants to make or change something. */
const changes =
  /cannot (create|touch|remove|overwrite|move|make|stat destination)|can't (create|open output)|could not (create|lock|write|open .* for writ)|unable to (create|write|unlink|append)|failed to (create|write|remove|open .* for writ)|\b(mkdir|rmdir|unlink|rename|touch|chmod|chown|utime|symlink|writing|write)\b/i;

/** What was refused, each thing once, in the order in which it was told. */
export function findRefusals(output: string, context: RefusalContext): readonly Refusal[] {
  const all = stripVTControlCharacters(output).split(/\r?\n|\r/);
  const lines = context.exitCode === 0 ? all.filter((line) => line !== "").slice(-lastLines) : all;
  const found = new Map<string, Refusal>();
  for (const told of lines) {
    const line = told.replace(shellName, "");
    for (const refusal of [pathRefusal(line, context), refusedHost(line, context)]) {
      if (refusal === undefined || found.size >= refusalLimit) continue;
      const target = refusal.operation === "network" ? refusal.host : refusal.path;
      const key = `${refusal.operation} ${target}`;
      if (!found.has(key)) found.set(key, refusal);
    }
  }
  return withoutVague([...found.values()]);
}

// A host says more than that there was one.
function withoutVague(refusals: readonly Refusal[]): readonly Refusal[] {
  const isNamed = refusals.some((one) => one.operation === "network" && one.host !== undefined);
  return isNamed ? refusals.filter((one) => one.operation !== "network" || one.host !== undefined) : refusals;
}

function pathRefusal(line: string, context: RefusalContext): Refusal | undefined {
  if (line.length > 4_000) return undefined;
  const search = (phrase: RegExp, isIt: (path: string) => boolean): string | undefined => {
    const said = phrase.exec(line);
    if (said === null) return undefined;
    return pathsIn(line, said.index, said.index + said[0].length, context).find(isIt);
  };
  const find = (phrase: RegExp, ...sights: readonly Sight[]): string | undefined =>
    search(phrase, (path) => sights.includes(context.sightOf(path)));
  const written = find(readOnly, "readable", "hidden", "closed");
  if (written !== undefined) {
    const path = toldPath(repositoryOf(written, context), context);
    return { operation: "write", path };
  }
  const repository = hiddenRepository(line, context);
  if (repository !== undefined) return { operation: "read", path: repository };
  const kept = find(forbidden, "closed") ?? find(occupied, "closed") ?? search(inTheWay, context.isHeld);
  if (kept !== undefined) return { operation: "write", path: kept };
  const outside = find(forbidden, "hidden") ?? find(missing, "hidden") ?? behindLink(line, context);
  if (outside === undefined) return undefined;
  const isMade = isChange(line, outside, context);
  if (context.exists(outside)) return { operation: isMade ? "write" : "read", path: outside };
  const folder = dirname(outside);
  return isMade && folder !== "/" && context.exists(folder)
    ? { operation: "write", path: outside }
    : undefined;
}

// What the file says is the project's word: its folder is asked for like any other.
function hiddenRepository(line: string, context: RefusalContext): string | undefined {
  const said = unseenRepository.exec(line);
  if (said === null) return undefined;
  const named = said.groups?.["named"]?.trim();
  for (const folder of foldersOf(context)) {
    const path =
      named === undefined ? repositoryAbove(folder, context) : context.realPath(resolve(folder, named));
    if (path !== undefined && context.sightOf(path) === "hidden" && context.exists(path))
      return repositoryOf(path, context);
  }
  return undefined;
}

// A project may be a part of what is in a repository, whose top is asked for, or its ".git" a link.
function repositoryAbove(folder: string, context: RefusalContext): string | undefined {
  for (let top = folder; !isAbove(top, context.home); top = dirname(top)) {
    if (!context.exists(join(top, ".git"))) continue;
    return context.sightOf(top) === "hidden" ? top : context.realPath(join(top, ".git"));
  }
  return undefined;
}

function isAbove(folder: string, home: string): boolean {
  return folder === dirname(folder) || home === folder || home.startsWith(`${folder}/`);
}

// A linked worktree has a part of the repository to itself, and is of no use without the rest. In the workspace each is asked for by itself.
function repositoryOf(path: string, context: RefusalContext): string {
  const [, repository] = /^(.+)\/worktrees\/[^/]+(?:\/|$)/.exec(path) ?? [];
  if (repository === undefined || context.isSeen(dirname(repository))) return path;
  const isOne = ["HEAD", "objects"].every((name) => context.exists(join(repository, name)));
  return isOne ? repository : path;
}

// A link in sight may lead out of it.
function behindLink(line: string, context: RefusalContext): string | undefined {
  const said = missing.exec(line);
  if (said === null) return undefined;
  return pathsIn(line, said.index, said.index + said[0].length, context)
    .map(context.realPath)
    .find((path) => context.sightOf(path) === "hidden" && context.exists(path));
}

// A file that may be written by name is often replaced by a new one beside it, whose name nobody knows before.
function toldPath(path: string, context: RefusalContext): string {
  const folder = dirname(path);
  const isBeside = context.writable.some((one) => dirname(one) === folder && one !== path);
  return isBeside && !context.exists(path) ? folder : path;
}

function isChange(line: string, path: string, context: RefusalContext): boolean {
  if (changes.test(line)) return true;
  const name = basename(path).replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`>[>|&]?\\s*["']?[^\\s"'|;&<>]*${name}`).test(context.line);
}

const quoted = /'([^'\n]+)'|‘([^’\n]+)’|"([^"\n]+)"|`([^`'\n]+)[`']|“([^”\n]+)”/g;
const bare = /(?<=^|[\s=:([,'"‘`])(?:\/|\.{1,2}\/)[^\s'"’`:,;()[\]{}<>|]+/g;
const words =
  /(?<=^|: |\b(?:create|remove|write|to) )[^\s:'"‘’`]+(?=:|$)|(?<=\s)[^\s:'"‘’`]*\/[^\s:'"‘’`]*(?=:|$|\s)/g;
/** A shell's own name is none of the paths that it speaks of. */
const shellName = /^\S*\b(ba|da|z|k)?sh: (line )?\d+: /;
const changesFolder = /(?:\bcd|\s-C)\s+("[^"]+"|'[^']+'|[^\s;&|]+)/g;

/** What may be paths in a line, those next to what is said about them first; relative ones from every folder that the command went to. */
function pathsIn(line: string, from: number, to: number, context: RefusalContext): readonly string[] {
  const found = [quoted, bare, words].flatMap((pattern, rank) =>
    [...line.matchAll(pattern)].flatMap((match) => {
      const end = match.index + match[0].length;
      if (match.index < to && end > from) return [];
      const distance = match.index >= to ? match.index - to : from - end;
      const text = match.slice(1).find(Boolean) ?? match[0];
      // A word is a path only for want of anything better.
      return { text, distance, isWord: rank === 2 && !text.includes("/") };
    }),
  );
  found.sort((a, b) => Number(a.isWord) - Number(b.isWord) || a.distance - b.distance);
  const texts = [...new Set(found.map(({ text }) => text))];
  return foldersOf(context).flatMap((folder) => texts.map((text) => resolve(folder, text)));
}

/** Where the command ran, and every folder that it went to. */
function foldersOf({ line, folder }: RefusalContext): readonly string[] {
  const others = [...line.matchAll(changesFolder)].map((match) =>
    resolve(folder, (match[1] ?? "").replaceAll(/^["']|["']$/g, "")),
  );
  return [folder, ...others];
}
