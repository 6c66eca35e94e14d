/** The rules about permissions that are written down: read from the user's file and the projects', kept up to date, and changed. */
import type { ConfigProblem, PermissionsState, ProjectAllowances, SavedRule } from "#protocol/permissions.ts";
import { BooError, messageOf } from "../errors.ts";
import type { Rule } from "../permissions/rule.ts";
import type { Files, Log } from "../ports.ts";
import type { ConfigFiles } from "../shell-ports.ts";
import type { NewRule } from "./edit-rules.ts";
import { KeptFile } from "./kept-file.ts";
import { checkPattern } from "./patterns.ts";
import type { ConfigSource, PermissionSection, WrittenRule } from "./permission-section.ts";
import { hashAllowances, recallApproval, rememberApproval } from "./project-approvals.ts";
import { allowedPattern, deniedPatterns } from "./real-patterns.ts";

/** What the settings are read from. */
export interface PermissionSettingsOptions {
  readonly configFiles: ConfigFiles;
  readonly files: Pick<Files, "realPath">;
  readonly log: Log;
  /** The workspace's folders. */
  readonly folders: () => readonly string[];
  /** In a workspace that is not trusted, what a project wants to allow is not even asked about. */
  readonly isTrusted: () => boolean;
  readonly home: string;
}

/** What views show of the settings. */
export type SettingsState = Pick<PermissionsState, "rules" | "problems" | "pending">;

interface Reading extends SettingsState {
  readonly inForce: readonly Rule[];
  /** The hashes of what the projects want to allow now. */
  readonly hashes: ReadonlySet<string>;
}

interface Collected {
  readonly inForce: Rule[];
  readonly rules: SavedRule[];
  readonly problems: ConfigProblem[];
  readonly pending: ProjectAllowances[];
  readonly hashes: Set<string>;
}

// Another window can win every round against this one, but not for long.
const maxAttempts = 200;

/** The rules that are written down. Until `start` has resolved none are known: nothing may be judged before. */
export class PermissionSettings {
  readonly #options: PermissionSettingsOptions;
  readonly #kept = new Map<string, { readonly file: KeptFile; text: string | undefined }>();
  readonly #listeners = new Set<() => void>();
  #reading: Reading = { inForce: [], rules: [], problems: [], pending: [], hashes: new Set() };
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #edits: Promise<unknown> = Promise.resolve();
  #watched: readonly string[] = [];
  #watcher: Disposable | undefined;
  #isDisposed = false;

  constructor(options: PermissionSettingsOptions) {
    this.#options = options;
  }

  /** Reads the files, and from now on whenever they change. */
  start(): Promise<void> {
    return this.refresh();
  }

  /** The rules that count in this workspace: the user's, the projects' denials, and the projects' allowances that the user approved. */
  rules(): readonly Rule[] {
    return this.#reading.inForce;
  }

  /** Everything that is written down, of other projects too, and what is wrong with it. */
  get state(): SettingsState {
    const { rules, problems, pending } = this.#reading;
    return { rules, problems, pending };
  }

