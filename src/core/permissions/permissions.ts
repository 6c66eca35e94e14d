/** What a window's agents may do: rules that are written down, grants of sessions, the log; the writer of the `permissions` channel. */
import type { PermissionEntry } from "#protocol/permissions.ts";
import { Channel } from "../channel.ts";
import { PermissionSettings } from "../config/permission-settings.ts";
import { messageOf } from "../errors.ts";
import type { Ports, WorkspaceFolder } from "../ports.ts";
import { type GrantHolder, Grants } from "./grants.ts";
import type { Guard } from "./guard.ts";
import { findEntries } from "./log-search.ts";
import type { Rule } from "./rule.ts";
import { patternInCopy } from "./rule-match.ts";
import type { Offer, World } from "./judgement.ts";
import { grantHolder, SessionGuard, type GuardContext } from "./session-guard.ts";

/** Words are looked for in so many of the log's newest lines. */
const searchedEntries = 2_000;

/** What it is asked about the log. */
export interface LogQuery {
  readonly session?: string;
  readonly text: string;
  readonly offset: number;
  readonly limit: number;
}

/** Knows the rules and grants, and makes the guards of calls. */
export class Permissions implements Disposable {
  readonly channel = new Channel("permissions");
  readonly #ports: Ports;
  readonly #granted: () => Promise<void>;
  readonly #grants = new Grants();
  readonly #settings: PermissionSettings;
  #ready: Promise<void> | undefined;

  /** `granted` is called when more is allowed than before, so that open questions can be looked at again. */
  constructor(ports: Ports, granted: () => Promise<void>) {
    this.#ports = ports;
    this.#granted = granted;
    const { configFiles, files, log, editor, isTrusted, home } = ports;
    const folders = (): readonly string[] => editor.folders().map(({ path }) => path);
    this.#settings = new PermissionSettings({ configFiles, files, log, folders, isTrusted, home });
    this.#settings.onChange(() => this.#tellRules());
  }

  /** Reads the configuration files and begins to watch them; the same promise each time. */
  start(): Promise<void> {
    this.#ready ??= this.#start();
    return this.#ready;
  }

  /** The guard of one tool call. */
  guard(context: GuardContext): Guard {
    return new SessionGuard(this, this.#ports, context);
  }

  /** What the policy has to know, for a session. */
  async world({ session, folders: own }: Pick<GuardContext, "session" | "folders">): Promise<World> {
    await this.start();
    const { editor, files, home, shell, settings, isTrusted } = this.#ports;
    const rooted = (some: readonly WorkspaceFolder[]): Promise<readonly string[]> =>
      Promise.all(some.map(({ path }) => files.rootPath(path)));
    // Rules are written for the workspace, wherever an agent works.
    const [folders, workspace] = await Promise.all([rooted(own), rooted(editor.folders())]);
    const rules = [
      ...this.#settings.rules().flatMap((rule) => inWorkspace(rule, workspace)),
      ...this.#grants.rules(grantHolder(session)),
    ];
    const [project] = workspace;
    return {
      folders,
      home,
      temporary: [],
      replaced: ["/tmp", "/var/tmp"],
      isTrusted: isTrusted(),
      isConfined: (await shell.confinement()) !== undefined,
      runsUnconfined: settings.runsUnconfined(),
      mode: session.state.mode,
      rules: [...rules, ...copied(rules, workspace, folders, home), ...ownRepository(workspace, folders)],
      project,
      isWindows: /^[a-zA-Z]:/.test(home),
      ignoresCase: ignoresCase(home),
    };
  }

  /** Gives a session or a run what rules allow, and looks whether that answers other questions. */
  async grant(holder: GrantHolder, rules: readonly Offer[]): Promise<void> {
    this.#grants.add(holder, rules, this.#ports.clock.now());
    this.#tellGrants();
    void this.#lookAgain();
  }

  /** Writes rules down for a project; where that is not possible they hold for the session, and the log says why. */
  async allowAlways(holder: GrantHolder, rules: readonly Offer[], project: string): Promise<void> {
    try {
      for (const rule of rules) await this.#settings.allowAlways(rule, project);
      void this.#lookAgain();
    } catch (error) {
      this.#ports.log.error(
        `A rule could not be written down, so it holds for this session: ${messageOf(error)}`,
      );
      await this.grant(holder, rules);
    }
  }

  /** Makes a line of the log true: kept with its session and told to views; resolves when it is on disk. */
  async note({ session }: Pick<GuardContext, "session">, entry: PermissionEntry): Promise<void> {
    const durable = session.emit({ type: "permission-decided", at: entry.at, entry });
    this.channel.emit({ type: "permission-entry", entry }, durable);
    await durable;
  }

