/** The shell's own commands that set variables. */
import { checkNames } from "./arithmetic.ts";
import { setVariable, unchanged, type Outcome, type ShellState } from "./state.ts";
import { ANY, BELOW, exactText, isExact, LOOSE, type Field } from "./values.ts";
import { hasOption, readArguments } from "../programs/arguments.ts";
import { each, type Call } from "../programs/program.ts";
import { isDangerousVariable, judgeAssignment } from "../programs/variables.ts";

const plainName = /^[A-Za-z_]\w*$/;

/** export, declare, local and the like. */
export function declareVariables(call: Call): Outcome {
  const { draft, reader, args, setting } = call;
  let state = setting.state;
  let exports = call.name === "export";
  for (const field of args) {
    const words = field.isSplit ? [ANY] : field.values;
    for (const word of words) {
      const [, name, appends, value] = /^([^=+]*)(\+?)=([^]*)$/.exec(word) ?? [];
      if (/^[-+]/.test(word) && name === undefined) {
        if (!isExact(word) || !/^[-+][xrgaAfFpultI]*$/.test(word))
          draft.ask(`"${field.text}" gives a variable's value another meaning.`, "nothing");
        exports ||= /^-.*x/.test(word);
      } else if (name === undefined) {
        checkNames([word], field.text, reader);
        if (isDangerousVariable(word) && call.name !== "readonly")
          judgeAssignment(word, [ANY], "shell", draft);
      } else {
        checkNames([name], field.text, reader);
        judgeAssignment(name, [value ?? ""], exports ? "environment" : "shell", draft);
        const others = words.length > 1 || appends !== "" || !plainName.test(name);
        if (plainName.test(name)) state = setVariable(state, name, others ? [ANY] : [value ?? ""]);
      }
    }
  }
  return { ok: state, failed: state };
}

/** unset */
export function unsetVariables({ args, draft, reader, setting }: Call): Outcome {
  let state = setting.state;
  const given = readArguments(args, {});
  const functions = new Map(state.functions);
  for (const field of given.operands) {
    checkNames(field.isSplit ? [ANY] : field.values, field.text, reader);
    for (const name of field.values) {
      if (isDangerousVariable(name)) judgeAssignment(name, [ANY], "shell", draft);
      functions.delete(name);
      state = setVariable(state, name, [ANY]);
    }
  }
  state = { ...state, functions };
  return { ok: state, failed: state };
}

/** read */
export function readVariables({ args, draft, reader, setting }: Call): Outcome {
  const given = readArguments(args, { options: each("text", "-a -d -i -n -N -p -t -u") });
  const names = [...given.operands];
  for (const option of given.options) if (option.name === "-a" && option.value) names.push(option.value);
  const { input, state } = setting;
  const delimiter = given.options.find((option) => option.name === "-d")?.value;
  const paths =
    input.kind === "pipe" && names.length === 1 && !hasOption(given, "-a") ? input.names : undefined;
  const isExactly = delimiter !== undefined && exactText(delimiter) === "";
  const values = isExactly ? paths : paths?.map((path) => path.replaceAll(BELOW, LOOSE));
  const { ok } = setNames(names.length === 0 ? ["REPLY"] : names, values ?? [ANY], { draft, reader, state });
  // At the end of its input it sets nothing.
  const name = exactText(names[0]);
  const empty =
    ok !== undefined && paths !== undefined && name !== undefined ? setVariable(ok, name, [""]) : ok;
  return { ok, failed: empty };
}

/** mapfile */
export function readLines({ args, draft, reader, setting: { state } }: Call): Outcome {
  const given = readArguments(args, { options: each("text", "-d -n -O -s -u -C -c") });
  if (hasOption(given, "-C")) draft.ask("It runs a command for the lines that it reads.", "nothing");
  return setNames(given.operands.length === 0 ? ["MAPFILE"] : given.operands, [ANY], {
    draft,
    reader,
    state,
  });
}

/** printf, which sets a variable with "-v". */
export function printFormatted({ args, draft, reader, setting: { state } }: Call): Outcome {
  const first = args[0];
  if (first === undefined || !first.values.some((value) => value.startsWith("-v") || !isExact(value)))
    return unchanged(state);
  if (exactText(first)?.startsWith("-v") !== true) {
    // An unknown format could be "-v" only if it is the first of several words.
    if (first.isSplit || args.length > 1) draft.runsCode("What printf is given may be taken for an option.");
    return unchanged(state);
  }
  const rest = exactText(first)?.slice(2) ?? "";
  const name = rest === "" ? args[1] : { ...first, values: [rest] };
  return setNames(name === undefined ? [] : [name], [ANY], { draft, reader, state });
}

/** getopts */
export function readOption({ args, draft, reader, setting: { state } }: Call): Outcome {
  return setNames([...args.slice(1, 2), "OPTARG"], [ANY], { draft, reader, state });
}

function setNames(
  names: readonly (Field | string)[],
  values: readonly string[],
  { draft, reader, state }: Pick<Call, "draft" | "reader"> & { readonly state: ShellState },
): Outcome {
  let next = state;
  for (const field of names) {
    const texts = typeof field === "string" ? [field] : field.isSplit ? [ANY] : field.values;
    checkNames(texts, typeof field === "string" ? field : field.text, reader);
    for (const name of texts) {
      if (isDangerousVariable(name) || !isExact(name)) judgeAssignment(name, [ANY], "shell", draft);
      const known = name.replace(/\[.*$/, "");
      next = setVariable(next, known, texts.length > 1 || known !== name ? [ANY] : values);
    }
  }
  return { ok: next, failed: next };
}
