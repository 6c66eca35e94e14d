/** Checks what rules name, and brings it into the form in which it is compared. */
import type { Operation } from "#protocol/permissions.ts";
import { parseCommandPattern, writeCommandPattern } from "./command-pattern.ts";

/** Where paths of a file begin. Both are real paths. */
export interface PatternPlace {
  readonly home: string;
  /** What relative paths of a project's file begin at; undefined in the user's own. */
  readonly folder?: string | undefined;
}

/** A pattern as rules have it, or why it can not be one. */
export type CheckedPattern = { readonly pattern: string } | { readonly complaint: string };

const maxPattern = 1_000;
const maxPath = 4_096;

/** Checks a pattern as a person wrote it. */
export function checkPattern(operation: Operation, written: string, place: PatternPlace): CheckedPattern {
  if (written.trim() === "") return { complaint: "This rule names nothing." };
  const isPath = operation === "read" || operation === "write";
  const text = isPath ? written : written.trim();
  if (text.length > (isPath ? maxPath : maxPattern)) return { complaint: "This rule is too long." };
  // What can not be seen can not be approved.
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(text))
    return { complaint: "This rule holds a character that can not be seen." };
  if (isPath) return checkPath(text, place);
  return operation === "execute" ? checkCommand(text) : checkHost(text);
}

/** Why an allowance is wider than people may think; undefined where it is not. */
export function warningOf(operation: Operation, pattern: string, home: string): string | undefined {
  if (operation === "execute") {
    const command = parseCommandPattern(pattern);
    if ("complaint" in command || !command.isOpen) return undefined;
    const [name] = command.words;
    if (name === undefined || runners.has(name.replace(/^.*\//, "")))
      return `"${pattern}" allows every command.`;
    return undefined;
  }
  if (operation === "network") return pattern === "*" ? '"*" allows every host.' : undefined;
  const root = pattern.replace(/\/\*\*?$/, "");
  if (/^(?:[A-Za-z]:)?$/.test(root)) return `"${pattern}" allows the whole disk.`;
  if (!pattern.endsWith("/**") || (root !== home && !home.startsWith(`${root}/`))) return undefined;
  return `"${pattern}" allows everything in the home folder, with keys and start-up files.`;
}

const runners = new Set(
  "sh bash zsh dash ksh fish env sudo doas su eval exec command xargs nohup".split(" "),
);

function checkCommand(text: string): CheckedPattern {
  const command = parseCommandPattern(text);
  if ("complaint" in command) return command;
  const pattern = writeCommandPattern(command.words, command.isOpen);
  return pattern === undefined ? { complaint: "A word of this command can not be written." } : { pattern };
}

function checkHost(text: string): CheckedPattern {
  if (text === "*") return { pattern: "*" };
  const isOpen = text.startsWith("*.");
  const said = isOpen ? text.slice(2) : text;
  const complaint = `"${text}" is no host: write one like example.com, *.example.com or *, without protocol, port and path.`;
  if (!/^(?:[\p{L}\p{N}._-]+|\[?[\dA-Fa-f:.]+\]?)$/u.test(said)) return { complaint };
  const bracketed = said.includes(":") && !said.startsWith("[") ? `[${said}]` : said;
  const host = URL.parse(`http://${bracketed}/`)?.hostname.replace(/\.$/, "") ?? "";
  if (host === "" || host.includes("..") || (isOpen && !/[^\d.]/.test(host))) return { complaint };
  return { pattern: isOpen ? `*.${host}` : host };
}

function checkPath(text: string, { home, folder }: PatternPlace): CheckedPattern {
  if (/^~[^\\/]/.test(text))
    return { complaint: `"${text}" names another user's home: write the whole path.` };
  if (text.startsWith("$")) return { complaint: "Variables are not expanded: begin with / or ~." };
  const start = startOf(text, home, folder);
  if (start === undefined) return { complaint: `"${text}" must begin with / or ~.` };
  const isWindows = isDrive(start) || start.startsWith("\\\\");
  const path = isWindows ? resolveDots(start.replaceAll("\\", "/"), windowsRoot) : resolveDots(start);
  const wild = path.search(/\*\*/);
  if (wild >= 0 && !(wild === path.length - 2 && path[wild - 1] === "/"))
    return { complaint: '"**" can only be the last name of a path, for everything below.' };
  return { pattern: path };
}

function startOf(text: string, home: string, folder: string | undefined): string | undefined {
  if (/^~(?:[\\/]|$)/.test(text)) return `${home}${text.slice(1)}`;
  if (text.startsWith("/") || isDrive(text) || text.startsWith("\\\\")) return text;
  if (folder !== undefined) return `${folder}/${text}`;
  return text === "**" ? "/**" : undefined;
}

function isDrive(path: string): boolean {
  return /^[a-zA-Z]:(?:[\\/]|$)/.test(path);
}

const windowsRoot = /^(?:[a-zA-Z]:|\/\/[^/]+\/[^/]+)/;

function resolveDots(path: string, rootForm?: RegExp): string {
  const root = rootForm?.exec(path)?.[0] ?? "";
  const kept: string[] = [];
  for (const part of path.slice(root.length).split("/")) {
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  }
  return `${root}/${kept.join("/")}`;
}
