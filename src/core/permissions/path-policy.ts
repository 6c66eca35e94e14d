/** What may be done with one path, by its real place. */
import {
  BELOW,
  firstMark,
  isAllMarks,
  LOOSE,
  NAME,
  NUMBER,
  showValue,
  valuePattern,
} from "./command-line/values.ts";
import type { Offer, RealPath, Verdict, World } from "./judgement.ts";
import { isInterpreter } from "./programs/index.ts";
import { splitPattern } from "./command-line/places.ts";
import { below, isWithin } from "./path-within.ts";
import { gitPart, isKeyName, protectedMatch, protectedName } from "./protected.ts";
import { matchPath, patternRoot, rulesFor } from "./rule-match.ts";
import type { Rule } from "./rule.ts";

/** A path that is about to be touched. */
export interface Access {
  /** "run": a program or script is started, or the project's code runs there. */
  readonly operation: "read" | "write" | "run";
  readonly real: RealPath;
  /** What may stand behind the path, with the marks of command-line-values. */
  readonly rest?: string | undefined;
  readonly isRecursive: boolean;
  readonly isRemoval: boolean;
  /** A folder that is written may get anything into it. */
  readonly mayFill?: true;
}

/** How an access comes out. */
export interface Finding {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly rule?: Rule;
  /** The rule that would allow it; undefined where none can. */
  readonly offer?: Offer;
  /** A rule for the whole command that has it to the letter covers it. */
  readonly isCovered?: boolean;
  /** Such a rule may be offered. */
  readonly offersCommand?: boolean;
  /** It says that code is run. */
  readonly isCode?: boolean;
  /** Only a sandbox keeps it inside. */
  readonly needsConfinement?: boolean;
  /** It lies where a sandbox must be told to let it through. */
  readonly isBeyond?: boolean;
}

/** Judges an access. `exists` tells whether something is at a path, for folders that stand in for others in a sandbox. */
export function judgePath(access: Access, world: World, exists: (path: string) => boolean): Finding {
  const { real } = access;
  const denied = deniedBy(access, world);
  if (denied !== undefined) return denied;
  if (/^\/(?:proc|sys|dev)(?:\/|$)/.test(real.path)) return ask(`${real.path} belongs to the system.`);
  if (real.kind === "other") return ask(`${real.path} is neither a file nor a folder.`);
  if (real.kind === "file" && real.links > 1 && !access.isRemoval)
    return ask(`${real.path} has ${real.links} names, and what changes there changes elsewhere, too.`);
  const inside = judgeInside(access, world);
  if (inside !== undefined) return inside;
  if (world.temporary.some((folder) => isWithin(real.path, folder, world)))
    return allow("It stays in the temporary folder.");
  if (isReplaced(access, world, exists)) return allow("It stays in the temporary folder.");
  return judgeOutside(access, world);
}

function allow(reason: string): Finding {
  return { verdict: "allow", reason };
}

function ask(reason: string): Finding {
  return { verdict: "ask", reason };
}

const verbs = { read: "reads", write: "writes", run: "runs" } as const;

function ruleOperation({ operation }: Access): "read" | "write" {
  return operation === "write" ? "write" : "read";
}

function deniedBy(access: Access, world: World): Finding | undefined {
  const { real, rest, isRecursive } = access;
  const rules = rulesFor(world.rules, ruleOperation(access), "deny", world.project);
  for (const rule of rules)
    if (matchPath(rule.pattern, real.path, world.ignoresCase))
      return { verdict: "deny", reason: `A rule denies to ${access.operation} ${real.path}.`, rule };
  const mayReach = ({ pattern }: Rule): boolean =>
    (rest !== undefined || isRecursive) && isWithin(patternRoot(pattern), real.path, world);
  const near = rules.find(mayReach);
  if (near !== undefined) return ask(`It may reach ${near.pattern}, which a rule denies.`);
  if (!access.isRemoval) return undefined;
  // Under another name it could be read.
  const unread = rulesFor(world.rules, "read", "deny", world.project);
  const moved = unread.find(
    (rule) => mayReach(rule) || matchPath(rule.pattern, real.path, world.ignoresCase),
  );
  return moved && ask(`It may move ${moved.pattern}, which a rule denies to read.`);
}

