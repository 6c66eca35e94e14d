/** Gathers what a user's message is sent with: rules of the project, the day, the active file. */
import type { Body, Facts, SessionEvent, UserMessage } from "#protocol/session.ts";
import { BooError } from "../errors.ts";
import type { DocumentText, FoundFile, Ports } from "../ports.ts";
import type { Session } from "../session/session.ts";
import { lineDiff } from "../session/line-diff.ts";
import { relativePath, resolveFile } from "../tools/paths.ts";
import { contextBefore } from "./prompt.ts";

const rulesLimit = 8 * 1024;

/** Remembers what the model was told, and says what is new. */
export class ContextSource {
  readonly #ports: Pick<Ports, "editor" | "files" | "home" | "clock" | "store">;
  #told: Facts | undefined;
  #toldRules = "";
  #reverted: string[] = [];
  #summary: Body | undefined;

  constructor(ports: Pick<Ports, "editor" | "files" | "home" | "clock" | "store">) {
    this.#ports = ports;
  }

  /** Learns anew from a session's whole log. */
  async learn(events: readonly SessionEvent[]): Promise<void> {
    this.#told = undefined;
    this.#reverted = [];
    this.#summary = undefined;
    for (const event of events) this.apply(event);
    await this.#restore();
  }

  /** Learns from an event what was told and what happened since. */
  apply(event: SessionEvent): void {
    if (event.type === "session-start") this.#summary = event.summary;
    if (event.type === "turn-revert") this.#reverted.push(...event.reverted);
    if ((event.type === "turn-start" || event.type === "user-message") && event.message !== undefined) {
      this.#summary = undefined;
      if (event.message.facts === undefined) return;
      this.#told = event.message.facts;
      this.#reverted = [];
    }
  }

  /** Reads back the rules that were told. */
  async #restore(): Promise<void> {
    const hash = this.#told?.rules;
    this.#toldRules = hash === undefined ? "" : ((await this.#ports.store.readBlob(hash)) ?? "");
  }

  /** Makes the message of a new turn; volatile facts enter here and nowhere else. */
  async message(
    session: Pick<Session, "keep" | "read" | "state">,
    id: string,
    text: string,
    signal: AbortSignal,
  ): Promise<UserMessage> {
    const rules = await this.#readRules(signal);
    const summary = this.#summary === undefined ? undefined : await session.read(this.#summary);
    const day = new Date(this.#ports.clock.now()).toISOString().slice(0, 10);
    const active = this.#ports.editor.activeFile();
    const activeFile = active === undefined ? undefined : relativePath(this.#ports.editor.folders(), active);
    const { mode } = session.state;
    const now = { day, activeFile, rules, reverted: [...new Set(this.#reverted)], summary, mode };
    const diff = this.#toldRules === "" || rules === this.#toldRules ? "" : lineDiff(this.#toldRules, rules);
    const context = contextBefore(now, this.#told, this.#toldRules, diff);
    if (rules !== this.#toldRules) this.#toldRules = rules;
    const facts: Facts = {
      day,
      ...((activeFile ?? this.#told?.activeFile) !== undefined && {
        activeFile: activeFile ?? this.#told?.activeFile,
      }),
      ...(rules !== "" && { rules: await this.#keepRules(rules) }),
      ...(mode !== "default" && { mode }),
    };
    return {
      id,
      text: await session.keep(text),
      facts,
      ...(context !== undefined && { context: await session.keep(context) }),
    };
  }

  async #keepRules(rules: string): Promise<string> {
    return this.#ports.store.putBlob(rules).catch(() => "");
  }

  /** Nobody is asked here, so a file is read only if it is the workspace's own: no link leads out of it, and it has no other name. */
  async #readProjectFile(path: string, signal: AbortSignal): Promise<DocumentText> {
    const { folder, real } = await resolveFile(this.#ports, path);
    const refuse = (): BooError => new BooError("denied", `${path} is not the workspace's own.`);
    const allow = async ({ kind, links }: FoundFile): Promise<void> => {
      if (kind !== "file" || links > 1) throw refuse();
    };
    if (folder === undefined) throw refuse();
    return this.#ports.editor.read(path, signal, { real, allow });
  }

  async #readRules(signal: AbortSignal): Promise<string> {
    const { editor } = this.#ports;
    const folders = editor.folders();
    const texts: string[] = [];
    for (const folder of folders) {
      const document = await this.#readProjectFile(`${folder.path}/AGENTS.md`, signal).catch(() => undefined);
      if (document === undefined || document.text.trim() === "") continue;
      texts.push(folders.length === 1 ? document.text.trim() : `## ${folder.name}\n${document.text.trim()}`);
    }
    const rules = texts.join("\n\n");
    return rules.length <= rulesLimit
      ? rules
      : `${rules.slice(0, rulesLimit)}\n[AGENTS.md is longer; read the rest with read_file]`;
  }
}
