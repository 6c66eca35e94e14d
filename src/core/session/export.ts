/** Sessions as files: Markdown for people, JSON to be read back. */
import { type Body, type Item, type SessionEvent, type SessionState, type Turn } from "#protocol/session.ts";
import { formatDuration, formatMoney, formatTokens } from "#protocol/words.ts";

/** The format of exported JSON; a reader refuses a higher one. */
export const exportFormat = 1;

/** An exported session: its log, and the large texts that the log names by hash. */
export interface SessionFile {
  readonly format: "boocode-session";
  readonly version: number;
  readonly events: readonly SessionEvent[];
  readonly blobs: Readonly<Record<string, string>>;
}

/** Reads a body or a blob's whole text. */
export interface BodyReader {
  read(body: Body): Promise<string>;
  readBlob(hash: string): Promise<string | undefined>;
}

/** The JSON of a session. */
export async function exportJson(events: readonly SessionEvent[], reader: BodyReader): Promise<string> {
  const blobs: Record<string, string> = {};
  for (const hash of blobsIn(events)) {
    const text = await reader.readBlob(hash);
    if (text !== undefined) blobs[hash] = text;
  }
  const file: SessionFile = { format: "boocode-session", version: exportFormat, events, blobs };
  return `${JSON.stringify(file, undefined, 1)}\n`;
}

/** The conversation as Markdown: messages, thoughts, calls with their results. */
export async function exportMarkdown(state: SessionState, reader: BodyReader): Promise<string> {
  const head = [
    `# ${oneLine(state.title)}`,
    "",
    `${new Date(state.startedAt).toISOString()} · ${state.turns.length} turns${state.costUsd === undefined ? "" : ` · ${formatMoney(state.costUsd)}`}`,
  ];
  const turns: string[] = [];
  for (const turn of state.turns) turns.push(...(await turnLines(turn, reader)));
  return `${[...head, ...turns].join("\n")}\n`;
}

/** A file name made of a title. */
export function fileName(title: string, extension: string): string {
  const name = title
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}]+/gu, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return `${name || "session"}.${extension}`;
}

function blobsIn(events: readonly SessionEvent[]): ReadonlySet<string> {
  return new Set(JSON.stringify(events).match(/(?<=")[0-9a-f]{64}(?=")/g) ?? []);
}

async function turnLines(turn: Turn, reader: BodyReader): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const item of turn.items) lines.push("", ...(await itemLines(item, turn, reader)));
  const { end, usage, costUsd } = turn;
  const figures = [
    turn.choice?.model,
    end && formatDuration(end.at - turn.startedAt),
    usage.promptTokens === undefined
      ? undefined
      : formatTokens(usage.promptTokens + (usage.outputTokens ?? 0)),
    costUsd === undefined ? undefined : formatMoney(costUsd),
    end === undefined || end.reason === "done" ? undefined : end.reason,
  ].filter((figure) => figure !== undefined && figure !== "");
  return figures.length === 0 ? lines : [...lines, "", `_${figures.join(" · ")}_`];
}

async function itemLines(item: Item, turn: Turn, reader: BodyReader): Promise<readonly string[]> {
  switch (item.kind) {
    case "user":
      return [`## ${turn.number}. User`, "", await reader.read(item.text)];
    case "text":
      return [item.text];
    case "reasoning":
      return ["<details><summary>Thinking</summary>", "", fenced(item.text, "text"), "", "</details>"];
    case "writing":
      return [];
    case "tool": {
      const { call } = item;
      const title = [call.title.verb, call.title.object, call.title.detail].filter(Boolean).join(" ");
      const output = call.status === "ended" ? await reader.read(call.output) : "";
      return [
        `**${oneLine(title)}** (${call.status === "ended" ? call.outcome : call.status})`,
        "",
        fenced(call.arguments, "json"),
        ...(output === "" ? [] : ["", fenced(output, "text")]),
      ];
    }
  }
}

// A fence must be longer than any in the text.
function fenced(text: string, language: string): string {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
