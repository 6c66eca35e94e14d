/** A command's arguments, told apart as its program would do it. */
import { exactText, firstMark, isExact, mayBeOption, type Field } from "../command-line/values.ts";
import type { Program } from "./program.ts";

/** An option as it was given. */
export interface GivenOption {
  /** "-o", "--output". */
  readonly name: string;
  readonly value: Field | undefined;
  /** Only the beginning of a name that is known. */
  readonly isShortened: boolean;
}

/** Arguments of a command. */
export interface Arguments {
  readonly options: readonly GivenOption[];
  readonly operands: readonly Field[];
  /** Something in them may be an option, and it is not known which. */
  readonly isUncertain: boolean;
  /** Where in the arguments the first operand stands; their number where there is none. */
  readonly firstOperand: number;
}

type Table = Pick<
  Program,
  "options" | "flags" | "hasLongDash" | "stopsAtOperand" | "insteadOfFirst" | "attached" | "hasWholeNames"
>;

/** Tells options from operands. */
export function readArguments(args: readonly Field[], program: Table): Arguments {
  return new ArgumentReader(args, program).read();
}

class ArgumentReader {
  readonly #args: readonly Field[];
  readonly #table: Table;
  readonly #names: readonly string[];
  readonly #options: GivenOption[] = [];
  readonly #operands: Field[] = [];
  #isUncertain = false;
  #next = 0;
  #first: number | undefined;

  constructor(args: readonly Field[], table: Table) {
    this.#args = args;
    this.#table = table;
    this.#names = [
      ...Object.keys(table.options ?? {}),
      ...Object.keys(table.flags ?? {}),
      ...(table.insteadOfFirst ?? []),
    ];
  }

  read(): Arguments {
    while (this.#next < this.#args.length) {
      const field = this.#args[this.#next++];
      if (field === undefined) break;
      if (exactText(field) === "--") {
        this.#takeRest();
        break;
      }
      if (!this.#takeOption(field)) {
        this.#takeOperand(field);
        if (this.#table.stopsAtOperand === true) this.#takeRest();
      }
    }
    return {
      options: this.#options,
      operands: this.#operands,
      isUncertain: this.#isUncertain,
      firstOperand: this.#first ?? this.#args.length,
    };
  }

  #takeRest(): void {
    this.#first ??= this.#next;
    for (const field of this.#args.slice(this.#next)) this.#operands.push(field);
    this.#next = this.#args.length;
  }

  #takeOperand(field: Field): void {
    this.#first ??= this.#next - 1;
    this.#operands.push(field);
    if (mayBeOption(field)) this.#isUncertain = true;
  }

  #takeOption(field: Field): boolean {
    const [value] = field.values;
    if (value === undefined || !field.values.every((one) => /^-./.test(one) && firstMark(one) !== 1))
      return false;
    if (this.#table.hasLongDash === true || value.startsWith("--")) return this.#takeLong(field);
    if (field.values.length > 1 || field.isSplit) return false;
    return this.#takeCluster(value, field);
  }

  #takeLong(field: Field): boolean {
    const heads = field.values.map((value) => value.split("=", 1)[0] ?? value);
    const [head] = heads;
    if (head === undefined || field.isSplit || !isExact(head) || heads.some((one) => one !== head))
      return false;
    const isAttached = field.values.every((value) => value.length > head.length);
    const attached = isAttached
      ? { ...field, values: field.values.map((value) => value.slice(head.length + 1)) }
      : undefined;
    if (this.#names.includes(head)) {
      const takesValue = head in (this.#table.options ?? {});
      this.#add(head, attached ?? (takesValue ? this.#takeValue() : undefined));
      return true;
    }
    const whole = (this.#table.hasWholeNames === true ? [] : this.#names).filter(
      (name) => name.startsWith(head) && name.startsWith("--"),
    );
    for (const name of whole) this.#add(name, attached, true);
    if (whole.length === 0) this.#add(head, attached);
    return true;
  }

  #takeCluster(value: string, field: Field): boolean {
    for (let index = 1; index < value.length; index++) {
      const name = `-${value[index]}`;
      if (!isExact(name)) {
        this.#isUncertain = true;
        return true;
      }
      const rest = value.slice(index + 1);
      const attached = rest === "" ? undefined : { ...field, values: [rest] };
      if (name in (this.#table.options ?? {})) {
        this.#add(name, attached ?? this.#takeValue());
        return true;
      }
      this.#add(name, attached);
      if (this.#table.attached?.includes(name) === true) return true;
    }
    return true;
  }

  #takeValue(): Field | undefined {
    const field = this.#args[this.#next++];
    // It may be more words than one.
    if (field?.isSplit === true) this.#takeOperand(field);
    return field;
  }

  #add(name: string, value: Field | undefined, isShortened = false): void {
    this.#options.push({ name, value, isShortened });
  }
}

/** True where one of the options was given. */
export function hasOption(given: Arguments, ...names: readonly string[]): boolean {
  return given.options.some((option) => names.includes(option.name));
}

/** The values of an option. */
export function optionValues(given: Arguments, ...names: readonly string[]): readonly Field[] {
  return given.options.flatMap((option) =>
    names.includes(option.name) && option.value !== undefined ? [option.value] : [],
  );
}
