/** git: what stands before a subcommand, and what the subcommand does. */
import { exactField, exactText, type Field } from "../command-line/values.ts";
import { applyRole, enterFolder } from "./apply.ts";
import { readArguments } from "./arguments.ts";
import type { Subcommand } from "./git-subcommand.ts";
import { subcommands } from "./git-subcommands.ts";
import { type Call, each, type Program } from "./program.ts";

const globalOptions = {
  ...each("text", "--list-cmds"),
  ...each(
    "danger",
    "--exec-path --git-dir --work-tree --namespace --config-env --super-prefix --attr-source",
  ),
  "-C": "text",
  "-c": "text",
} as const;

const globalFlags = {
  ...each(
    "harmless",
    "--no-pager -P --no-optional-locks --literal-pathspecs --glob-pathspecs --noglob-pathspecs",
  ),
  ...each("harmless", "--icase-pathspecs --no-replace-objects --version -v --no-lazy-fetch --no-advice"),
  ...each("danger", "-p --paginate --bare"),
} as const;

// Settings that only change how something is shown or who signs.
const harmlessSetting =
  /^(?:color\.[\w.]+|core\.(?:quotepath|autocrlf|abbrev|precomposeunicode)|advice\.\w+|user\.(?:name|email)|commit\.gpgsign|tag\.gpgsign|diff\.(?:renames|noprefix|context|mnemonicprefix|algorithm)|log\.\w+|status\.\w+|merge\.conflictstyle|init\.defaultbranch)=|^core\.pager=(?:cat)?$/i;

/** git. */
export const git: Program = {
  options: globalOptions,
  flags: globalFlags,
  others: "danger",
  stopsAtOperand: true,
  follow: (call, given) => {
    const { draft } = call;
    for (const { name, value } of given.options) {
      if (name === "-C" && value !== undefined) enterFolder(draft, value);
      if (name === "-c" && !harmlessSetting.test(exactText(value) ?? ""))
        draft.ask(`The setting "${value?.text ?? ""}" can name a program that git runs.`, "exact-rule");
    }
    // What looks like a repository of its own, brought by the project, has settings that name programs.
    draft.askIf("some-exist", ["HEAD"], {
      code: "The folder looks like a repository with settings of its own.",
    });
    draft.useFolders({ operation: "read" });
    const [command, ...rest] = given.operands;
    if (command === undefined) return undefined;
    const name = exactText(command);
    const known = name === undefined || !Object.hasOwn(subcommands, name) ? undefined : subcommands[name];
    if (known === undefined) {
      draft.ask(`What "git ${command.text}" does is not known.`, "rule");
      return undefined;
    }
    return runSubcommand(known, { ...call, args: rest });
  },
};

function runSubcommand(listed: Subcommand, call: Call): readonly string[] | undefined {
  const { draft } = call;
  // Wherever revisions are taken, so are options of "diff", whether they mean anything there or not: this one empties the file at once.
  const known = { ...listed, options: { "--output": "write" as const, ...listed.options } };
  const given = readArguments(call.args, known);
  if (known.kind === "network") draft.connect("*");
  if (known.kind === "asks" && known.follow === undefined)
    draft.ask(`"${draft.label}" can change or start more than it says.`, "rule");
  if (known.kind === "writes") {
    draft.writesGit = true;
    draft.makesLinks = true;
    draft.runsCode("It runs the repository's hooks.");
  }
  for (const option of given.options) readOption(option.name, option.value, option.isShortened, known, call);
  if (given.isUncertain) draft.runsCode(`What "${draft.label}" is given may be taken for an option.`);
  // What it writes says more of it than that it is looked at before.
  const printed = known.follow?.(call, given);
  for (const field of given.operands) {
    draft.use(field, { operation: "read" });
    // "HEAD:src/a.ts" is a file as it was.
    for (const value of field.values)
      if (value.includes(":"))
        draft.useValue(value.slice(value.indexOf(":") + 1), { operation: "read", isGuess: true }, field.text);
  }
  if (draft.writesGit) draft.useFolders({ operation: "write" });
  if (draft.writesGit && draft.code === undefined) draft.runsCode("It changes the repository.");
  return printed;
}

function readOption(
  name: string,
  value: Field | undefined,
  isShortened: boolean,
  known: Subcommand,
  call: Call,
): void {
  const { draft } = call;
  const role = known.options?.[name];
  const flag = known.flags?.[name];
  const isDanger =
    role === "danger" || flag === "danger" || (isShortened && (role === "write" || flag === "code"));
  if (isDanger || /^--(?:upload-pack|receive-pack|exec)$/.test(name))
    draft.ask(
      `Option "${name}" of "${draft.label}" can run commands or change more than it says.`,
      "exact-rule",
    );
  else if (role !== undefined && value !== undefined) applyRole(draft, value, role, { isRecursive: false });
  else if (flag === "code") draft.runsCode(`Option "${name}" lets git run programs that settings name.`);
  else if (value !== undefined && name.startsWith("--")) draft.guess(value);
}

/** The words of a git command without what stands before the subcommand. */
export function withoutGlobalOptions(words: readonly string[]): readonly string[] {
  const fields = words.slice(1).map((word) => exactField(word));
  const { firstOperand } = readArguments(fields, git);
  return [...words.slice(0, 1), ...words.slice(1 + firstOperand)];
}
