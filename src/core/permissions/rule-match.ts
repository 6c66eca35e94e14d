/** Which rules hold for what: real paths, hosts. */
import type { Rule } from "./rule.ts";

/** True where a path pattern holds for a real path: "*" stands for a name, a last "**" for the folder and everything below. */
export function matchPath(pattern: string, path: string, ignoresCase: boolean): boolean {
  const fold = (text: string): string => (ignoresCase ? text.toLowerCase() : text).replaceAll("\\", "/");
  const wanted = fold(pattern).split("/");
  const given = fold(path).split("/");
  const isDeep = wanted.at(-1) === "**";
  const names = isDeep ? wanted.slice(0, -1) : wanted;
  if (isDeep ? given.length < names.length : given.length !== names.length) return false;
  return names.every((name, index) => matchName(name, given[index] ?? ""));
}

/** True where a pattern of one name ("*" stands for any characters) matches a name. */
export function matchName(pattern: string, name: string): boolean {
  if (!pattern.includes("*")) return pattern === name;
  const source = pattern.split("*").map((part) => part.replaceAll(/[\\^$.+?()[\]{}|/]/g, "\\$&"));
  return name !== "" && new RegExp(`^${source.join(".*")}$`, "su").test(name);
}

/** A path pattern as it holds in a copy of a folder for what it holds for in the folder; undefined where that is nothing. */
export function patternInCopy(
  pattern: string,
  folder: string,
  copy: string,
  ignoresCase: boolean,
): string | undefined {
  const names = (text: string): readonly string[] => text.replaceAll("\\", "/").split("/");
  const fold = (text: string): string => (ignoresCase ? text.toLowerCase() : text);
  const wanted = names(pattern);
  const isDeep = wanted.at(-1) === "**";
  const own = isDeep ? wanted.slice(0, -1) : wanted;
  const given = names(folder);
  const shared = Math.min(own.length, given.length);
  for (let index = 0; index < shared; index++)
    if (!matchName(fold(own[index] ?? ""), fold(given[index] ?? ""))) return undefined;
  if (own.length > given.length) return [copy, ...wanted.slice(given.length)].join("/");
  if (isDeep) return `${copy}/**`;
  return own.length === given.length ? copy : undefined;
}

/** The part of a path pattern that has no "*". */
export function patternRoot(pattern: string): string {
  const names = pattern.replaceAll("\\", "/").split("/");
  const star = names.findIndex((name) => name.includes("*"));
  return (star < 0 ? names : names.slice(0, star)).join("/") || "/";
}

/** True where a host pattern holds: a host, "*.host" for those below it, "*" for all. */
export function matchHost(pattern: string, host: string): boolean {
  if (pattern === "*") return true;
  const wanted = pattern.toLowerCase();
  const given = host.toLowerCase().replace(/\.$/, "");
  return wanted.startsWith("*.") ? given.endsWith(wanted.slice(1)) : wanted === given;
}

/** The rules of an operation that hold in a project, denials before allowances. */
export function rulesFor(
  rules: readonly Rule[],
  operation: Rule["operation"],
  effect: Rule["effect"],
  project: string | undefined,
): readonly Rule[] {
  return rules.filter(
    (rule) =>
      rule.operation === operation &&
      rule.effect === effect &&
      (rule.project === undefined || rule.project === project),
  );
}
