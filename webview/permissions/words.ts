/** How questions for leave, and what became of them, read. */
import type {
  DecidedBy,
  Operation,
  PermissionAnswer,
  PermissionEntry,
  PermissionRequest,
} from "#protocol/permissions.ts";
import type { Question } from "#protocol/session.ts";
import { visibleText } from "../visible-text.ts";

/** The icon of each operation, and what it is called. */
export const operationLooks: Readonly<Record<Operation, { readonly icon: string; readonly label: string }>> =
  {
    read: { icon: "eye", label: "Read" },
    write: { icon: "edit", label: "Write" },
    execute: { icon: "terminal", label: "Run" },
    network: { icon: "globe", label: "Connect" },
  };

/** An answer as a button offers it; its key is the same in every question. */
export interface OfferedAnswer {
  readonly value: PermissionAnswer;
  readonly label: string;
  readonly key: string;
}

const answers: readonly OfferedAnswer[] = [
  { value: "once", label: "Once", key: "1" },
  { value: "session", label: "This session", key: "2" },
  { value: "always", label: "Always", key: "3" },
  { value: "deny", label: "Deny", key: "4" },
];

/** The answers that a question for leave offers: no is always among them, Always only where there is a rule to write down. */
export function offeredAnswers(question: Question): readonly OfferedAnswer[] {
  const { choices, permission } = question;
  const isOffered = ({ value }: OfferedAnswer) =>
    value === "deny" ||
    ((value !== "always" || permission?.rule !== undefined) &&
      (choices.length === 0 || choices.some((choice) => choice.value === value)));
  const offered = answers.filter(isOffered);
  if (permission?.isOfRun !== true) return offered;
  return offered.map((answer) => (answer.value === "session" ? { ...answer, label: "This run" } : answer));
}

/** What is wanted, without who wants it: "wants to run a command". */
export function wishOf({ operation, change }: PermissionRequest): string {
  switch (operation) {
    case "read":
      return "wants to read a file";
    case "write":
      return change !== undefined && change.before === undefined
        ? "wants to create a file"
        : "wants to write a file";
    case "execute":
      return "wants to run a command";
    case "network":
      return "wants to connect";
  }
}

/** A question as it is told to those who do not see it. */
export function spokenQuestion(question: Question): string {
  const { permission, text } = question;
  if (permission === undefined) {
    const choices = question.choices.map(({ label }, index) => `${index + 1}, ${label}`);
    return `${text} ${choices.join("; ")}`.trim();
  }
  const { agent, target, folder, reason } = permission;
  const where = folder === undefined ? "" : ` In ${visibleText(folder)}.`;
  const choices = offeredAnswers(question).map(({ label, key }) => `${key}, ${label}`);
  return `${visibleText(agent)} ${wishOf(permission)}: ${shortened(visibleText(target))}.${where} ${reason} ${choices.join("; ")}`;
}

/** As much of a target as is read out by itself; the rest is read in the card. */
const longestSpoken = 300;

function shortened(text: string): string {
  return text.length > longestSpoken ? `${text.slice(0, longestSpoken)}…` : text;
}

/** Several questions that came at once, as they are told. */
export function spokenQuestions(questions: readonly Question[]): string {
  const [first] = questions;
  if (first === undefined) return "";
  const count = questions.length === 1 ? "" : `${questions.length} questions wait for you. First: `;
  return `${count}${spokenQuestion(first)}`;
}

const deciders: Readonly<Record<DecidedBy, string>> = {
  user: "you",
  session: "granted for the session",
  rule: "rule",
  mode: "mode",
  policy: "policy",
};

const reaches: Readonly<Record<PermissionAnswer, string | undefined>> = {
  once: "once",
  session: "this session",
  always: "always",
  deny: undefined,
};

/** Who decided, and how far it reaches: "you · this session", "rule npm test", "policy". */
export function deciderOf({ by, answer, rule }: PermissionEntry): string {
  const reach = answer === undefined ? undefined : reaches[answer];
  if (by === "user") return reach === undefined ? deciders.user : `${deciders.user} · ${reach}`;
  return by === "rule" && rule !== undefined ? `${deciders.rule} ${visibleText(rule)}` : deciders[by];
}

/** A name at the end of a path and what stands before it; a folder's last slash is part of its name. */
export function splitPath(path: string): readonly [folder: string, name: string] {
  const cut = path.replace(/[\\/]+$/, "").search(/[^\\/]*$/);
  return [path.slice(0, cut), path.slice(cut)];
}