function judgeInside(access: Access, world: World): Finding | undefined {
  const { real, rest, operation, isRecursive, isRemoval } = access;
  const folder = world.folders.find((one) => isWithin(real.path, one, world));
  const inner = folder === undefined ? undefined : below(real.path, folder, world);
  if (inner === undefined) return undefined;
  const isLoose = rest?.includes(LOOSE) === true;
  const confined = isLoose && { needsConfinement: true };
  if (operation !== "write")
    return { verdict: "allow", reason: `It ${verbs[operation]} inside the workspace.`, ...confined };
  const holdsAll = inner === "" || world.folders.some((one) => isWithin(one, real.path, world));
  const first = rest?.split("/")[0];
  if (isRemoval && (rest === undefined ? holdsAll : inner === "" && first !== undefined && isAllMarks(first)))
    return ask("It removes a folder of the workspace, or all that is in it.");
  const name = rest === undefined ? protectedName(inner, world) : undefined;
  if (name !== undefined) return askProtected(access, name, world);
  const match = rest === undefined ? undefined : protectedMatch(inner, rest, world);
  if (match?.isOneOfAll === false) return askProtected(access, match.name, world);
  // The whole of a folder holds what is protected, too: there only a sandbox keeps it.
  const isDeep = isRecursive || rest?.includes(BELOW) === true;
  const needsConfinement = isLoose || match !== undefined || (holdsAll && isDeep);
  return {
    verdict: "allow",
    reason: "It writes inside the workspace.",
    ...(needsConfinement && { needsConfinement }),
  };
}

// A rule covers what is protected only where it names it.
function askProtected(access: Access, name: string, world: World): Finding {
  const rule = allowingRule(access, world, (pattern) => pattern.includes(name));
  if (rule !== undefined && access.rest === undefined)
    return { verdict: "allow", reason: `A rule allows to write ${access.real.path}.`, rule, isBeyond: true };
  return {
    ...ask(`"${name}" is protected: it can run programs, hold keys or change what agents may do.`),
    isBeyond: true,
  };
}

function allowingRule(access: Access, world: World, covers: (pattern: string) => boolean): Rule | undefined {
  const { real, rest, isRecursive } = access;
  const isDeep = rest !== undefined || isRecursive;
  return rulesFor(world.rules, ruleOperation(access), "allow", world.project).find(
    ({ pattern }) =>
      covers(pattern) &&
      matchPath(pattern, real.path, world.ignoresCase) &&
      (!isDeep || (pattern.endsWith("/**") && matchPath(pattern, `${real.path}/x`, world.ignoresCase))),
  );
}

// In a sandbox such a folder is another one, where nothing of what is here can be seen.
function isReplaced({ real, isRemoval }: Access, world: World, exists: (path: string) => boolean): boolean {
  if (!world.isConfined) return false;
  return (world.replaced ?? []).some((folder) => {
    const inner = below(real.path, folder, world);
    if (inner === undefined) return false;
    if (inner === "") return !isRemoval;
    return !exists(`${folder.replace(/\/$/, "")}/${inner.split("/")[0]}`);
  });
}

function judgeOutside(access: Access, world: World): Finding {
  // A project's own interpreter is often a link to the system's.
  const system = /^\/(?:usr\/)?(?:local\/)?bin\/([^/]+)$/.exec(access.real.path)?.[1];
  if (access.operation === "run" && system !== undefined && isInterpreter(system))
    return allow("It runs one of the system's interpreters.");
  const { real, rest, operation } = access;
  const rule = allowingRule(
    access,
    world,
    (pattern) => operation !== "write" || isNamed(pattern, access, world),
  );
  const shown = rest === undefined ? real.path : `${real.path.replace(/\/$/, "")}/${showValue(rest)}`;
  const beyond = { isBeyond: true, ...(rest?.includes(LOOSE) === true && { needsConfinement: true }) };
  if (rule !== undefined && operation !== "run")
    return { verdict: "allow", reason: `A rule allows to ${operation} ${shown}.`, rule, ...beyond };
  const offer = operation === "run" ? undefined : offerFor(access, world);
  const reason = `It ${verbs[operation]} ${operation === "run" ? "code " : ""}outside of the workspace: ${shown}.`;
  return {
    ...ask(reason),
    ...beyond,
    isCovered: true,
    offersCommand: operation === "run",
    ...(offer !== undefined && { offer }),
  };
}

