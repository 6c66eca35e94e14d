/** What may be done with a command line: each of its commands by itself, and all of them together. */
import { beforeDots } from "./command-line.ts";
import { applyDots, splitEntry } from "./command-line/places.ts";
import { LOOSE } from "./command-line/values.ts";
import type { JudgedCommand, LineRequest, Needs, Offer, RealPath, Verdict, World } from "./judgement.ts";
import type { Condition, ParsedCommand, PathUse } from "./parsed-line.ts";
import { judgePath, matchEntries, type Finding } from "./path-policy.ts";
import { isWithin } from "./path-within.ts";
import { deniesWords, matchWords, patternOf } from "./command-match.ts";
import { matchHost, rulesFor } from "./rule-match.ts";
import type { Rule } from "./rule.ts";

/** A command's findings, and what follows from all of them. */
export interface CommandJudgement extends JudgedCommand {
  readonly offers: readonly Offer[] | undefined;
  readonly needs: Needs;
  readonly runsCode: boolean;
  readonly isReadOnly: boolean;
  /** A rule gives it more than the workspace. */
  readonly isGranted: boolean;
  /** As `runsCode`, for the choice of what is said about a line. */
  readonly isCode: boolean;
}

interface CommandRule {
  readonly rule: Rule;
  readonly match: "exact" | "open";
}

const writableDevices = /^\/dev\/(?:null|zero|full|stdout|stderr|stdin|tty|fd\/\d+)$/;
const readableDevices = /^\/dev\/(?:null|zero|full|u?random|stdin|fd\/\d+)$/;

/** Judges commands of one line. */
export class LineJudge {
  readonly #request: LineRequest;
  readonly #world: World;

  constructor(request: LineRequest, world: World) {
    this.#request = request;
    this.#world = world;
  }

  /** Judges each command. */
  commands(): readonly CommandJudgement[] {
    return this.#request.line.commands.map((command, index) => this.#judge(command, index));
  }

