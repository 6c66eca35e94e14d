/** The headless host's "--judge": requests as JSON lines, judged against the real disk, told as JSON lines in their order. */
import { access, constants, readdir, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { z } from "zod";
import { BooError, messageOf } from "#core/errors.ts";
import type { Judgement, LineJudgement, World } from "#core/permissions/judgement.ts";
import { judgeRequest, type Request } from "#core/permissions/judge-request.ts";
import type { Rule } from "#core/permissions/rule.ts";
import { findRealPath } from "../find-real-path.ts";

/** What a line may say: what is judged, and what differs from the host's own world. */
const lineSchema = z.object({
  operation: z.enum(["read", "write", "execute", "network"]).optional(),
  target: z.string().optional(),
  command: z.string().optional(),
  /** Where relative paths and commands begin. */
  cwd: z.string().optional(),
  folder: z.string().optional(),
  folders: z.array(z.string()).optional(),
  home: z.string().optional(),
  temporary: z.array(z.string()).optional(),
  mode: z.enum(["default", "ask", "plan"]).optional(),
  isTrusted: z.boolean().optional(),
  isConfined: z.boolean().optional(),
  runsUnconfined: z.boolean().optional(),
  rules: z
    .array(
      z.union([
        z.string(),
        z.object({
          effect: z.enum(["allow", "deny"]),
          operation: z.enum(["read", "write", "execute", "network"]),
          pattern: z.string(),
        }),
      ]),
    )
    .optional(),
});

type Line = z.infer<typeof lineSchema>;

/** Judges the lines of a stream until its end; a line that can not be understood gives `{error}`. */
export async function judgeLines(
  input: Readable,
  folder: string,
  print: (line: unknown) => void,
): Promise<void> {
  const isConfined = await hasSandbox();
  for await (const text of createInterface({ input, crlfDelay: Infinity })) {
    if (text.trim() === "") continue;
    try {
      print(await judgeLine(text, folder, isConfined));
    } catch (error) {
      print({ error: messageOf(error) });
    }
  }
}

async function judgeLine(text: string, folder: string, isConfined: boolean): Promise<unknown> {
  const line = lineSchema.parse(JSON.parse(text));
  const world = await worldOf(line, folder, isConfined);
  const request = await requestOf(line, world);
  const judgement: Judgement & Partial<LineJudgement> = await judgeRequest(
    request,
    world,
    findRealPath,
    readdir,
  );
  const { verdict, reason, by, rule, offers, commands, needs, runsProjectCode, isReadOnly } = judgement;
  return {
    ...{ verdict, reason, by, rule: rule && ruleText(rule) },
    ...{ commands: commands?.map((one) => ({ ...one, rule: one.rule && ruleText(one.rule) })) },
    ...{ needs, runsProjectCode, isReadOnly, offers },
  };
}

async function worldOf(line: Line, folder: string, isConfined: boolean): Promise<World> {
  const said = line.folders ?? [line.folder ?? folder];
  const folders = await Promise.all(said.map(realFolder));
  const home = line.home ?? homedir();
  const [first = folder] = folders;
  return {
    folders,
    home,
    temporary: await Promise.all((line.temporary ?? []).map(realFolder)),
    replaced: await Promise.all(["/tmp", "/var/tmp"].map(realFolder)),
    isTrusted: line.isTrusted ?? true,
    isConfined: line.isConfined ?? isConfined,
    runsUnconfined: line.runsUnconfined ?? false,
    mode: line.mode ?? "default",
    rules: (line.rules ?? []).map((rule, index) => readRule(rule, String(index), first, home)),
    project: first,
    isWindows: process.platform === "win32",
    ignoresCase: process.platform === "win32" || process.platform === "darwin",
  };
}

async function realFolder(path: string): Promise<string> {
  return realpath(resolve(path)).catch(() => resolve(path));
}

async function requestOf(line: Line, world: World): Promise<Request> {
  const operation = line.operation ?? (line.command === undefined ? undefined : "execute");
  const target = line.command ?? line.target;
  if (operation === undefined || target === undefined)
    throw new BooError("bad-command", 'A line must have "command", or "operation" and "target".');
  const [first = "/"] = world.folders;
  const folder = await realFolder(line.cwd === undefined ? first : resolve(first, line.cwd));
  if (operation === "execute") return { operation, line: target, folder };
  if (operation === "network") return { operation, host: target };
  return { operation, path: absolute(target, folder, world.home) };
}

// ".." stays: only the disk knows where it leads.
function absolute(path: string, folder: string, home: string): string {
  if (path === "~" || /^~[\\/]/.test(path)) return `${home}${path.slice(1)}`;
  return isAbsolute(path) ? path : `${folder}/${path}`;
}

const operations = {
  run: "execute",
  execute: "execute",
  read: "read",
  write: "write",
  network: "network",
  connect: "network",
} as const;

function readRule(said: NonNullable<Line["rules"]>[number], id: string, folder: string, home: string): Rule {
  const rule = typeof said === "string" ? parseRule(said) : said;
  const isPath = rule.operation === "read" || rule.operation === "write";
  const pattern = isPath ? absolute(rule.pattern, folder, home) : rule.pattern;
  return { id, effect: rule.effect, operation: rule.operation, pattern, project: undefined, origin: "user" };
}

function parseRule(text: string): Pick<Rule, "effect" | "operation" | "pattern"> {
  const [, effect, verb, pattern] =
    /^\s*(allow|deny)\s+(run|execute|read|write|network|connect)(?:\s*:\s*|\s+)(.+?)\s*$/s.exec(text) ?? [];
  if (effect === undefined || verb === undefined || pattern === undefined)
    throw new BooError("bad-rule", `"${text}" is no rule. Write it as "allow run: npm test".`);
  return {
    effect: effect === "allow" ? "allow" : "deny",
    operation: operations[verb as keyof typeof operations],
    pattern,
  };
}

function ruleText({ effect, operation, pattern }: Rule): string {
  return `${effect} ${operation === "execute" ? "run" : operation}: ${pattern}`;
}

/** Whether something that confines commands is installed. */
async function hasSandbox(): Promise<boolean> {
  const name = process.platform === "linux" ? "bwrap" : process.platform === "darwin" ? "sandbox-exec" : "";
  if (name === "") return false;
  const places = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  const found = await Promise.all(
    places.map((folder) =>
      access(join(folder, name), constants.X_OK).then(
        () => true,
        () => false,
      ),
    ),
  );
  return found.includes(true);
}
