/** A command while it is read: what it touches is gathered here. */
import { isAbsolute, placesOf, splitEntry } from "./places.ts";
import { ANY, exactText, NAME, showValue, type Field } from "./values.ts";
import type { Concern, Condition, LineContext, ParsedCommand, PathUse } from "../parsed-line.ts";

/** How a path is used. */
export interface UseOptions {
  readonly operation: PathUse["operation"];
  readonly isRecursive?: boolean;
  readonly isRemoval?: boolean;
  readonly isGuess?: boolean;
  /** It happens only if the path so far (without the last name) is a folder. */
  readonly isInFolder?: boolean;
  /** A link at its end is not followed. */
  readonly keepsLink?: boolean;
}

/** What a command does, so far. */
export class CommandDraft {
  readonly context: LineContext;
  readonly fields: readonly Field[];
  /** Where relative paths begin. */
  folders: readonly string[] | undefined;
  code: string | undefined;
  writesGit = false;
  makesLinks = false;
  isWrapper = false;
  startedBy: number | undefined;
  readonly #text: string;
  readonly #uses: PathUse[] = [];
  readonly #concerns: Concern[] = [];
  readonly #conditions: Condition[] = [];
  readonly #hosts: string[] = [];

  constructor(
    fields: readonly Field[],
    text: string,
    folders: readonly string[] | undefined,
    context: LineContext,
  ) {
    this.fields = fields;
    this.#text = text;
    this.folders = folders;
    this.context = context;
  }

  /** The command's first words, for sentences. */
  get label(): string {
    const words = this.fields.slice(0, 2).map((field) => field.text);
    return words.join(" ").slice(0, 80);
  }

  /** Adds all that a word may mean. */
  use(field: Field, options: UseOptions): void {
    for (const value of field.values) this.useValue(value, options, field.text);
  }

  /** Adds what a value may mean. */
  useValue(value: string, options: UseOptions, text?: string): void {
    if (value === "" || (value === "-" && options.operation === "read")) return;
    const places = placesOf(value, this.folders, this.context);
    const shown = value.includes(ANY) ? (text ?? showValue(value)) : showValue(value);
    const { operation, isRecursive = false, isRemoval = false, isGuess = false } = options;
    const base = { operation, shown, isRecursive, isRemoval, isGuess };
    if (places === undefined) {
      if (!isGuess) this.#uses.push({ ...base, path: undefined });
      return;
    }
    for (const { path, rest } of places) {
      const entry = options.keepsLink === true && rest === undefined ? splitEntry(path) : undefined;
      const folder = options.isInFolder === true && rest === undefined ? splitEntry(path)?.parent : undefined;
      if (entry === undefined)
        this.#uses.push({
          ...base,
          path,
          ...(rest !== undefined && { rest }),
          ...(folder !== undefined && { onlyIn: folder }),
        });
      else this.#uses.push({ ...base, path: entry.parent, entry: entry.name });
    }
  }

  /** Adds the folders that the command runs in. */
  useFolders(options: UseOptions): void {
    this.useValue(".", options);
  }

  /** Adds the folders that the shell looks through where it matches patterns with files. */
  useGlobs(fields: readonly Field[]): void {
    for (const { values, text } of fields)
      for (const value of values.filter((one) => one.includes(NAME))) {
        const places = placesOf(value, this.folders, this.context) ?? [{ path: undefined }];
        for (const { path } of places)
          this.#uses.push({
            ...{ operation: "read", path, shown: text },
            ...{ isRecursive: false, isRemoval: false, isGuess: false },
          });
      }
  }

  /** Adds a word that may be a path, whole or behind "=", where it leads out of the folder that it begins in. */
  guess(field: Field): void {
    const options: UseOptions = { operation: "read", isGuess: true };
    for (const value of field.values)
      for (const part of new Set([value, value.slice(value.indexOf("=") + 1)]))
        if (isAbsolute(part) || part.startsWith("~") || /(?:^|\/)\.\.(?:\/|$)/.test(part))
          this.useValue(part, options, field.text);
  }

  /** Adds a reason to ask. */
  ask(reason: string, liftedBy: Concern["liftedBy"]): void {
    this.#concerns.push({ reason, liftedBy });
  }

  /** Adds something that depends on which files exist; names are relative to where the command runs. */
  askIf(holdsIf: Condition["holdsIf"], names: readonly string[], means: Condition["means"]): void {
    const paths = names.flatMap(
      (name) => placesOf(name, this.folders, this.context)?.map((place) => place.path) ?? [],
    );
    if (paths.length > 0) this.#conditions.push({ paths, holdsIf, means });
  }

  /** It connects to a host; "*" for any. */
  connect(host: string): void {
    this.#hosts.push(host);
  }

  /** It may do whatever the project's files say. */
  runsCode(reason: string): void {
    this.code ??= reason;
  }

  /** Adds what is to be said about the command's redirections. */
  takeOver(other: CommandDraft): void {
    this.#hosts.push(...other.#hosts);
    this.#concerns.push(...other.#concerns);
  }

  /** True where there is nothing to judge. */
  get isEmpty(): boolean {
    const parts = [this.#uses, this.#concerns, this.#conditions, this.#hosts];
    return parts.every((part) => part.length === 0) && this.code === undefined;
  }

  /** The command as it is judged. */
  finish(redirections?: Pick<ParsedCommand, "redirections" | "redirectionUses">): ParsedCommand {
    return {
      words: this.fields.map((field) => showField(field)),
      isExact: this.fields.every((field) => exactText(field) !== undefined),
      text: this.#text,
      redirections: redirections?.redirections ?? [],
      redirectionUses: redirections?.redirectionUses ?? [],
      uses: this.#uses,
      concerns: this.#concerns,
      conditions: this.#conditions,
      hosts: this.#hosts,
      code: this.code,
      writesGit: this.writesGit,
      makesLinks: this.makesLinks,
      isWrapper: this.isWrapper,
      startedBy: this.startedBy,
      folders: this.folders,
    };
  }
}

function showField(field: Field): string {
  const [value] = field.values;
  return field.values.length === 1 && value !== undefined && !value.includes(ANY)
    ? showValue(value)
    : field.text;
}