  #judge(command: ParsedCommand, index: number): CommandJudgement {
    const found = this.#commandRule(command);
    const match = found?.match;
    const holding = command.conditions.filter((condition) => this.#holds(condition));
    const code = command.code ?? holding.flatMap(({ means }) => ("code" in means ? [means.code] : []))[0];
    const uses = this.#uses(command, command.uses, index).map((finding) =>
      lift(finding, found, match === "exact" && finding.isCovered === true),
    );
    const redirections = this.#uses(command, command.redirectionUses, index);
    const isLoose = (some: readonly Finding[]): boolean =>
      some.some((finding) => finding.needsConfinement === true);
    const findings = [
      ...this.#denials(command),
      ...uses,
      ...this.#concerns(command, holding).map((finding) => lift(finding, found, isLifted(finding, match))),
      ...this.#hosts(command).map((finding) => lift(finding, found, match !== undefined)),
      ...this.#code(code, isLoose(uses), this.#offer(command)).map((finding) =>
        lift(finding, found, match !== undefined),
      ),
      ...redirections,
      ...this.#code(undefined, isLoose(redirections), undefined),
    ];
    return this.#sum(command, findings, code, holding);
  }

  #denials({ words }: ParsedCommand): readonly Finding[] {
    const { rules, project } = this.#world;
    const denying = rulesFor(rules, "execute", "deny", project).find((rule) =>
      deniesWords(rule.pattern, words),
    );
    return denying === undefined
      ? []
      : [{ verdict: "deny", reason: `A rule denies "${denying.pattern}".`, rule: denying }];
  }

  /** The rule that allows a command, or to the letter one that starts it: only where words are known, and where it runs in the workspace. */
  #commandRule(command: ParsedCommand): CommandRule | undefined {
    const own = this.#ownRule(command);
    if (own?.match === "exact" || command.startedBy === undefined) return own;
    const starter = this.#request.line.commands[command.startedBy];
    const other = starter && this.#commandRule(starter);
    return other?.match === "exact" ? other : own;
  }

  #ownRule(command: ParsedCommand): CommandRule | undefined {
    const { rules, project, folders } = this.#world;
    const isHere = command.folders?.every((folder) => {
      const real = this.#real(folder);
      return real?.kind === "directory" && folders.some((one) => isWithin(real.path, one, this.#world));
    });
    if (!command.isExact || isHere !== true) return undefined;
    let open: Rule | undefined;
    for (const rule of rulesFor(rules, "execute", "allow", project)) {
      const match = matchWords(rule.pattern, command.words);
      if (match === "exact") return { rule, match };
      if (match === "open") open ??= rule;
    }
    return open && { rule: open, match: "open" };
  }

  #real(path: string): RealPath | undefined {
    return this.#request.resolved.get(path);
  }

  #uses(command: ParsedCommand, uses: readonly PathUse[], index: number): readonly Finding[] {
    return uses.flatMap((use) => {
      const finding = this.#use(use, command, index);
      const matches = this.#matches(use);
      if (matches === undefined) {
        // What a pattern matches may be a link: of folders, and of files that are written, that matters.
        const isBlind = finding.verdict === "allow" && mayLead(use);
        return [isBlind ? { ...finding, needsConfinement: true } : finding];
      }
      return [finding, ...matches.map((one) => this.#use(one, command, index))];
    });
  }

  /** What a pattern matches now, each by itself; undefined where that is not known. */
  #matches({ path, rest, ...use }: PathUse): readonly PathUse[] | undefined {
    const names = path === undefined ? undefined : this.#request.entries?.get(path);
    if (path === undefined || rest === undefined || names === undefined) return undefined;
    if (this.#isReplaced(path)) return undefined;
    const found = matchEntries({ path, rest }, names, this.#world);
    return found?.map((match): PathUse => {
      const entry = use.isRemoval && match.rest === undefined ? splitEntry(match.path) : undefined;
      return entry === undefined ? { ...use, ...match } : { ...use, path: entry.parent, entry: entry.name };
    });
  }

  // What is in such a folder here is not there in a sandbox.
  #isReplaced(path: string): boolean {
    const { isConfined, replaced = [], folders } = this.#world;
    const real = this.#real(path)?.path;
    const isIn = (all: readonly string[]): boolean =>
      real !== undefined && all.some((one) => isWithin(real, one, this.#world));
    return isConfined && isIn(replaced) && !isIn(folders);
  }

  #use(use: PathUse, command: ParsedCommand, index: number): Finding {
    const { path, entry, rest, operation, isGuess, isRecursive, isRemoval } = use;
    if (path === undefined) return { verdict: "ask", reason: `Which file "${use.shown}" is, is not known.` };
    const devices = operation === "write" ? writableDevices : readableDevices;
    if (rest === undefined && entry === undefined && devices.test(path))
      return { verdict: "allow", reason: "It is a device that keeps nothing." };
    if (dependsOnReader(path)) return { verdict: "ask", reason: `What ${path} is, depends on who asks.` };
    if (this.#isVoid(use)) return { verdict: "allow", reason: "There is no such folder." };
    const real = this.#realOf(path, entry);
    if (real === undefined) return { verdict: "ask", reason: `What is at ${path} is not known.` };
    for (const prefix of beforeDots(path))
      if (this.#real(prefix)?.kind !== "directory")
        return { verdict: "ask", reason: `"${use.shown}" goes up from a folder that is not there.` };
    const access = { operation, real, rest, isRecursive, isRemoval, mayFill: true } as const;
    const finding = judgePath(access, this.#world, (other) => this.#exists(other));
    if (isGuess && finding.verdict === "ask" && real.kind === "missing")
      return { verdict: "allow", reason: "There is no such file." };
    const mayBeLink = real.kind === "missing" && this.#makesLinksBefore(command, index);
    return mayBeLink && finding.verdict === "allow" ? { ...finding, needsConfinement: true } : finding;
  }

  // A copy's target that is a file, or outside of the workspace and not there, is no folder to copy into.
  #isVoid({ onlyIn }: PathUse): boolean {
    const folder = onlyIn === undefined ? undefined : this.#real(onlyIn);
    if (folder?.kind === "file") return true;
    return (
      folder?.kind === "missing" &&
      !this.#world.folders.some((one) => isWithin(folder.path, one, this.#world))
    );
  }

  #realOf(path: string, entry: string | undefined): RealPath | undefined {
    if (entry === undefined) return this.#real(path);
    const parent = this.#real(path);
    if (parent === undefined) return undefined;
    const full = `${parent.path.replace(/\/$/, "")}/${entry}`;
    const there = this.#real(`${path.replace(/\/$/, "")}/${entry}`);
    return {
      path: full,
      kind: there?.kind === "missing" ? "missing" : there?.kind === "directory" ? "directory" : "file",
      links: 1,
    };
  }

  // What was not looked up counts as being there.
  #exists(path: string): boolean {
    const known = this.#request.resolved.get(path);
    return known === undefined || known.kind !== "missing";
  }

  #makesLinksBefore(command: ParsedCommand, index: number): boolean {
    const { commands, isSequence } = this.#request.line;
    return commands.some((other, at) => other !== command && other.makesLinks && (!isSequence || at < index));
  }

  #holds({ paths, holdsIf }: Condition): boolean {
    const some = paths.some((path) => this.#exists(path));
    return holdsIf === "some-exist" ? some : !some;
  }

  #concerns(
    command: ParsedCommand,
    holding: readonly Condition[],
  ): readonly (Finding & { readonly lift?: string })[] {
    const conditional = holding.flatMap(({ means }) => ("reason" in means ? [means] : []));
    return [...command.concerns, ...conditional].flatMap(({ reason, liftedBy, isUnconfinedOnly }) =>
      isUnconfinedOnly === true && this.#world.isConfined
        ? []
        : [
            {
              verdict: "ask" as const,
              reason,
              lift: liftedBy,
              ...(liftedBy === "rule" && this.#offer(command)),
            },
          ],
    );
  }

  #offer(command: ParsedCommand): { readonly offer: Offer } | undefined {
    if (!command.isExact || command.words.length === 0) return undefined;
    return { offer: { operation: "execute", pattern: patternOf(command.words) } };
  }

  #hosts(command: ParsedCommand): readonly Finding[] {
    const { rules, project } = this.#world;
    return command.hosts.map((host): Finding => {
      const isDenied = rulesFor(rules, "network", "deny", project).find((rule) =>
        matchHost(rule.pattern, host),
      );
      if (isDenied)
        return { verdict: "deny", reason: `A rule denies to connect to ${host}.`, rule: isDenied };
      const rule = rulesFor(rules, "network", "allow", project).find((one) =>
        host === "*" ? one.pattern === "*" : matchHost(one.pattern, host),
      );
      if (rule) return { verdict: "allow", reason: `A rule allows to connect to ${host}.`, rule };
      const reason = host === "*" ? "It uses the network." : `It connects to ${host}.`;
      return { verdict: "ask", reason, ...this.#offer(command) };
    });
  }

  #code(
    code: string | undefined,
    isLoose: boolean,
    offer: { readonly offer: Offer } | undefined,
  ): readonly Finding[] {
    const why = code ?? (isLoose ? "Which files it reaches is certain only in a sandbox." : undefined);
    if (why === undefined) return [];
    const { isConfined, runsUnconfined } = this.#world;
    if (isConfined)
      return [{ verdict: "allow", reason: `${why.replace(/\.$/, "")}, confined.`, isCode: true }];
    if (runsUnconfined)
      return [
        { verdict: "allow", reason: `${why.replace(/\.$/, "")}, as the settings allow.`, isCode: true },
      ];
    return [
      {
        verdict: "ask",
        reason: `${why.replace(/\.$/, "")}, and nothing confines it here.`,
        ...offer,
      },
    ];
  }

  #sum(
    command: ParsedCommand,
    findings: readonly Finding[],
    code: string | undefined,
    holding: readonly Condition[],
  ): CommandJudgement {
    const worst = worstOf(findings);
    const asking = findings.filter((finding) => finding.verdict === "ask");
    const offers = asking.map(
      (finding) =>
        finding.offer ?? (finding.offersCommand === true ? this.#offer(command)?.offer : undefined),
    );
    const rule = worst?.rule ?? findings.find((finding) => finding.rule !== undefined)?.rule;
    const reason =
      worst?.reason ?? (command.isWrapper ? "What it starts is judged by itself." : "It changes nothing.");
    return {
      words: command.words,
      text: command.text,
      redirections: command.redirections,
      verdict: worst?.verdict ?? "allow",
      reason,
      ...(rule !== undefined && worst?.verdict !== "ask" && { rule }),
      offers: offers.includes(undefined) ? undefined : offers.flatMap((offer) => offer ?? []),
      needs: this.#needs(command, holding),
      runsCode: code !== undefined || findings.some((finding) => finding.needsConfinement === true),
      isReadOnly: this.#isReadOnly(command, code, holding),
      isCode: code !== undefined,
      isGranted:
        findings.some((finding) => finding.rule?.effect === "allow" && finding.isBeyond === true) ||
        (command.hosts.length > 0 && worst?.verdict === "allow"),
    };
  }

  #needs(command: ParsedCommand, holding: readonly Condition[]): Needs {
    const reads: string[] = [];
    const writes: string[] = [];
    const removes: string[] = [];
    for (const use of [...command.uses, ...command.redirectionUses]) {
      const real = use.path === undefined ? undefined : this.#realOf(use.path, use.entry);
      if (this.#isVoid(use)) continue;
      if (real === undefined || real.kind === "other" || (use.isGuess && real.kind === "missing")) continue;
      const { operation, rest, isRecursive, isRemoval } = use;
      const finding = judgePath({ operation, real, rest, isRecursive, isRemoval }, this.#world, (other) =>
        this.#exists(other),
      );
      if (finding.isBeyond !== true) continue;
      (operation === "write" ? writes : reads).push(real.path);
      if (isRemoval && real.kind !== "missing" && rest === undefined) removes.push(real.path);
    }
    const fetches = holding.some(({ holdsIf, means }) => holdsIf === "none-exists" && "reason" in means);
    const hasNetwork = command.hosts.length > 0 || fetches;
    return { reads, writes, removes, hasNetwork, gitWrite: command.writesGit };
  }

  #isReadOnly(command: ParsedCommand, code: string | undefined, holding: readonly Condition[]): boolean {
    const writes = [...command.uses, ...command.redirectionUses].some(
      ({ operation, path, rest }) =>
        operation !== "read" &&
        !(operation === "write" && rest === undefined && writableDevices.test(path ?? "")),
    );
    const isLoose = command.uses.some(({ rest }) => rest?.includes(LOOSE) === true);
    return (
      !writes &&
      code === undefined &&
      !isLoose &&
      command.concerns.length === 0 &&
      command.hosts.length === 0 &&
      holding.length === 0
    );
  }
}