  /** Hears of every change; returns a function that stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads again: files, folders and trust as they are now. */
  refresh(): Promise<void> {
    // A reading that runs may have passed what has just changed: the one after it has not.
    this.#next ??= this.#running.then(() => {
      this.#next = undefined;
      this.#running = this.#read();
      return this.#running;
    });
    return this.#next;
  }

  /**
   * Writes an allowance for a project into the user's file. Throws BooError "bad-rule", "config-broken" (the file has an error),
   * "config-form" (it leaves no place for a rule), "config-unwritable", "config-busy".
   */
  async allowAlways(rule: NewRule, projectPath: string): Promise<SavedRule> {
    const { files, home } = this.#options;
    const checked = checkPattern(rule.operation, rule.pattern, { home });
    if ("complaint" in checked)
      throw new BooError("bad-rule", `This can not be written down. ${checked.complaint}`);
    const project = await files.realPath(projectPath);
    const source = await this.#userSource();
    const id = await this.#edit(async (text) => {
      const { withRule } = await import("./edit-rules.ts");
      return withRule(text, source, { ...rule, pattern: checked.pattern }, project);
    });
    await this.refresh();
    const saved = this.#reading.rules.find((one) => one.id === id);
    if (saved !== undefined) return saved;
    throw new BooError("config-busy", `${source.file} was changed at the same time. Try again.`);
  }

  /** Takes a rule out of the user's file. Throws BooError "no-rule" and those of `allowAlways`. */
  async revoke(id: string): Promise<void> {
    const saved = this.#reading.rules.find((rule) => rule.id === id);
    if (saved === undefined)
      throw new BooError("no-rule", "This rule is not there any more. Look at the rules again.");
    if (!saved.canRevoke)
      throw new BooError("no-rule", `This rule is the project's own: change it in ${saved.file}.`);
    const source = await this.#userSource();
    await this.#edit(async (text) => {
      const { withoutRule } = await import("./edit-rules.ts");
      return { text: await withoutRule(text, source, id), id };
    });
    this.#kept.get(source.file)?.file.forget(id);
    await this.refresh();
  }

  /** Keeps what the user decided about exactly what a project wants to allow. Throws BooError "allowances-changed" where it is that no more. */
  async approve(hash: string, isApproved: boolean): Promise<void> {
    await this.refresh();
    if (!this.#reading.hashes.has(hash))
      throw new BooError(
        "allowances-changed",
        "What the project wants to allow has changed. Look at it again before you decide.",
      );
    await rememberApproval(this.#options.configFiles, hash, isApproved);
    await this.refresh();
  }

  /** Stops watching. */
  dispose(): void {
    this.#isDisposed = true;
    this.#watcher?.[Symbol.dispose]();
    this.#listeners.clear();
  }

  async #userSource(): Promise<ConfigSource> {
    const { configFiles, files, home } = this.#options;
    const real = await files.realPath(home).catch(() => home);
    return { file: configFiles.userFile, scope: "user", home: real };
  }

  /** Changes the user's file, again and again until no other window was faster; gives the id of the rule in question. */
  #edit(change: (text: string) => Promise<{ readonly text: string; readonly id: string }>): Promise<string> {
    const { configFiles } = this.#options;
    const run = async (): Promise<string> => {
      for (let attempt = 0; attempt < maxAttempts; attempt++) {
        const base = await configFiles.read(configFiles.userFile);
        const { text, id } = await change(base ?? "");
        if (text === (base ?? "")) return id;
        if (await configFiles.write(configFiles.userFile, text, base)) return id;
      }
      throw new BooError("config-busy", `Others keep changing ${configFiles.userFile}. Try again.`);
    };
    const edit = this.#edits.then(run, run);
    this.#edits = edit.catch(() => {});
    return edit;
  }

  async #read(): Promise<void> {
    if (this.#isDisposed) return;
    try {
      const reading = await this.#collect();
      const isSame = JSON.stringify(told(reading)) === JSON.stringify(told(this.#reading));
      this.#reading = reading;
      if (!isSame) for (const listener of this.#listeners) listener();
    } catch (error) {
      this.#options.log.error("The rules about permissions could not be read.", error);
    }
  }

  async #collect(): Promise<Reading> {
    const { configFiles, files } = this.#options;
    const user = await this.#userSource();
    const real = (path: string): Promise<string> => files.realPath(path).catch(() => path);
    const folders = [...new Set(await Promise.all(this.#options.folders().map(real)))];
    const projects = folders.map((folder) => namesIn(folder, user.home));
    this.#watch([configFiles.userFile, ...projects.flatMap(({ current, legacy }) => [current, legacy])]);
    const collected: Collected = { inForce: [], rules: [], problems: [], pending: [], hashes: new Set() };
    await this.#takeUser(user, folders, collected);
    for (const project of projects) await this.#takeProject(project, collected);
    return collected;
  }

  async #takeUser(source: ConfigSource, folders: readonly string[], into: Collected): Promise<void> {
    const { file } = await this.#load(source);
    into.problems.push(...(file.section?.problems ?? []));
    const real = new Map<string, string>();
    for (const rule of file.rules) {
      const { project: written } = rule;
      if (written !== undefined && !real.has(written))
        real.set(written, await this.#options.files.realPath(written).catch(() => written));
      const project = written === undefined ? undefined : real.get(written);
      into.rules.push(savedRule(rule, project, { canRevoke: true }));
      if (project === undefined || folders.includes(project))
        into.inForce.push(...(await this.#inForce(rule, project, "user")));
    }
  }

  async #takeProject({ folder, home, current, legacy }: ProjectFiles, into: Collected): Promise<void> {
    const { configFiles } = this.#options;
    const source = { file: current, scope: "project", home, folder } as const;
    let { file, text } = await this.#load(source);
    const older = await this.#load({ ...source, file: legacy });
    if (text === undefined && file.section === undefined) ({ file, text } = older);
    else if (older.text !== undefined || older.file.section !== undefined)
      into.problems.push({ file: legacy, line: 1, message: `This file is not read: ${current} counts.` });
    into.problems.push(...(file.section?.problems ?? []));
    const wanted = file.rules.filter((rule) => rule.effect === "allow");
    const hash = await hashAllowances(wanted, folder);
    const approval = wanted.length === 0 ? "refused" : await recallApproval(configFiles, hash);
    const isApproved = approval === "approved" && this.#options.isTrusted();
    for (const rule of file.rules) {
      const counts = rule.effect === "deny" || isApproved;
      into.rules.push(savedRule(rule, folder, counts ? {} : { isPending: true }));
      if (counts) into.inForce.push(...(await this.#inForce(rule, folder, "project")));
    }
    const [first] = wanted;
    if (first === undefined || !this.#options.isTrusted()) return;
    into.hashes.add(hash);
    const { ruleText } = await import("./edit-rules.ts");
    if (approval === "open") into.pending.push({ file: first.file, hash, rules: wanted.map(ruleText) });
  }

  async #inForce(
    rule: WrittenRule,
    project: string | undefined,
    origin: Rule["origin"],
  ): Promise<readonly Rule[]> {
    const { id, effect, operation, pattern } = rule;
    const { realPath } = this.#options.files;
    const isPath = operation === "read" || operation === "write";
    const patterns = !isPath
      ? [pattern]
      : effect === "deny"
        ? await deniedPatterns(pattern, realPath)
        : [await allowedPattern(pattern, realPath)];
    return patterns.map((one) => ({ id, effect, operation, pattern: one, project, origin }));
  }

  /** Reads a file, if it has changed; what it says then counts as `KeptFile` has it. */
  async #load(source: ConfigSource): Promise<{ readonly file: KeptFile; readonly text: string | undefined }> {
    const { configFiles, log } = this.#options;
    const known = this.#kept.get(source.file);
    const kept = known ?? { file: new KeptFile(), text: undefined };
    this.#kept.set(source.file, kept);
    let text: string | undefined;
    try {
      text = await configFiles.read(source.file);
      if (text !== undefined && text === kept.text) return kept;
      kept.file.take(await readSection(text, source));
    } catch (error) {
      const isKnown = error instanceof BooError;
      if (!isKnown) log.error(`${source.file} could not be read.`, error);
      const reason = isKnown ? error.message : `This file can not be read: ${messageOf(error)}.`;
      const { unreadableSection } = await import("./permission-section.ts");
      kept.file.take(unreadableSection(source.file, reason));
      text = undefined;
    }
    kept.text = text;
    return kept;
  }

  #watch(paths: readonly string[]): void {
    if (this.#isDisposed || paths.join("\n") === this.#watched.join("\n")) return;
    for (const path of this.#kept.keys()) if (!paths.includes(path)) this.#kept.delete(path);
    this.#watcher?.[Symbol.dispose]();
    this.#watched = paths;
    this.#watcher = this.#options.configFiles.watch(paths, () => void this.refresh());
  }
}

interface ProjectFiles {
  readonly folder: string;
  readonly home: string;
  readonly current: string;
  /** An older name, read where the current one is not used. */
  readonly legacy: string;
}

function namesIn(folder: string, home: string): ProjectFiles {
  const root = folder.replace(/[\\/]$/, "") + (folder.includes("\\") ? "\\" : "/");
  return { folder, home, current: `${root}boocode.yaml`, legacy: `${root}dispatch.yaml` };
}

// The reader of YAML is only loaded where there is something to read.
async function readSection(
  text: string | undefined,
  source: ConfigSource,
): Promise<PermissionSection | undefined> {
  if (text === undefined || text.trim() === "") return undefined;
  const { readPermissions } = await import("./permission-section.ts");
  return readPermissions(text, source);
}

function savedRule(
  { id, effect, operation, pattern, file, line }: WrittenRule,
  project: string | undefined,
  marks: { readonly canRevoke?: true; readonly isPending?: true },
): SavedRule {
  return {
    id,
    effect,
    operation,
    pattern,
    file,
    line,
    canRevoke: marks.canRevoke ?? false,
    ...(project === undefined ? {} : { project }),
    ...(marks.isPending === undefined ? {} : { isPending: true }),
  };
}

function told({ inForce, rules, problems, pending }: Reading): unknown {
  return [inForce, rules, problems, pending];
}
