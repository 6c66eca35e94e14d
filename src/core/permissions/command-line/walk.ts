/** Follows a line as a shell would run it, through every way that it may take. */
import {
  parse,
  type CompoundList,
  type For,
  type Function as FunctionNode,
  type ParsedScript,
  type Pipeline,
  type Redirected as RedirectedNode,
  type Select,
  type Statement,
  type While,
} from "unbash";
import { CommandDraft } from "./draft.ts";
import { followArithmetic } from "./arithmetic.ts";
import { followCommand, isKnownCommand, runCommand } from "./command.ts";
import { followAndOr, followCase, followIf, type Flow, type Place } from "./branches.ts";
import { Escapes, followLoop } from "./loops.ts";
import type { Redirects, Setting, Walk } from "./reader.ts";
import { followRedirections } from "./redirections.ts";
import { join, LineTooLarge, setVariable, unchanged, type Outcome, type ShellState } from "./state.ts";
import { followTest } from "./tests.ts";
import { unseenIn } from "./unseen.ts";
import { ANY, exactField, mergeValues, type Field } from "./values.ts";
import { expandWord, partValues } from "./words.ts";
import { judgeAssignment } from "../programs/variables.ts";
import type { Concern, LineContext, ParsedCommand } from "../parsed-line.ts";

// Commands, words and their parts, each as often as it is followed: lines that come to more are not judged.
const stepLimit = 4000;
const depthLimit = 12;

type Node = Statement["command"] | CompoundList | FunctionNode["body"];

