/** From a program's roles to what a command does. */
import type { CommandDraft, UseOptions } from "../command-line/draft.ts";
import { ANY, BELOW, exactText, LOOSE, mayBeOption, type Field } from "../command-line/values.ts";
import { isAbsolute } from "../command-line/places.ts";
import { readArguments, type Arguments, type GivenOption } from "./arguments.ts";
import type { Call, Flag, Program, Role } from "./program.ts";

/** Adds to the draft what the program does with its arguments; tells what its lines may be, where that is known. */
export function applyProgram(program: Program, written: Call): readonly string[] | undefined {
  const call = program.prepare?.(written) ?? written;
  const { draft } = call;
  const given = readArguments(call.args, program);
  const roles = new RoleReader(program, call, given);
  if (program.asks !== undefined) draft.ask(program.asks, "rule");
  if (program.network === true) draft.connect("*");
  if (program.code !== undefined) draft.runsCode(program.code);
  roles.readOptions();
  if (given.isUncertain) noteUncertain(program, call);
  const printed = program.follow?.(call, given);
  roles.readOperands();
  if (program.code !== undefined || draft.code !== undefined) draft.useFolders({ operation: "run" });
  return printed ?? roles.printed();
}

/** Changes to where a program goes before it begins. */
export function enterFolder(draft: CommandDraft, field: Field): void {
  draft.use(field, { operation: "read" });
  const target = exactText(field);
  const { folders } = draft;
  if (target === undefined || target.startsWith("~")) draft.folders = undefined;
  else if (isAbsolute(target)) draft.folders = [target];
  else draft.folders = folders?.map((folder) => `${folder.replace(/\/$/, "")}/${target}`);
}

function noteUncertain(program: Program, call: Call): void {
  const { isSafeWithNames, others, options = {}, flags = {} } = program;
  const isHarmless =
    others === undefined &&
    Object.values(flags).every((flag) => flag === "harmless") &&
    Object.values(options).every((role) => role === "text");
  // What is wholly unknown may be any option, not only one that a file is named like.
  const isUnknown = call.args.some(
    (field) => mayBeOption(field) && field.values.some((one) => one.includes(ANY)),
  );
  if (isHarmless || (isSafeWithNames === true && !isUnknown)) return;
  call.draft.runsCode(`What "${call.draft.label}" is given may be taken for an option.`);
}

class RoleReader {
  readonly #program: Program;
  readonly #call: Call;
  readonly #given: Arguments;
  #isRecursive = false;
  #followsLinks = false;
  #writes = false;

  constructor(program: Program, call: Call, given: Arguments) {
    this.#program = program;
    this.#call = call;
    this.#given = given;
  }

  readOptions(): void {
    const { options = {}, flags = {}, others, insteadOfFirst = [] } = this.#program;
    for (const option of this.#given.options) {
      const role = options[option.name];
      const flag = flags[option.name];
      if (role !== undefined) this.#readOption(option, role);
      else if (flag !== undefined) this.#readFlag(option.name, flag);
      else if (!insteadOfFirst.includes(option.name)) this.#readOther(option, others);
    }
  }

