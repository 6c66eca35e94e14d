/** What is asked before it is written even inside the workspace: files that run something, let others in, or say what agents may do. */
import { firstMark, isAllMarks, valuePattern } from "./command-line/values.ts";

/** Folders of these names are protected with all that is in them, at any depth. */
export const protectedFolders: readonly string[] = [
  ...[".git", ".vscode", ".boocode", ".claude", ".husky", ".ssh", ".gnupg"],
];

/** Files of these names are protected in the workspace's own folders. */
export const protectedInRoot: readonly string[] = [
  "boocode.yaml",
  "boocode.yml",
  "dispatch.yaml",
  "dispatch.yml",
];

/** Files of these names are protected at any depth: shells and their like read them at their start, or they are keys. */
export const protectedFiles: readonly string[] = [
  ...[".bashrc", ".bash_profile", ".bash_login", ".bash_logout", ".bash_aliases", ".profile", ".login"],
  ...[".zshrc", ".zshenv", ".zprofile", ".zlogin", ".zlogout", ".kshrc", ".mkshrc", ".cshrc", ".tcshrc"],
  ...[".envrc", ".inputrc", ".xinitrc", ".xprofile", ".xsession", ".gitconfig", ".netrc"],
  ...[".pypirc", ".git-credentials", ".pgpass", ".htpasswd", "authorized_keys", "known_hosts"],
];

// Keys by their usual names; samples of variables, which hold no secrets, are free.
const keys =
  /^(?:.*\.(?:pem|key|p12|pfx|p8|jks|keystore|kdbx|ppk|pgp)|id_(?:rsa|dsa|ecdsa|ed25519)\w*|\.env|\.env\.(?!example$|sample$|template$|dist$|defaults$).*|.*\.code-workspace)$/i;
const keySamples = ["server.pem", "server.key", "id_rsa", ".env", ".env.local", "a.code-workspace", "a.p12"];

// Beside those, files that hold passwords.
const passwords: readonly string[] = [...[".netrc", ".pypirc", ".git-credentials", ".pgpass", ".htpasswd"]];

/** True for the name of a file that usually holds keys or passwords. */
export function isKeyName(said: string, options: Options): boolean {
  const name = plainName(said, options);
  return keys.test(name) || isIn(passwords, name, options);
}

interface Options {
  readonly ignoresCase: boolean;
  readonly isWindows: boolean;
}

/** The name for which a path is protected, relative to a folder of the workspace; undefined where it is not. */
export function protectedName(below: string, options: Options): string | undefined {
  const names = below.split("/").filter((name) => name !== "");
  for (const [index, said] of names.entries()) {
    const name = plainName(said, options);
    if (isIn(protectedFolders, name, options) || isShortGit(name, options)) return said;
    if (index === 0 && names.length === 1 && isIn(protectedInRoot, name, options)) return said;
    if (index === names.length - 1 && (isIn(protectedFiles, name, options) || keys.test(name))) return said;
    if (name === ".config" && plainName(names[index + 1] ?? "", options) === "fish") return said;
  }
  return undefined;
}

// Below these, names are those of branches and contents.
const gitContents: readonly string[] = ["objects", "refs", "logs"];
const gitSettings: readonly string[] = [
  ...["hooks", "config", "config.worktree", "attributes", "commondir", "gitdir"],
];

/** The part of a repository in which a path lies that runs something or says where the rest is; undefined where it lies in none. */
export function gitPart(path: string, options: Options): string | undefined {
  const names = path.replaceAll("\\", "/").split("/");
  let isInGit = false;
  for (const [index, said] of names.entries()) {
    const name = plainName(said, options);
    if (isInGit && isIn(gitContents, name, options)) return undefined;
    if (isInGit && isIn(gitSettings, name, options)) return names.slice(0, index + 1).join("/");
    isInGit ||= name.toLowerCase().endsWith(".git") || isShortGit(name, options);
  }
  return undefined;
}

// Windows drops dots and blanks at the end of a name and what follows ":"; macOS some letters that nobody sees.
function plainName(name: string, { ignoresCase, isWindows }: Options): string {
  const shown = ignoresCase ? name.replaceAll(/\p{Cf}/gu, "") : name;
  return isWindows ? shown.replace(/:.*$/s, "").replace(/[. ]+$/, "") || shown : shown;
}

function isShortGit(name: string, { isWindows }: Options): boolean {
  return isWindows && /^(?:git|vscode|vscod|boocod|claude|husky)~\d$/i.test(name);
}

function isIn(names: readonly string[], name: string, { ignoresCase }: Options): boolean {
  return names.includes(ignoresCase ? name.toLowerCase() : name);
}

/** What a pattern in a folder of the workspace may match of what is protected; `inner` is the folder's own path there. */
export function protectedMatch(
  inner: string,
  rest: string,
  options: Options,
): { readonly name: string; readonly isOneOfAll: boolean } | undefined {
  const inFolder = protectedName(inner, options);
  if (inFolder !== undefined) return { name: inFolder, isOneOfAll: false };
  const isRoot = inner === "";
  for (const [index, name] of rest.split("/").entries()) {
    const isFirst = isRoot && index === 0;
    const found = matchIn(name, isFirst, options);
    // A lone "*" is meant for what is ordinary; only the root has files of ours that it would match.
    if (found !== undefined) return { name: found, isOneOfAll: isAllMarks(name) };
  }
  return undefined;
}

function matchIn(name: string, isFirst: boolean, options: Options): string | undefined {
  if (firstMark(name) < 0) return protectedName(isFirst ? name : `x/${name}`, options);
  const samples = isAllMarks(name) ? [] : [...protectedFolders, ...protectedFiles, ...keySamples];
  const pattern = valuePattern(name, options.ignoresCase);
  // Patterns do not match a dot at the beginning unless they have it.
  return [...samples, ...(isFirst ? protectedInRoot : [])].find(
    (one) => pattern.test(one) && (!one.startsWith(".") || name.startsWith(".")),
  );
}
