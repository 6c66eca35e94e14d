/** The guard of one tool call: judges, asks where that is the verdict, and writes down what was decided. */
import type {
  DecidedBy,
  PermissionAnswer,
  PermissionEntry,
  PermissionRequest,
} from "#protocol/permissions.ts";
import type { Answer, NewQuestion } from "../agent/questions.ts";
import { BooError } from "../errors.ts";
import type { Ports, WorkspaceFolder } from "../ports.ts";
import type { Session } from "../session/session.ts";
import type { Refusal } from "../shell-ports.ts";
import { confinementOf, type Extras } from "./confinement.ts";
import type { GrantHolder } from "./grants.ts";
import type { CommandAccess, CommandLeave, FileAccess, Guard } from "./guard.ts";
import type { Judgement, LineJudgement, World } from "./judgement.ts";
import type { Permissions } from "./permissions.ts";
import { questionOf } from "./permission-question.ts";

// The shell's parser and what is known of programs is a fifth of the core, and needed only by who does something.
const judges = (): Promise<typeof import("./judges.ts")> => import("./judges.ts");

/** Which call is guarded, and how its user is asked. */
export interface GuardContext {
  readonly session: Session;
  readonly call: string;
  /** Who asks: "BooCode", "reviewer". */
  readonly agent: string;
  /** Where its agent works. */
  readonly folders: readonly WorkspaceFolder[];
  readonly ask: (question: NewQuestion, settled?: () => Promise<string | undefined>) => Promise<Answer>;
  readonly signal: AbortSignal;
}

/** One call's guard. */
export class SessionGuard implements Guard {
  readonly #permissions: Permissions;
  readonly #ports: Ports;
  readonly #context: GuardContext;
  #extras: Extras = { reads: [], writes: [], hasNetwork: false };

  constructor(permissions: Permissions, ports: Ports, context: GuardContext) {
    this.#permissions = permissions;
    this.#ports = ports;
    this.#context = context;
  }

  get waitingRefusals(): readonly Refusal[] {
    const { session, call } = this.#context;
    return session.state.questions.flatMap(({ permission }): readonly Refusal[] => {
      if (permission?.call !== call || permission.operation === "execute") return [];
      const { operation, target } = permission;
      return [operation === "network" ? { operation, host: target } : { operation, path: target }];
    });
  }