  #readOption(option: GivenOption, role: Role): void {
    const { draft } = this.#call;
    if (
      role === "danger" ||
      (option.isShortened && option.value === undefined && role !== "text" && role !== "read")
    )
      return this.#danger(option.name);
    if (option.value === undefined) return;
    if (role === "folder") return enterFolder(draft, option.value);
    applyRole(draft, option.value, role, { isRecursive: false });
  }

  #readFlag(name: string, flag: Flag): void {
    const { draft } = this.#call;
    if (flag === "danger") this.#danger(name);
    else if (flag === "code") draft.runsCode(`Option "${name}" lets "${draft.label}" do what files say.`);
    else if (flag === "network") draft.connect("*");
    else if (flag === "recursive") this.#isRecursive = true;
    else if (flag === "writes") this.#writes = true;
    else if (flag === "links") this.#followsLinks = true;
  }

  #readOther(option: GivenOption, others: Program["others"]): void {
    const { draft } = this.#call;
    if (others === "danger" && !/^-\d$/.test(option.name)) this.#danger(option.name);
    else if (others === "code")
      draft.runsCode(`What option "${option.name}" of "${draft.label}" does is not known.`);
    if (option.value !== undefined && option.name.startsWith("--")) draft.guess(option.value);
  }

  #danger(name: string): void {
    const reason = `Option "${name}" of "${this.#call.name}" can run commands or touch files anywhere.`;
    this.#call.draft.ask(reason, "exact-rule");
  }

  readOperands(): void {
    const { draft } = this.#call;
    const { readsFolder } = this.#program;
    const operands = this.#roles();
    const how = { isRecursive: this.#isRecursive };
    for (const { field, roles } of operands) for (const role of roles) applyRole(draft, field, role, how);
    // Words of unknown number may be none.
    const reads = operands.some(
      ({ field, roles }) => !field.isSplit && (roles.includes("read") || roles.includes("write")),
    );
    const isImplicit = readsFolder === "always" || (readsFolder === "if-recursive" && this.#isRecursive);
    if (isImplicit && !reads) draft.useFolders({ operation: "read", isRecursive: this.#isRecursive });
    if (this.#followsLinks)
      draft.runsCode(`"${draft.label}" follows links, and where they lead is not looked up beforehand.`);
  }

  #roles(): readonly { readonly field: Field; readonly roles: readonly Role[] }[] {
    const { operands: all = ["text"], last, insteadOfFirst = [] } = this.#program;
    const { operands, options } = this.#given;
    const isGiven = options.some((option) => insteadOfFirst.includes(option.name));
    const table = isGiven ? all.slice(1) : all;
    let hasSplit = false;
    return operands.map((field, index) => {
      const role = table[Math.min(index, table.length - 1)] ?? "text";
      hasSplit ||= field.isSplit;
      const isLast = last !== undefined && index === operands.length - 1 && index > 0;
      const roles = new Set<Role>([isLast ? last : role]);
      // Words of unknown number shift all positions behind them.
      if (hasSplit) for (const other of table.slice(Math.min(index, table.length - 1))) roles.add(other);
      if (this.#writes && (roles.has("read") || roles.has("text"))) roles.add("write");
      return { field, roles: [...roles] };
    });
  }

  /** What its lines may be. */
  printed(): readonly string[] | undefined {
    const { prints } = this.#program;
    const { input } = this.#call.setting;
    const operands = this.#roles().filter(({ roles }) => roles.includes("read"));
    if (prints === "input") return operands.length === 0 && input.kind === "pipe" ? input.names : undefined;
    if (prints !== "paths") return undefined;
    return pathsBelow(operands.map(({ field }) => field));
  }
}

/** The paths of operands and what is below them, as a program that walks folders prints them. */
export function pathsBelow(operands: readonly Field[]): readonly string[] {
  if (operands.length === 0) return [LOOSE];
  return operands.flatMap((field) =>
    field.values.flatMap((value) =>
      value.includes(ANY) ? [ANY] : [value, `${value.replace(/\/$/, "")}/${LOOSE}`],
    ),
  );
}

/** Adds what an argument of a role does. */
export function applyRole(
  draft: CommandDraft,
  field: Field,
  role: Role,
  { isRecursive }: { readonly isRecursive: boolean },
): void {
  const use = (options: UseOptions) => draft.use(field, options);
  switch (role) {
    case "text":
      return;
    case "read":
      return use({ operation: "read", isRecursive });
    case "write":
      return use({ operation: "write", isRecursive });
    case "remove":
      return use({ operation: "write", isRecursive, isRemoval: true, keepsLink: true });
    case "code":
      draft.runsCode(`"${draft.label}" runs the project's own code.`);
      return use({ operation: "run" });
    case "host":
      for (const value of field.values) draft.connect(hostOf(value));
      return;
    case "folder":
      return enterFolder(draft, field);
    case "guess":
      return draft.guess(field);
    case "danger":
      return draft.ask(
        `"${field.text}" lets "${draft.label}" run commands or touch files anywhere.`,
        "exact-rule",
      );
  }
}

/** The host of an address; "*" where it is not known. */
function hostOf(address: string): string {
  const [, host] = /^(?:https?:\/\/)?([A-Za-z0-9.-]+|\[[\da-f:]+\])(?::\d+)?(?:[/?#]|$)/i.exec(address) ?? [];
  return host === undefined || address.includes(BELOW) ? "*" : host.toLowerCase();
}
