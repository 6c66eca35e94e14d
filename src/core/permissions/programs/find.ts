/** find and xargs: what they start gets names that only they know. */
import {
  ANY,
  BELOW,
  concatenate,
  exactField,
  exactText,
  LOOSE,
  NAME,
  type Field,
} from "../command-line/values.ts";
import { hasOption, type Arguments } from "./arguments.ts";
import { type Call, each, type Program, type Programs } from "./program.ts";

const find: Program = {
  options: {},
  hasLongDash: true,
  follow: ({ args, ...call }) => followFind({ ...call, args }),
};

// Tests and actions by how many words follow them; those that read or write a file have their own lists.
const withoutValue = new Set(
  "-print -print0 -ls -prune -quit -depth -d -mount -xdev -x -noleaf -daystart -empty -executable -readable -writable -nouser -nogroup -true -false -not -o -or -a -and -noignore_readdir_race -ignore_readdir_race -nowarn -warn -E -X -s -H -P -help -version --help --version ( ) ! ,".split(
    " ",
  ),
);
const withValue = new Set(
  "-name -iname -path -ipath -wholename -iwholename -regex -iregex -lname -ilname -type -xtype -size -maxdepth -mindepth -mtime -atime -ctime -mmin -amin -cmin -perm -user -group -uid -gid -links -inum -fstype -used -regextype -context -printf -newermt -newerct -newerat -D -O3 -flags -Bmin -Btime -acl -sparse".split(
    " ",
  ),
);
const reading = new Set(
  "-newer -anewer -cnewer -samefile -newermm -newerma -newerca -newercm -neweram -neweraa -newercc".split(
    " ",
  ),
);
const writing = new Set("-fprint -fprint0 -fls".split(" "));
const starting = new Set("-exec -execdir -ok -okdir".split(" "));

function followFind(call: Call): readonly string[] | undefined {
  return new FindReader(call).read();
}

class FindReader {
  readonly #call: Call;
  readonly #starts: Field[] = [];
  #at = 0;
  #prints: "lines" | "zeros" | "unknown" = "lines";

  constructor(call: Call) {
    this.#call = call;
  }

  read(): readonly string[] | undefined {
    const { args, draft } = this.#call;
    this.#readStarts();
    const starts = this.#starts.length === 0 ? [exactField(".")] : this.#starts;
    for (const start of starts) draft.use(start, { operation: "read", isRecursive: true });
    for (; this.#at < args.length; this.#at++) this.#readTest(args[this.#at], starts);
    return this.#prints === "unknown" ? undefined : below(starts, this.#prints === "zeros" ? BELOW : LOOSE);
  }

  #readStarts(): void {
    const { args, draft } = this.#call;
    for (; this.#at < args.length; this.#at++) {
      const field = args[this.#at];
      if (field === undefined) return;
      const word = exactText(field);
      if (word === "-L" || word === "-follow") this.#followLinks();
      else if (word === "-f") continue;
      else if (/^-(?:[HPEXdsx]+|O\d|D)$/.test(word ?? "")) this.#at += word === "-D" ? 1 : 0;
      else if (word !== undefined && /^[-(!,)]/.test(word)) return;
      else {
        if (
          word === undefined &&
          (field.isSplit || field.values.some((value) => value.startsWith("-") || value.includes(ANY)))
        )
          draft.ask(`What "${field.text}" is to find is not known.`, "exact-rule");
        this.#starts.push(field);
      }
    }
  }

  #followLinks(): void {
    const { draft } = this.#call;
    draft.runsCode(`"${draft.label}" follows links, and where they lead is not looked up beforehand.`);
  }

  #readTest(field: Field | undefined, starts: readonly Field[]): void {
    const { args, draft } = this.#call;
    const word = exactText(field);
    const value = args[this.#at + 1];
    if (field === undefined || word === undefined) {
      return draft.ask(`What "${field?.text ?? ""}" is to find is not known.`, "exact-rule");
    }
    if (word === "-L" || word === "-follow") return this.#followLinks();
    if (withoutValue.has(word)) {
      if (word === "-print0") this.#prints = "zeros";
      if (word === "-ls") this.#prints = "unknown";
      return;
    }
    this.#at++;
    if (withValue.has(word)) {
      if (word === "-printf") this.#prints = "unknown";
      if (value?.isSplit === true) draft.ask(`What "${value.text}" is to find is not known.`, "exact-rule");
    } else if (reading.has(word) && value) draft.use(value, { operation: "read" });
    else if (writing.has(word) && value) draft.use(value, { operation: "write" });
    else if (starting.has(word)) this.#start(word, starts);
    else {
      draft.ask(
        word === "-delete"
          ? "find removes all that it finds."
          : `"${word}" of find is not known to be harmless.`,
        "exact-rule",
      );
      this.#at--;
    }
  }