  async file(access: FileAccess): Promise<void> {
    const { operation, path, kind, links, change } = access;
    const { judge } = await judges();
    const judgeNow = async () => judge({ operation, path, kind, links }, await this.#world());
    await this.#decide(judgeNow, { operation, target: path, ...(change && { change }) });
  }

  async withheld(folder: string): Promise<((path: string) => boolean) | undefined> {
    const { withheldBelow } = await judges();
    return withheldBelow(folder, await this.#world());
  }

  async command(access: CommandAccess): Promise<CommandLeave> {
    const { line, folder } = access;
    const asked = { operation: "execute", target: line, folder } as const;
    return this.#leave(await this.#decide(() => this.#judgeLine(access), asked));
  }

  async refused(access: CommandAccess, refusals: readonly Refusal[]): Promise<CommandLeave> {
    for (const refusal of refusals) {
      await this.#askRefused(refusal, await this.#checkLine(access));
    }
    return this.#leave(await this.#checkLine(access));
  }

  // While somebody was asked, a mode or a rule may have come to forbid a line that had its leave.
  async #checkLine(access: CommandAccess): Promise<LineJudgement> {
    const { line, folder } = access;
    const judgement = await this.#judgeLine(access);
    if (judgement.verdict === "deny")
      throw await this.#deny({ operation: "execute", target: line, folder }, judgement);
    return judgement;
  }

  async #askRefused(refusal: Refusal, line: LineJudgement): Promise<void> {
    const { reads, writes } = this.#extras;
    const { judgeConnection, judgeRefused } = await judges();
    if (refusal.operation === "network") {
      const host = refusal.host ?? "any host";
      const judgeNow = async () => judgeConnection(host, line.runsProjectCode, await this.#world());
      await this.#decide(judgeNow, { operation: "network", target: host });
      this.#extras = { ...this.#extras, hasNetwork: true };
      return;
    }
    const path = await this.#nearest(refusal.path);
    // A repository that can not be seen would be asked for twice, to be read and then to be written.
    const operation = line.needs.gitWrite && (await this.#isRepository(path)) ? "write" : refusal.operation;
    if (path === "/")
      throw new BooError("denied", `Not allowed: ${refusal.path} lies in no folder that can be given.`);
    const { kind = "missing" } = (await this.#ports.files.stat(path)) ?? {};
    const judgeNow = async () => judgeRefused({ operation, path, kind, links: 1 }, await this.#world());
    await this.#decide(judgeNow, { operation, target: path });
    this.#extras =
      operation === "read"
        ? { ...this.#extras, reads: [...reads, path] }
        : { ...this.#extras, writes: [...writes, path] };
  }

  async #isRepository(path: string): Promise<boolean> {
    const { files } = this.#ports;
    const parts = await Promise.all(["HEAD", "objects", "refs"].map((name) => files.stat(`${path}/${name}`)));
    return !parts.includes(undefined);
  }

  // What does not exist can not be put into a confined command's sight: its folder is asked for instead.
  async #nearest(said: string): Promise<string> {
    const path = await this.#ports.files.realPath(said);
    let at = path;
    while ((await this.#ports.files.stat(at)) === undefined && at.includes("/") && at !== "/")
      at = at.slice(0, at.lastIndexOf("/")) || "/";
    return at;
  }

  #world(): Promise<World> {
    return this.#permissions.world(this.#context);
  }

  async #judgeLine({ line, folder }: CommandAccess): Promise<LineJudgement> {
    const { files } = this.#ports;
    const request = { operation: "execute", line, folder } as const;
    const world = await this.#world();
    if (!world.isConfined && !world.runsUnconfined && world.isTrusted) this.#ports.ui.tellUnconfined();
    const { judgeRequest } = await judges();
    return judgeRequest(
      request,
      world,
      (path) => files.locate(path),
      (path) => files.names(path),
    );
  }

  async #decide<J extends Judgement>(judgeNow: () => Promise<J>, asked: AskedAccess): Promise<J> {
    const { agent, call, ask } = this.#context;
    let judgement = await judgeNow();
    for (;;) {
      if (judgement.verdict === "allow") return this.#allow(judgement, asked);
      if (judgement.verdict === "deny") throw await this.#deny(asked, judgement);
      const { project: ruleFor } = await this.#world();
      const { isRun } = grantHolder(this.#context.session);
      const whose = { agent, call, ...(ruleFor && { ruleFor }), ...(isRun && { isOfRun: true as const }) };
      const question = questionOf({ ...asked, ...whose }, judgement);
      // Whatever else is granted meanwhile may answer this, too.
      const settled = async (): Promise<string | undefined> =>
        (await judgeNow()).verdict === "ask" ? undefined : "once";
      const answer = await ask(question, settled);
      const now = await judgeNow();
      const isShown = isSameRequest(judgement, now);
      judgement = now;
      if (answer.value === "deny" && now.verdict !== "deny") return this.#take(answer, asked, now);
      // An answer counts for what was shown: what has become something else meanwhile is asked anew.
      if (now.verdict === "ask" && isShown) return this.#take(answer, asked, now);
    }
  }

  async #take<J extends Judgement>({ value, word }: Answer, asked: AskedAccess, judgement: J): Promise<J> {
    const holder = grantHolder(this.#context.session);
    const answer = value as PermissionAnswer;
    if (answer === "session") await this.#permissions.grant(holder, judgement.offers);
    const { project } = await this.#world();
    if (answer === "always" && project !== undefined)
      await this.#permissions.allowAlways(holder, judgement.offers, project);
    const isDenied = answer === "deny";
    await this.#note(asked, isDenied ? "denied" : "allowed", "user", {
      reason: judgement.reason,
      answer,
      ...(answer === "session" || answer === "always"
        ? { rule: judgement.offers.map(({ pattern }) => pattern).join(", ") }
        : {}),
      ...(word !== undefined && { word }),
    });
    if (!isDenied) return { ...judgement, verdict: "allow" };
    const said = word === undefined ? "" : ` They say: ${word}`;
    throw new BooError(
      "denied",
      `The user did not allow this (${asked.operation} ${asked.target.slice(0, 300)}).${said} Do not try to reach the same another way.`,
    );
  }

  async #allow<J extends Judgement>(judgement: J, asked: AskedAccess): Promise<J> {
    const { by, rule, reason } = judgement;
    // What the policy allows by itself, all day long, is no line of the log.
    if (by !== "policy" && by !== "mode")
      await this.#note(asked, "allowed", by, { reason, ...(rule && { rule: rule.pattern }) });
    return judgement;
  }

  async #deny(asked: AskedAccess, { by, rule, reason }: Judgement): Promise<BooError> {
    await this.#note(asked, "denied", by, { reason, ...(rule && { rule: rule.pattern }) });
    return new BooError("denied", `Not allowed: ${reason}`);
  }

  #note(
    { operation, target }: AskedAccess,
    verdict: PermissionEntry["verdict"],
    by: DecidedBy,
    rest: Pick<PermissionEntry, "reason" | "answer" | "rule" | "word">,
  ): Promise<void> {
    const { session, agent } = this.#context;
    return this.#permissions.note(this.#context, {
      id: crypto.randomUUID(),
      at: this.#ports.clock.now(),
      session: session.id,
      ...{ agent, operation, target: target.slice(0, targetCharacters), verdict, by },
      ...rest,
    });
  }

  async #leave(judgement: LineJudgement): Promise<CommandLeave> {
    const { session } = this.#context;
    const world = await this.#world();
    const confinement = world.isConfined
      ? await confinementOf(judgement, this.#extras, world, this.#ports, session.id)
      : undefined;
    return { confinement, isReadOnly: judgement.isReadOnly };
  }
}

/** To whom a grant is given that an agent asks for. */
export function grantHolder({ id, state }: Pick<Session, "id" | "state">): GrantHolder {
  const run = state.task?.run;
  return { id: run ?? id, isRun: run !== undefined };
}

/** Whether an answer to one is an answer to the other: they touch the same things for the same reasons. */
function isSameRequest(one: Judgement, other: Judgement): boolean {
  const asked = ({ reason, offers, needs, commands }: Judgement & Partial<LineJudgement>): string =>
    JSON.stringify([reason, offers, needs, commands?.map((command) => [command.text, command.reason])]);
  return asked(one) === asked(other);
}

/** A line of the log shows so much of a target. */
const targetCharacters = 2_000;

/** What is asked for, as a person reads it. */
export type AskedAccess = Pick<PermissionRequest, "operation" | "target" | "folder" | "change">;
