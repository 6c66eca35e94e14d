/** Shells that a line starts: what they run is read, too. */
import { childState, unchanged, type Outcome } from "./state.ts";
import { exactText, type Field } from "./values.ts";
import type { Call } from "../programs/program.ts";

const dialects: Readonly<Record<string, "bash" | "posix" | "other">> = {
  bash: "bash",
  ...{ sh: "posix", dash: "posix", ash: "posix" },
  ...{ zsh: "other", ksh: "other", mksh: "other", fish: "other", csh: "other", tcsh: "other", yash: "other" },
  ...{ rbash: "other", xonsh: "other", nu: "other", elvish: "other", rc: "other", es: "other" },
};

/** True for a shell's name. */
export function isShell(name: string): boolean {
  return Object.hasOwn(dialects, name);
}

interface ShellArguments {
  readonly hasScript: boolean;
  readonly readsInput: boolean;
  readonly operands: readonly Field[];
}

/** Follows a shell that is started. */
export function startShell(call: Call): Outcome {
  const { draft, setting, reader, name } = call;
  const done = unchanged(setting.state);
  const dialect = dialects[name] ?? "other";
  const given = readShellArguments(call);
  if (given === undefined) return done;
  const [first, ...rest] = given.operands;
  if (given.hasScript) {
    draft.isWrapper = true;
    const script = exactText(first);
    if (script === undefined || dialect === "other")
      draft.ask(`What "${name}" would run is not known.`, "nothing");
    else
      reader.runText(
        script,
        { ...setting, state: childState(setting.state, parametersOf(rest.slice(1))) },
        dialect,
      );
    return done;
  }
  const path = exactText(first);
  const isInput =
    given.readsInput || first === undefined || /^(?:-|\/dev\/(?:stdin|fd\/\d+))$/.test(path ?? "");
  if (isInput) {
    runInput(call, dialect, given.readsInput ? given.operands : rest);
    return done;
  }
  draft.use(first, { operation: "run" });
  // What is not here is looked for where programs are.
  if (path !== undefined && !path.includes("/"))
    draft.askIf("none-exists", [path], {
      reason: `There is no script "${path}" here.`,
      liftedBy: "exact-rule",
    });
  if (path === undefined) draft.ask(`Which script "${name}" would run is not known.`, "exact-rule");
  for (const field of rest) draft.guess(field);
  draft.runsCode("It runs a script of the project.");
  draft.useFolders({ operation: "run" });
  return done;
}

function parametersOf(fields: readonly Field[]): readonly Field[] | undefined {
  return fields.some((field) => field.isSplit) ? undefined : fields;
}

// What stands in the line is read; what another command prints is not known to anybody.
function runInput(call: Call, dialect: "bash" | "posix" | "other", parameters: readonly Field[]): void {
  const { draft, setting, reader, name, args } = call;
  const { input } = setting;
  if (args.some((field) => /^--(?:version|help)$/.test(exactText(field) ?? ""))) return;
  if (input.kind === "text" && input.text !== undefined && dialect !== "other") {
    draft.isWrapper = true;
    const state = childState(setting.state, parametersOf(parameters));
    reader.runText(input.text, { ...setting, state, input: { kind: "inherited" } }, dialect);
  } else if (input.kind === "file") {
    draft.runsCode("It runs a script of the project.");
    draft.useFolders({ operation: "run" });
  } else draft.ask(`What "${name}" would run comes from elsewhere.`, "nothing");
}

function readShellArguments({ args, draft, name }: Call): ShellArguments | undefined {
  let hasScript = false;
  let readsInput = false;
  let index = 0;
  for (; index < args.length; index++) {
    const word = exactText(args[index]);
    if (word === undefined) break;
    if (word === "--" || word === "-") {
      index++;
      break;
    }
    if (!/^[-+]./.test(word)) break;
    if (/^--(?:login|norc|noprofile|posix|version|help|verbose)$/.test(word)) continue;
    if (!/^[-+][ceuxvlpso]+$/.test(word)) {
      draft.ask(`What "${word}" changes in how "${name}" works is not followed.`, "nothing");
      return undefined;
    }
    if (word.startsWith("-") && word.includes("c")) hasScript = true;
    if (word.startsWith("-") && word.includes("s")) readsInput = true;
    if (word.includes("o")) index++;
  }
  return { hasScript, readsInput, operands: args.slice(index) };
}