/** Follows one line. */
export class LineWalk implements Walk {
  readonly problems = new Set<string>();
  /** Every command runs once, after those before it. */
  isSequence = true;
  readonly #commands: (ParsedCommand | undefined)[] = [];
  readonly #seen = new Set<object>();
  readonly #escapes = new Escapes();
  readonly #sources = new Map<FunctionNode, { readonly source: string; readonly state: ShellState }>();
  readonly #called = new Set<FunctionNode>();
  readonly #running = new Set<FunctionNode>();
  #context: LineContext;
  readonly #roots: ParsedScript[] = [];
  readonly #starters: (number | undefined)[] = [];
  readonly #flow: Flow = {
    list: (statements, place) => this.#list(statements, place),
    command: (node, place) => this.#follow(node, place),
  };
  #source = "";
  #steps = 0;
  #depth = 0;

  constructor(context: LineContext) {
    this.#context = context;
  }

  get context(): LineContext {
    return this.#context;
  }

  get commands(): readonly ParsedCommand[] {
    return this.#commands.filter((command) => command !== undefined);
  }

  /** Reads a whole text; afterwards everything is followed. */
  read(source: string, state: ShellState): void {
    this.runText(source, { state, input: { kind: "inherited" }, text: source }, this.#context.dialect);
    // A function that nothing here calls may be called by something else.
    for (const [node, { state: at }] of this.#sources)
      if (!this.#called.has(node))
        this.callBody(node, {
          state: { ...at, folders: undefined, parameters: undefined },
          input: { kind: "inherited" },
          text: "",
        });
    for (const root of this.#roots) for (const problem of unseenIn(root, this.#seen)) this.refuse(problem);
  }

  refuse(problem: string): void {
    this.problems.add(problem);
  }

  needsBash(text: string): boolean {
    if (this.#context.dialect === "bash") return false;
    this.refuse(`"${text}" means something else in a shell that is not bash.`);
    return true;
  }

  spend(): void {
    this.#steps++;
    if (this.#steps > stepLimit) throw new LineTooLarge();
  }

  reserve(draft: CommandDraft): number {
    draft.startedBy = this.#starters.at(-1);
    const slot = this.#commands.push(undefined) - 1;
    this.#starters.push(slot);
    return slot;
  }

  fill(slot: number, draft: CommandDraft, redirected: Redirects | undefined): void {
    if (redirected !== undefined) draft.takeOver(redirected.draft);
    this.#commands[slot] = draft.finish(redirected);
    this.#starters.pop();
  }

  addFinished(draft: CommandDraft, redirected: Redirects | undefined): void {
    if (redirected !== undefined) draft.takeOver(redirected.draft);
    if (!draft.isEmpty || (redirected?.redirections.length ?? 0) > 0) this.add(draft.finish(redirected));
  }

  add(command: ParsedCommand): void {
    this.#commands.push(command);
  }

  note(text: string, what: Concern | { readonly code: string }): void {
    const draft = new CommandDraft([exactField(text)], text, [], this.#context);
    if ("code" in what) draft.runsCode(what.code);
    else draft.ask(what.reason, what.liftedBy);
    this.add(draft.finish());
  }

  leave(how: "return" | "break" | "continue", state: ShellState): Outcome {
    return this.#escapes.leave(how, state) ? { ok: undefined, failed: undefined } : unchanged(state);
  }

  substitute(
    script: ParsedScript | undefined,
    state: ShellState,
    text: string,
  ): readonly string[] | undefined {
    if (script === undefined) {
      this.refuse(`"${text}" can not be read.`);
      return undefined;
    }
    return this.#inside(() => {
      const before = this.#source;
      if (script.source !== undefined) this.#source = script.source;
      this.#seen.add(script);
      const { output, isOneLine } = this.#list(script.commands, { state, input: { kind: "inherited" } });
      this.#source = before;
      // Where nothing is printed, nothing is what it stands for.
      return isOneLine === true ? output : output && mergeValues(output, [""]);
    });
  }

  runText(text: string, setting: Setting, dialect: LineContext["dialect"]): Outcome {
    const outcome = this.#inside(() => {
      const before = { source: this.#source, context: this.#context };
      const script = parse(text);
      this.#roots.push(script);
      this.#source = text;
      this.#context = { ...this.#context, dialect };
      this.#seen.add(script);
      const result = this.#list(script.commands, setting);
      this.#source = before.source;
      this.#context = before.context;
      return result;
    });
    return outcome ?? unchanged(setting.state);
  }

  runFields(fields: readonly Field[], setting: Setting, skips?: "functions"): Outcome {
    return (
      this.#inside(() => runCommand(fields, setting, this, { assigned: [], redirected: undefined, skips })) ??
      unchanged(setting.state)
    );
  }

  callBody(node: FunctionNode, setting: Setting): Outcome {
    const { state } = setting;
    this.isSequence = false;
    this.#called.add(node);
    if (this.#running.has(node)) {
      this.refuse("A function in it calls itself.");
      return unchanged(state);
    }
    this.#running.add(node);
    const outcome = this.#inside(() => {
      const before = this.#source;
      this.#source = this.#sources.get(node)?.source ?? before;
      // What a function does stands elsewhere than in the words that call it.
      this.#starters.push(undefined);
      const { ok, failed, left } = this.#escapes.inFunction(() => this.#follow(node.body, setting));
      this.#starters.pop();
      this.#source = before;
      return { ok: join(ok, left), failed: join(failed, left) };
    });
    this.#running.delete(node);
    return outcome ?? unchanged(state);
  }

  #inside<Result>(run: () => Result): Result | undefined {
    if (this.#depth >= depthLimit) {
      this.refuse("It is nested too deep.");
      return undefined;
    }
    this.#depth++;
    const result = run();
    this.#depth--;
    return result;
  }

  #textOf(node: { readonly pos: number; readonly end: number }): string {
    return this.#source.slice(node.pos, node.end);
  }

  #list(statements: readonly Statement[], { state: first, input }: Place): Outcome {
    let state = first;
    let isGone = false;
    let outcome = unchanged(state);
    for (const statement of statements) {
      outcome = this.#statement(statement, { state, input });
      const next = join(outcome.ok, outcome.failed);
      // What stands behind "exit" is judged all the same.
      if (next === undefined) isGone = true;
      else state = next;
    }
    if (isGone) return { ok: undefined, failed: undefined };
    return statements.length === 1 ? outcome : { ok: outcome.ok, failed: outcome.failed };
  }

  #statement(statement: Statement, place: Place): Outcome {
    const outcome = this.#follow(statement.command, place);
    if (statement.background === true) this.isSequence = false;
    return statement.background === true ? unchanged(place.state) : outcome;
  }

  #follow(node: Node, place: Place): Outcome {
    this.spend();
    switch (node.type) {
      case "Command":
        this.#seen.add(node);
        return followCommand(node, { ...place, text: this.#textOf(node) }, this);
      case "Pipeline":
        return this.#pipeline(node, place);
      case "AndOr":
        return followAndOr(node, place, this.#flow);
      case "CompoundList":
        return this.#list(node.commands, place);
      case "BraceGroup":
        return this.#list(node.body.commands, place);
      case "Subshell":
        return unchanged(place.state, this.#list(node.body.commands, place).output);
      case "Redirected":
        return this.#redirected(node, place);
      case "If":
        return followIf(node, place, this.#flow);
      case "While":
        return this.#while(node, place);
      case "Function":
        return this.#define(node, place);
      case "Coproc":
        this.note(this.#textOf(node), {
          reason: "It runs beside the line, connected with it.",
          liftedBy: "nothing",
        });
        this.#follow(node.body, place);
        return unchanged(place.state);
      default:
        return this.#followOther(node, place);
    }
  }

  #followOther(
    node: Extract<
      Node,
      { type: "For" | "Select" | "Case" | "TestCommand" | "ArithmeticCommand" | "ArithmeticFor" }
    >,
    place: Place,
  ): Outcome {
    const cursor = { state: place.state };
    switch (node.type) {
      case "For":
      case "Select":
        return this.#for(node, place);
      case "Case":
        return followCase(node, place, this, this.#flow);
      case "TestCommand": {
        this.needsBash("[[");
        const text = this.#textOf(node);
        const draft = new CommandDraft([exactField(text)], text, place.state.folders, this.context);
        followTest(node.expression, cursor, this, draft);
        this.add(draft.finish());
        return unchanged(cursor.state);
      }
      case "ArithmeticCommand":
        this.needsBash("((");
        if (node.expression === undefined && node.body.trim() !== "")
          this.refuse(`"${node.body}" is no arithmetic that is understood.`);
        followArithmetic(node.expression, cursor, this, partValues);
        return unchanged(cursor.state);
      case "ArithmeticFor":
        this.needsBash("((");
        followArithmetic(node.initialize, cursor, this, partValues);
        return this.#loop(cursor.state, (state) => {
          const inner = { state };
          followArithmetic(node.test, inner, this, partValues);
          const { ok, failed } = this.#list(node.body.commands, { ...place, state: inner.state });
          const next = { state: join(ok, failed) ?? inner.state };
          followArithmetic(node.update, next, this, partValues);
          return { ok: next.state, failed: next.state };
        });
    }
  }

  #pipeline(node: Pipeline, place: Place): Outcome {
    const [only] = node.commands;
    if (node.commands.length === 1 && only !== undefined) {
      const outcome = this.#follow(only, place);
      const negations = node.prefixes.filter((prefix) => prefix.type === "Negation").length;
      return negations % 2 === 1 ? { ok: outcome.failed, failed: outcome.ok } : outcome;
    }
    this.isSequence = false;
    let { input } = place;
    let output: readonly string[] | undefined;
    for (const [index, command] of node.commands.entries()) {
      ({ output } = this.#follow(command, { state: place.state, input }));
      const isMixed = node.operators[index] === "|&";
      if (isMixed) this.needsBash("|&");
      input = { kind: "pipe", names: isMixed ? undefined : output };
    }
    return unchanged(place.state, output);
  }

  #while(node: While, place: Place): Outcome {
    let end: ShellState | undefined;
    const outcome = this.#loop(place.state, (state) => {
      const clause = this.#list(node.clause.commands, { ...place, state });
      const [inside, outside] =
        node.kind === "while" ? [clause.ok, clause.failed] : [clause.failed, clause.ok];
      end = outside;
      const dead = join(clause.ok, clause.failed) ?? state;
      const body = this.#list(node.body.commands, { ...place, state: inside ?? dead });
      return inside === undefined ? { ok: undefined, failed: undefined } : body;
    });
    const after = join(outcome.ok, end);
    return { ok: after, failed: after };
  }

  #for(node: For | Select, place: Place): Outcome {
    const cursor = { state: place.state };
    const name = node.name.value;
    const fields =
      node.wordlist?.flatMap((word) => expandWord(word, cursor, this)) ?? cursor.state.parameters;
    const lists = fields?.map((field) => field.values) ?? [[ANY]];
    const values = lists.length === 0 ? [""] : lists.reduce((all, list) => mergeValues(all, list), []);
    const draft = new CommandDraft([exactField(name)], name, place.state.folders, this.context);
    draft.useGlobs(fields ?? []);
    judgeAssignment(name, values, "shell", draft);
    this.addFinished(draft, undefined);
    return this.#loop(cursor.state, (state) =>
      this.#list(node.body.commands, { ...place, state: setVariable(state, name, values) }),
    );
  }

  #loop(entry: ShellState, once: (state: ShellState) => Outcome): Outcome {
    this.isSequence = false;
    let left: ShellState | undefined;
    const state = followLoop(entry, this, (from) => {
      const outcome = this.#escapes.inLoop(() => once(from));
      left = outcome.left;
      return join(outcome.ok, outcome.failed, outcome.left);
    });
    if (state === undefined) this.refuse("A loop in it can not be followed.");
    return unchanged(join(state ?? entry, left) ?? entry);
  }

  /** How many commands there are. */
  mark(): number {
    return this.#commands.length;
  }

  /** Forgets what came after a mark. */
  rewind(mark: number): void {
    this.#commands.length = mark;
  }

  #define(node: FunctionNode, place: Place): Outcome {
    const name = node.name.value;
    if (!/^[A-Za-z_][\w-]*$/.test(name) || isKnownCommand(name) || node.name.text !== name)
      this.note(name, { reason: `It makes "${name}" mean something else.`, liftedBy: "nothing" });
    this.#sources.set(node, { source: this.#source, state: place.state });
    return unchanged({ ...place.state, functions: new Map(place.state.functions).set(name, node) });
  }

  #redirected(node: RedirectedNode, place: Place): Outcome {
    const cursor = { state: place.state };
    const redirected = followRedirections(node.redirects, cursor, this);
    const draft = new CommandDraft([], this.#textOf(node), cursor.state.folders, this.context);
    this.addFinished(draft, redirected);
    const input = redirected.input ?? place.input;
    const outcome = this.#follow(node.command, { state: cursor.state, input });
    return redirected.movesOutput ? { ok: outcome.ok, failed: outcome.failed } : outcome;
  }
}
