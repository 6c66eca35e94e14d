/** The shell's own commands: those that change the shell, and those that run texts. */
import { applyDots, isAbsolute } from "./places.ts";
import { checkNames } from "./arithmetic.ts";
import { variableValues } from "./parameters.ts";
import {
  enterFolders,
  forgetVariables,
  setVariable,
  unchanged,
  type Outcome,
  type ShellState,
} from "./state.ts";
import {
  declareVariables,
  printFormatted,
  readLines,
  readOption,
  readVariables,
  unsetVariables,
} from "./variables.ts";
import { ANY, exactText, exactTexts, isExact, type Field } from "./values.ts";
import { hasOption, readArguments } from "../programs/arguments.ts";
import { each, type Call } from "../programs/program.ts";

type Builtin = (call: Call) => Outcome;

function changeFolder(call: Call): Outcome {
  const { args, draft, setting, reader } = call;
  const { state } = setting;
  const words = args.filter((field) => !/^-[LPe@]+$|^--$/.test(exactText(field) ?? ""));
  const isPhysical = args.some((field) => /^-\w*P/.test(exactText(field) ?? ""));
  const [target] = words;
  if (words.length > 1) return unchanged(state);
  draft.isWrapper = true;
  const cursor = { state };
  if (target === undefined) {
    if (call.name === "pushd") return moved(state, undefined);
    return moved(state, variableValues("HOME", cursor, reader));
  }
  if (exactText(target) === "-") return moved(state, variableValues("OLDPWD", cursor, reader));
  if (target.isSplit || /^[-+]/.test(target.values[0] ?? "")) return moved(state, undefined);
  return moved(state, foldersOf(target.values, state, isPhysical));
}

function moved(state: ShellState, folders: readonly string[] | undefined): Outcome {
  const isKnown = folders?.every((folder) => isAbsolute(folder) && !folder.includes(ANY)) === true;
  return { ok: enterFolders(state, isKnown ? folders : undefined), failed: state };
}

// The shell applies ".." to the path's text, and leaves that to the system where there is no such folder: both are kept.
function foldersOf(
  targets: readonly string[],
  { folders }: ShellState,
  isPhysical: boolean,
): readonly string[] | undefined {
  const found: string[] = [];
  for (const target of targets) {
    if (target.includes(ANY) || target === "") return undefined;
    const bases = isAbsolute(target) ? [""] : folders;
    if (bases === undefined) return undefined;
    for (const base of bases) {
      const path = base === "" ? target : `${base.replace(/\/$/, "")}/${target}`;
      const hasDots = /(?:^|\/)\.\.(?:\/|$)/.test(path);
      if (!isPhysical) found.push(applyDots(path));
      if (isPhysical || hasDots) found.push(path.replace(/(?<=.)\/+$/, ""));
    }
  }
  return found;
}

function leaveFolder({ draft, setting: { state } }: Call): Outcome {
  draft.isWrapper = true;
  return { ok: enterFolders(state, undefined), failed: state };
}

function evaluate({ args, draft, setting, reader }: Call): Outcome {
  draft.isWrapper = true;
  const texts = args.map(exactText);
  const known = texts.flatMap((text) => (text === undefined ? [] : [text]));
  if (known.length === args.length) return reader.runText(known.join(" "), setting, reader.context.dialect);
  draft.ask("What it would run is not known.", "nothing");
  return unknownShell(setting.state);
}

// After a script that nobody has looked at, the shell may be anything.
function unknownShell(state: ShellState): Outcome {
  const next = setVariable(
    { ...forgetVariables(state), functions: new Map(), parameters: undefined },
    "HOME",
    [ANY],
  );
  return { ok: next, failed: next };
}

