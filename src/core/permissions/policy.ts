/** The policy: one pure function from a request and the world to allow, ask or deny, with the reason. */
import type { DecidedBy } from "#protocol/permissions.ts";
import type {
  FileRequest,
  JudgeRequest,
  Judgement,
  LineJudgement,
  LineRequest,
  Needs,
  NetworkRequest,
  Offer,
  Verdict,
  World,
} from "./judgement.ts";
import { LineJudge, worstOf, type CommandJudgement } from "./line-policy.ts";
import { judgePath, offerFor, type Finding } from "./path-policy.ts";
import { matchHost, rulesFor } from "./rule-match.ts";
import type { Rule } from "./rule.ts";

/** Judges a request. Denying rules are strongest; then Restricted Mode, the session's mode, rules and grants, and the policy itself. */
export function judge(request: LineRequest, world: World): LineJudgement;
export function judge(request: FileRequest | NetworkRequest, world: World): Judgement;
export function judge(request: JudgeRequest, world: World): Judgement | LineJudgement {
  switch (request.operation) {
    case "execute":
      return judgeLine(request, world);
    case "network":
      return judgeNetwork(request, world);
    case "read":
    case "write":
      return judgeFile(request, world);
  }
}

/** What a decision comes from, beside the verdict. */
interface Decision {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly by: DecidedBy;
  readonly rule?: Rule;
}

const restricted =
  "The workspace is not trusted (Restricted Mode): its files can be read, nothing can be written or run.";
const planned = "The session is in Plan mode: it reads only. Say what you would do instead of doing it.";
const asked = "The session is in Ask mode: every write and every command is asked.";

function judgeFile(request: FileRequest, world: World): Judgement {
  const access = { operation: request.operation, real: request, isRecursive: false, isRemoval: false };
  const finding = judgePath(access, world, (path) => path !== request.path || request.kind !== "missing");
  const decided = decide(finding, world, request.operation === "read");
  const offer = finding.offer ?? (decided.by === "mode" ? offerFor(access, world) : undefined);
  return {
    ...decided,
    offers: decided.verdict === "ask" && decided.by !== "mode" && offer !== undefined ? [offer] : [],
  };
}

function judgeNetwork({ host }: NetworkRequest, world: World): Judgement {
  const { rules, project } = world;
  const find = (effect: "allow" | "deny"): Rule | undefined =>
    rulesFor(rules, "network", effect, project).find((rule) => matchHost(rule.pattern, host));
  const denying = find("deny");
  const allowing = find("allow");
  const finding: Finding = denying
    ? { verdict: "deny", reason: `A rule denies to connect to ${host}.`, rule: denying }
    : allowing
      ? { verdict: "allow", reason: `A rule allows to connect to ${host}.`, rule: allowing }
      : { verdict: "ask", reason: `It connects to ${host}.` };
  const decided = decide(finding, world, false);
  const isOffered = decided.verdict === "ask" && decided.by === "policy" && /^[\w.-]+$/.test(host);
  return { ...decided, offers: isOffered ? [{ operation: "network", pattern: host }] : [] };
}

// Everything in its order: what is weaker only counts where what is stronger has nothing to say.
function decide(finding: Finding, world: World, isReadOnly: boolean): Decision {
  const own: Decision = {
    verdict: finding.verdict,
    reason: finding.reason,
    by: decider(finding.rule),
    ...(finding.rule !== undefined && { rule: finding.rule }),
  };
  if (finding.verdict === "deny") return own;
  if (!world.isTrusted) {
    const isAllowed = isReadOnly && finding.verdict === "allow" && finding.isBeyond !== true;
    return isAllowed ? own : { verdict: "deny", reason: restricted, by: "policy" };
  }
  if (world.mode === "plan" && !isReadOnly) return { verdict: "deny", reason: planned, by: "mode" };
  if (world.mode === "ask" && !isReadOnly && finding.verdict === "allow")
    return { verdict: "ask", reason: asked, by: "mode" };
  return own;
}