  #start(word: string, starts: readonly Field[]): void {
    const { args, draft, setting, reader } = this.#call;
    const end = args.findIndex((field, index) => index >= this.#at && isEnd(field, args[index - 1]));
    if (end < 0) return draft.ask(`The command that find runs with "${word}" has no end.`, "exact-rule");
    const isInPlace = word === "-execdir" || word === "-okdir";
    const names = isInPlace ? [`./${NAME}`] : below(starts, BELOW);
    const words = args.slice(this.#at, end).map((field) => putIn(field, "{}", names));
    this.#at = end;
    this.#prints = "unknown";
    // Where -execdir runs is known to be below only.
    const folders = isInPlace ? undefined : draft.folders;
    const state = { ...setting.state, folders };
    reader.runFields(words, { ...setting, state, input: { kind: "inherited" } }, "functions");
  }
}

function isEnd(field: Field, before: Field | undefined): boolean {
  const word = exactText(field);
  return word === ";" || (word === "+" && exactText(before) === "{}");
}

function below(starts: readonly Field[], mark: string): readonly string[] {
  return starts.flatMap(({ values }) =>
    values.flatMap((value) => (value.includes(ANY) ? [ANY] : [value, `${value.replace(/\/$/, "")}/${mark}`])),
  );
}

function putIn(field: Field, place: string, names: readonly string[]): Field {
  if (!field.values.some((value) => value.includes(place))) return field;
  let values: readonly string[] = [];
  for (const value of field.values) {
    const pieces = value.split(place);
    let filled: readonly string[] = [pieces[0] ?? ""];
    for (const piece of pieces.slice(1)) filled = concatenate(concatenate(filled, names), [piece]);
    values = [...values, ...filled];
  }
  return { ...field, values };
}

const xargs: Program = {
  options: {
    ...each(
      "text",
      "-n --max-args -P --max-procs -I -L --max-lines -d --delimiter -s --max-chars -E -R -S -J",
    ),
    ...each("read", "-a --arg-file"),
    ...each("danger", "--process-slot-var"),
  },
  attached: ["-i", "-l", "-e"],
  flags: {
    ...each("harmless", "-0 --null -r --no-run-if-empty -t --verbose -x --exit -i -l -e --replace --eof"),
    ...each("danger", "-p --interactive -o --open-tty"),
  },
  others: "danger",
  stopsAtOperand: true,
  follow: followXargs,
};

function followXargs(call: Call, given: Arguments): readonly string[] | undefined {
  const { draft, setting, reader, args } = call;
  draft.isWrapper = true;
  const command = args.slice(given.firstOperand);
  const names = namesFrom(call, given);
  const place = given.options.find((option) => ["-I", "-i", "--replace", "-J"].includes(option.name));
  const words = command.length === 0 ? [exactField("echo")] : command;
  const text = place && (exactText(place.value) ?? (place.value === undefined ? "{}" : undefined));
  if (place !== undefined && text === undefined) {
    draft.ask(`What "${draft.label}" puts where is not known.`, "exact-rule");
    return undefined;
  }
  const all =
    text === undefined
      ? [...words, { values: names, isSplit: true, text: "…" }]
      : words.map((field) => putIn(field, text, names));
  return reader.runFields(all, { ...setting, input: { kind: "inherited" } }, "functions").output;
}

function namesFrom({ setting: { input } }: Call, given: Arguments): readonly string[] {
  const isFromFile = hasOption(given, "-a", "--arg-file");
  if (isFromFile || input.kind !== "pipe" || input.names === undefined) return [ANY];
  if (hasOption(given, "-0", "--null")) return input.names;
  // Quotes and backslashes are taken away, and lines are split at blanks.
  return input.names.flatMap((name) => {
    if (/["'\\]/.test(name)) return [ANY];
    const loose = name.replaceAll(BELOW, LOOSE);
    return /\s/.test(loose) ? loose.trim().split(/\s+/) : [loose];
  });
}

/** find and xargs. */
export const starters: Programs = { find, gfind: find, xargs };
