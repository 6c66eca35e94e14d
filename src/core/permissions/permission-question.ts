/** How leave is asked for. */
import type { Operation, PermissionAnswer, PermissionRequest } from "#protocol/permissions.ts";
import type { NewQuestion } from "../agent/questions.ts";
import type { Judgement, LineJudgement, Offer } from "./judgement.ts";

const wishes: Readonly<Record<Operation, string>> = {
  read: "read",
  write: "change",
  execute: "run a command",
  network: "connect to",
};

const labels: Readonly<Record<PermissionAnswer, string>> = {
  once: "Once",
  session: "This session",
  always: "Always",
  deny: "Deny",
};

/** A question with the answers that fit: what can not be a rule is allowed once or not at all. */
export function questionOf(
  access: Pick<
    PermissionRequest,
    "agent" | "call" | "operation" | "target" | "folder" | "change" | "ruleFor" | "isOfRun"
  >,
  judgement: Judgement & Partial<Pick<LineJudgement, "commands">>,
): NewQuestion {
  const { ruleFor, ...rest } = access;
  const { agent, operation, target, change } = rest;
  const { offers, reason, commands = [] } = judgement;
  const asking = commands.filter(({ verdict }) => verdict !== "allow").map(({ text }) => text);
  const answers: readonly PermissionAnswer[] =
    offers.length === 0 ? ["once", "deny"] : ["once", "session", "always", "deny"];
  const what = operation === "execute" ? "" : ` ${target}`;
  return {
    text: `${agent} wants to ${wishes[operation]}${what}`,
    choices: answers.map((value) => ({
      value,
      label: value === "session" && access.isOfRun === true ? "This run" : labels[value],
    })),
    permission: {
      ...rest,
      reason,
      ...(commands.length > 1 && asking.length > 0 && { commands: asking }),
      ...(change && { change: cutChange(change) }),
      ...(offers.length > 0 && {
        rule: offers.map(ruleText).join("\n"),
        ...(ruleFor !== undefined && { ruleFor }),
      }),
    },
  };
}

function ruleText({ operation, pattern }: Offer): string {
  return `${operation === "execute" ? "run" : operation}: ${pattern}`;
}

/** An event holds at most 16 KB of text: of long texts the part around the first difference is shown. */
const sideCharacters = 3_500;
const before = 500;

function cutChange(change: { readonly before?: string; readonly after: string }): {
  before?: string;
  after: string;
} {
  const first = change.before ?? "";
  if (first.length <= sideCharacters && change.after.length <= sideCharacters) return change;
  let at = 0;
  while (at < first.length && first[at] === change.after[at]) at += 1;
  const from = Math.max(0, change.after.lastIndexOf("\n", at - before) + 1);
  const cut = (text: string): string => {
    const part = text.slice(from, from + sideCharacters);
    return `${from > 0 ? "…\n" : ""}${part}${from + sideCharacters < text.length ? "\n…" : ""}`;
  };
  return { ...(change.before !== undefined && { before: cut(change.before) }), after: cut(change.after) };
}