  /** Takes back what the agents of a run were given, which is over. */
  endRun(run: string): void {
    this.#grants.removeOf({ id: run, isRun: true });
    this.#tellGrants();
  }

  /** A page of the log, newest first, and how many lines there are. */
  async read(
    query: LogQuery,
  ): Promise<{ readonly entries: readonly PermissionEntry[]; readonly total: number }> {
    const { text, offset, limit, ...where } = query;
    const isAll = text.trim() === "";
    const page = isAll ? { ...where, offset, limit } : { ...where, offset: 0, limit: searchedEntries };
    const { events, total } = await this.#ports.store.decisions(page);
    const entries = events.flatMap((event) => (event.type === "permission-decided" ? [event.entry] : []));
    if (isAll) return { entries, total };
    const found = findEntries(entries, text);
    return { entries: found.slice(offset, offset + limit), total: found.length };
  }

  /** Takes back a grant, or a rule of the user's file. Throws BooError "no-rule", "config-broken". */
  async revoke(id: string): Promise<void> {
    if (this.#grants.remove(id)) return this.#tellGrants();
    await this.#settings.revoke(id);
  }

  /** Lets a project's own allowances of exactly this content hold, or leaves them out. */
  async approve(hash: string, isApproved: boolean): Promise<void> {
    await this.#settings.approve(hash, isApproved);
    if (isApproved) void this.#lookAgain();
  }

  /** Looks again at what may have changed outside: folders, trust. */
  async refresh(): Promise<void> {
    if (this.#ready !== undefined) await this.#settings.refresh();
  }

  /** Whether a file is one of those that say what is allowed. */
  isConfigFile(file: string): boolean {
    const { rules, problems, pending } = this.#settings.state;
    return [...rules, ...problems, ...pending].some((shown) => shown.file === file);
  }

  [Symbol.dispose](): void {
    this.#settings.dispose();
  }

  async #start(): Promise<void> {
    try {
      await this.#settings.start();
    } catch (error) {
      // Without the files nothing is allowed that they would allow; what they deny would be asked.
      this.#ports.log.error("The rules about permissions could not be read.", error);
    }
    this.#tellRules();
    void this.#tellConfinement();
  }

  async #tellConfinement(): Promise<void> {
    const confinement = (await this.#ports.shell.confinement().catch(() => undefined)) ?? "";
    this.channel.emit({ type: "permissions-change", change: { confinement } });
  }

  async #lookAgain(): Promise<void> {
    await this.#granted().catch((error: unknown) =>
      this.#ports.log.error("Open questions could not be looked at again.", error),
    );
  }

  #tellGrants(): void {
    this.channel.emit({ type: "permissions-change", change: { grants: this.#grants.shown } });
  }

  #tellRules(): void {
    this.channel.emit({ type: "permissions-change", change: this.#settings.state });
    void this.#lookAgain();
  }
}

// What a rule says of a file of the project it says of the same file in a copy of it, which an agent may work in: a copy of the first folder.
function copied(
  rules: readonly Rule[],
  workspace: readonly string[],
  folders: readonly string[],
  home: string,
): readonly Rule[] {
  const [original] = workspace;
  if (original === undefined) return [];
  const copies = folders.filter((folder) => !workspace.includes(folder));
  return copies.flatMap((copy) =>
    rules.flatMap((rule): readonly Rule[] => {
      if (rule.operation === "execute" || rule.operation === "network") return [];
      const pattern = patternInCopy(rule.pattern, original, copy, ignoresCase(home));
      return pattern === undefined ? [] : [{ ...rule, pattern }];
    }),
  );
}

// A worktree that BooCode made is of no use without the workspace's repository, which agents in the workspace see, too.
function ownRepository(workspace: readonly string[], folders: readonly string[]): readonly Rule[] {
  return workspace
    .filter((folder) => !folders.includes(folder))
    .map((folder) => ({
      ...{ id: `repository ${folder}`, effect: "allow", operation: "read", pattern: `${folder}/.git/**` },
      ...{ origin: "session", project: undefined },
    }));
}

// Which of a workspace's folders a rule was written for makes no difference in it.
function inWorkspace(rule: Rule, folders: readonly string[]): readonly Rule[] {
  if (rule.project === undefined) return [rule];
  return folders.includes(rule.project) ? [{ ...rule, project: undefined }] : [];
}

// Homes lie where these systems put them; what a disk was formatted to is not asked.
function ignoresCase(home: string): boolean {
  return /^(?:[a-zA-Z]:|\/Users\/)/.test(home);
}