function source({ args, draft, setting }: Call): Outcome {
  const [file] = args[0] !== undefined && exactText(args[0]) === "--" ? args.slice(1) : args;
  if (file !== undefined) draft.use(file, { operation: "run" });
  const path = file === undefined ? undefined : exactTexts(file);
  if (path === undefined || path.some((text) => /^\/(?:dev|proc)\//.test(text)))
    draft.ask("What it would run is not known.", "nothing");
  for (const text of path ?? [])
    if (!text.includes("/"))
      draft.askIf("none-exists", [text], {
        reason: `There is no script "${text}" here.`,
        liftedBy: "exact-rule",
      });
  draft.runsCode("It runs a script of the project in this shell.");
  draft.useFolders({ operation: "run" });
  return unknownShell(setting.state);
}

function execute(call: Call): Outcome {
  const given = readArguments(call.args, { stopsAtOperand: true, options: each("text", "-a") });
  call.draft.isWrapper = true;
  return start(call, call.args.slice(given.firstOperand));
}

function command(call: Call): Outcome {
  const given = readArguments(call.args, { stopsAtOperand: true });
  call.draft.isWrapper = true;
  if (hasOption(given, "-v", "-V")) return unchanged(call.setting.state);
  return start(call, call.args.slice(given.firstOperand));
}

function start({ setting, reader }: Call, words: readonly Field[]): Outcome {
  return words.length === 0 ? unchanged(setting.state) : reader.runFields(words, setting, "functions");
}

function trap({ args, draft, setting, reader }: Call): Outcome {
  const unchangedState = unchanged(setting.state);
  const operands = args.filter((field) => !/^-[lp]+$|^--$/.test(exactText(field) ?? ""));
  const action = exactText(operands[0]);
  if (operands.length === 0 || action === "" || action === "-" || args.length > operands.length)
    return unchangedState;
  draft.isWrapper = true;
  if (action === undefined) draft.ask("What it would run is not known.", "nothing");
  // It runs at another time, when variables and the folder may be others.
  else
    reader.runText(
      action,
      { ...setting, state: { ...forgetVariables(setting.state), folders: undefined } },
      reader.context.dialect,
    );
  return unchangedState;
}

function calculate({ args, draft, setting, reader }: Call): Outcome {
  let { state } = setting;
  draft.isWrapper = true;
  for (const field of args) {
    const text = exactText(field);
    if (text === undefined) draft.runsCode("What it calculates may be a command.");
    else state = reader.runText(`((${text}))`, { ...setting, state }, "bash").ok ?? state;
  }
  return unchanged(state);
}

function setOptions({ args, draft, setting: { state } }: Call): Outcome {
  let parameters = state.parameters;
  for (let index = 0; index < args.length; index++) {
    const word = exactText(args[index]);
    if (word === "--") {
      parameters = args.slice(index + 1);
      break;
    }
    const isOption = word === "-o" || word === "+o" || /^[-+][euxo]*o$/.test(word ?? "");
    if (isOption && /^(?:pipefail|errexit|nounset|xtrace)$/.test(exactText(args[index + 1]) ?? "pipefail"))
      index++;
    else if (!/^[-+][euxf]+$/.test(word ?? ""))
      draft.ask(
        `What "set ${args[index]?.text ?? ""}" changes in how the line is read is not followed.`,
        "nothing",
      );
  }
  return unchanged({
    ...state,
    parameters: parameters?.some((field) => field.isSplit) ? undefined : parameters,
  });
}

function shift({ args, setting: { state } }: Call): Outcome {
  const count = Number(exactText(args[0]) ?? (args.length === 0 ? "1" : "NaN"));
  return unchanged({
    ...state,
    parameters: Number.isInteger(count) ? state.parameters?.slice(count) : undefined,
  });
}

function shellOptions({ args, draft, setting: { state } }: Call): Outcome {
  const words = args.map((field) => exactText(field) ?? ANY);
  if (!words.every((word) => /^(?:-[suqp]|globstar|failglob)$/.test(word)))
    draft.ask("It changes how the line is read.", "nothing");
  return unchanged(state);
}

// A test tells no more than whether something is there: what is not known of its operands does not matter.
const looks = { operation: "read", isGuess: true } as const;

function test({ args, draft, setting: { state }, reader }: Call): Outcome {
  for (const [index, field] of args.entries()) {
    const operator = exactText(field) ?? "";
    const operand = args[index + 1];
    if (field.isSplit && field.values.some((value) => value.includes(ANY)))
      draft.runsCode("What it is given may be a test that runs a command.");
    if (operand === undefined) continue;
    if (operator === "-v" || operator === "-R") checkNames(operand.values, operand.text, reader);
    else if (/^-[bcdefghkprstuwxGLNOS]$/.test(operator)) draft.use(operand, looks);
    else if (/^-(?:nt|ot|ef)$/.test(operator))
      for (const side of [args[index - 1], operand]) if (side) draft.use(side, looks);
  }
  return unchanged(state);
}

function killProcess({ args, draft, setting: { state } }: Call): Outcome {
  const isOwn = (field: Field): boolean => /^(?:-\w+|%\d+|"?\$!"?)$/.test(field.text);
  if (!args.every(isOwn)) draft.ask("It ends processes.", "rule");
  return unchanged(state);
}

function printFolder({ setting: { state } }: Call): Outcome {
  return { ...unchanged(state, state.folders), isOneLine: true };
}

const harmless: Builtin = ({ setting }) => unchanged(setting.state);
const gone: Builtin = () => ({ ok: undefined, failed: undefined });

/** Harmless as long as it is given nothing that `pattern` does not match. */
function onlyWith(pattern: RegExp, reason: string): Builtin {
  return ({ args, draft, setting }) => {
    if (!args.every((field) => field.values.every((value) => isExact(value) && pattern.test(value))))
      draft.ask(reason, "nothing");
    return unchanged(setting.state);
  };
}

const changesShell = "It changes what commands mean.";

/** The shell's own commands by name. */
export const builtins: Readonly<Record<string, Builtin>> = {
  cd: changeFolder,
  chdir: changeFolder,
  pushd: changeFolder,
  popd: leaveFolder,
  ...each(declareVariables, "export declare typeset local readonly"),
  unset: unsetVariables,
  read: readVariables,
  ...each(readLines, "mapfile readarray"),
  getopts: readOption,
  printf: printFormatted,
  eval: evaluate,
  ...each(source, "source ."),
  exec: execute,
  command,
  builtin: command,
  trap,
  let: calculate,
  set: setOptions,
  shift,
  shopt: shellOptions,
  ...each(test, "test ["),
  kill: killProcess,
  pwd: printFolder,
  exit: gone,
  logout: gone,
  return: ({ reader, setting }) => reader.leave("return", setting.state),
  break: ({ reader, setting }) => reader.leave("break", setting.state),
  continue: ({ reader, setting }) => reader.leave("continue", setting.state),
  ...each(harmless, "jobs wait bg fg disown times caller help umask ulimit dirs unalias type"),
  alias: onlyWith(/^(?:-p|\w+)$/, changesShell),
  hash: onlyWith(/^(?:-r|\w+)$/, changesShell),
  history: onlyWith(/^\d+$/, "It changes the shell's history."),
  ...each(onlyWith(/^$(?!)/, changesShell), "enable bind complete compgen compopt fc suspend coproc"),
};