// There, too, a rule covers what can run programs or hold keys only where it names it.
function isNamed(pattern: string, { real, rest, isRecursive, mayFill }: Access, world: World): boolean {
  const root = patternRoot(pattern);
  const part = gitPart(real.path, world);
  if (part !== undefined && !isWithin(root, part, world)) return false;
  const isFolder = real.kind === "directory" || /\.git$/i.test(real.path);
  const isWhole = isRecursive || rest !== undefined || (mayFill === true && isFolder);
  if (isWhole && gitPart(`${real.path}/config`, world) === `${real.path}/config`) return false;
  const inner = below(real.path, root, world) ?? "";
  const name = rest === undefined ? protectedName(inner, world) : protectedMatch(inner, rest, world)?.name;
  return name === undefined || pattern.includes(name);
}

// A folder around the workspace that is asked for itself may be the repository of which that is a part; what lies at the root is more.
function isLookedAt({ operation, real }: Access): boolean {
  return operation === "read" && real.kind === "directory" && /[^\\/][\\/]+[^\\/]/.test(real.path);
}

const secrets = /(?:^|\/)\.(?:ssh|gnupg|aws|kube|docker|azure|password-store|mozilla|config\/gcloud)(?:\/|$)/;

/** The rule that "Always" would write for a path: reading allows the folder around a file, where that is not too much. */
export function offerFor(access: Access, world: World): Offer | undefined {
  const { real, operation, isRemoval } = access;
  if (operation === "run" || isRemoval || secrets.test(real.path.replaceAll("\\", "/"))) return undefined;
  const folder = real.kind === "directory" ? real.path : real.path.replace(/[\\/][^\\/]*$/, "");
  const isWide =
    folder === "" ||
    /^(?:[A-Za-z]:)?[\\/]?$/.test(folder) ||
    isWithin(world.home, folder, world) ||
    (!isLookedAt(access) && world.folders.some((one) => isWithin(one, folder, world)));
  const isOne = real.kind !== "directory" && (operation === "write" || isWide);
  if (isOne) return /[*]/.test(real.path) ? undefined : { operation, pattern: real.path };
  return isWide || folder.includes("*") ? undefined : { operation, pattern: `${folder}/**` };
}

/**
 * Which files below a folder are withheld from who looks at all of it, though the folder may be read: those that a rule denies to read, and,
 * outside of the workspace, keys, for which leave is asked by their own names. Undefined where there can be none.
 */
export function withheldBelow(folder: string, world: World): ((path: string) => boolean) | undefined {
  const { ignoresCase, folders } = world;
  const denials = rulesFor(world.rules, "read", "deny", world.project).filter(({ pattern }) => {
    const root = patternRoot(pattern);
    return isWithin(root, folder, world) || isWithin(folder, root, world);
  });
  const isInside = (path: string): boolean => folders.some((one) => isWithin(path, one, world));
  const isDenied = (path: string): boolean =>
    denials.some(({ pattern }) => matchPath(pattern, path, ignoresCase));
  if (isInside(folder) || secrets.test(folder.replaceAll("\\", "/")))
    return denials.length === 0 ? undefined : isDenied;
  const isAllowed = (path: string): boolean => {
    const real = { path, kind: "file", links: 1 } as const;
    const access = { operation: "read", real, isRecursive: false, isRemoval: false } as const;
    return allowingRule(access, world, () => true) !== undefined;
  };
  const isKey = (path: string): boolean =>
    !isInside(path) && holdsKeys(below(path, folder, world) ?? "", world) && !isAllowed(path);
  return (path) => isDenied(path) || isKey(path);
}

function holdsKeys(inner: string, world: World): boolean {
  return secrets.test(inner) || isKeyName(inner.slice(inner.lastIndexOf("/") + 1), world);
}

/** What a pattern behind a folder may mean of the names in it, each with what stands behind it; undefined where that may be anything. */
export function matchEntries(
  { path, rest }: { readonly path: string; readonly rest: string },
  names: readonly string[],
  { ignoresCase }: Pick<World, "ignoresCase">,
): readonly { readonly path: string; readonly rest?: string }[] | undefined {
  const [first = "", ...deeper] = rest.split("/");
  if (!isNamePattern(first)) return undefined;
  const pattern = valuePattern(first, ignoresCase);
  // A pattern does not match a dot at the beginning unless it has it.
  const found = names.filter(
    (name) => pattern.test(name) && (!name.startsWith(".") || first.startsWith(".")),
  );
  const folder = path.replace(/\/$/, "");
  return found.map((name) => splitPattern(`${folder}/${[name, ...deeper].join("/")}`) ?? { path: folder });
}

/** True for a pattern of one name. */
export function isNamePattern(name: string): boolean {
  return firstMark(name) >= 0 && firstMark(name.replaceAll(NAME, "").replaceAll(NUMBER, "")) < 0;
}