function decider(rule: Rule | undefined): DecidedBy {
  return rule === undefined ? "policy" : rule.origin === "session" ? "session" : "rule";
}

function judgeLine(request: LineRequest, world: World): LineJudgement {
  const commands = new LineJudge(request, world).commands();
  const { problems } = request.line;
  const isReadOnly = problems.length === 0 && commands.every((command) => command.isReadOnly);
  const decided = decideLine(commands, problems, world, isReadOnly);
  return {
    ...decided,
    offers: decided.verdict === "ask" && decided.by === "policy" ? offersOf(commands, problems) : [],
    commands: commands.map(({ words, text, redirections, verdict, reason, rule }) => ({
      ...{ words, text, redirections, verdict, reason },
      ...(rule !== undefined && { rule }),
    })),
    needs: sumNeeds(commands),
    runsProjectCode: commands.some((command) => command.runsCode),
    isReadOnly,
  };
}

function decideLine(
  commands: readonly CommandJudgement[],
  problems: readonly string[],
  world: World,
  isReadOnly: boolean,
): Decision {
  const worst = worstOf(commands);
  const nothing: Finding = { verdict: "allow", reason: "It runs no command." };
  const [problem] = problems;
  const finding: Finding =
    worst?.verdict !== "deny" && problem !== undefined
      ? { verdict: "ask", reason: `The line can not be judged: ${problem}` }
      : worst === undefined
        ? nothing
        : {
            verdict: worst.verdict,
            reason: reasonOf(worst, commands),
            ...(worst.rule !== undefined && { rule: worst.rule }),
          };
  if (finding.verdict === "deny") return decide(finding, world, false);
  if (!world.isTrusted) return { verdict: "deny", reason: restricted, by: "policy" };
  if (world.mode === "ask")
    return {
      verdict: "ask",
      reason: finding.verdict === "ask" ? finding.reason : asked,
      by: finding.verdict === "ask" ? "policy" : "mode",
    };
  const decided = decide(finding, world, isReadOnly);
  return decided.verdict === "allow" && world.isConfined ? (mixture(commands) ?? decided) : decided;
}

function reasonOf(worst: CommandJudgement, commands: readonly CommandJudgement[]): string {
  const text = worst.text.replaceAll(/\s+/g, " ");
  const name = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  return commands.length === 1 || worst.verdict === "allow" ? worst.reason : `${name}: ${worst.reason}`;
}

// A sandbox is one for the whole line: what one command was given, the code beside it would have, too.
function mixture(commands: readonly CommandJudgement[]): Decision | undefined {
  const hasMore = ({ isGranted, needs }: CommandJudgement): boolean => isGranted || needs.gitWrite;
  const granted = commands.find(hasMore);
  const other = commands.find((command) => command.runsCode && !hasMore(command));
  if (granted === undefined || other === undefined) return undefined;
  const reason = `"${other.text.slice(0, 60)}" would share what is allowed for "${granted.text.slice(0, 60)}". Run them one by one.`;
  return { verdict: "ask", reason, by: "policy" };
}

function offersOf(commands: readonly CommandJudgement[], problems: readonly string[]): readonly Offer[] {
  if (problems.length > 0) return [];
  const asking = commands.filter((command) => command.verdict === "ask");
  if (asking.some((command) => command.offers === undefined)) return [];
  const all = asking.flatMap((command) => command.offers ?? []);
  return all.filter(
    (offer, index) =>
      all.findIndex((one) => one.operation === offer.operation && one.pattern === offer.pattern) === index,
  );
}

function sumNeeds(commands: readonly CommandJudgement[]): Needs {
  const all = (key: "reads" | "writes" | "removes"): readonly string[] => [
    ...new Set(commands.flatMap((command) => command.needs[key])),
  ];
  return {
    reads: all("reads"),
    writes: all("writes"),
    removes: all("removes"),
    hasNetwork: commands.some((command) => command.needs.hasNetwork),
    gitWrite: commands.some((command) => command.needs.gitWrite),
  };
}