function mayLead({ rest, operation, isRemoval }: PathUse): boolean {
  return rest !== undefined && (/[^/]\/+[^/]/.test(rest) || (operation === "write" && !isRemoval));
}

// Such paths lead each process to its own folder, descriptors or root.
function dependsOnReader(path: string): boolean {
  const plain = path.replaceAll(/\/(?:\.?\/)+/g, "/");
  return (
    /\/proc\/(?:self|thread-self|\d+)(?:\/|$)|\/dev\/fd(?:\/|$)/.test(plain) ||
    /^\/(?:proc|sys|dev)(?:\/|$)/.test(applyDots(plain))
  );
}

function isLifted(
  finding: Finding & { readonly lift?: string },
  match: "exact" | "open" | undefined,
): boolean {
  return (
    (finding.lift === "rule" && match !== undefined) || (finding.lift === "exact-rule" && match === "exact")
  );
}

function lift(finding: Finding, found: { readonly rule: Rule } | undefined, isLifted: boolean): Finding {
  if (finding.verdict !== "ask" || !isLifted || found === undefined) return finding;
  return { ...finding, verdict: "allow", reason: `A rule allows "${found.rule.pattern}".`, rule: found.rule };
}

const order: Readonly<Record<Verdict, number>> = { allow: 0, ask: 1, deny: 2 };

/** The strictest of several; the first of those, or of allowances the one that says most: a rule, then that code is run. */
export function worstOf<
  Found extends { readonly verdict: Verdict; readonly rule?: Rule; readonly isCode?: boolean },
>(findings: readonly Found[]): Found | undefined {
  const weight = ({ rule, isCode }: Found): number => (rule === undefined ? (isCode === true ? 1 : 0) : 2);
  let worst: Found | undefined;
  for (const finding of findings) {
    const isWorse = worst === undefined || order[finding.verdict] > order[worst.verdict];
    const saysMore =
      worst?.verdict === "allow" && finding.verdict === "allow" && weight(finding) > weight(worst);
    if (isWorse || saysMore) worst = finding;
  }
  return worst;
}
