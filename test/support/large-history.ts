/** A history as of years: many sessions with messages and spans, and one long session with much tool output. */
import type { Store, StoreRecord } from "#core/store-ports.ts";
import type { SessionEvent } from "#protocol/session.ts";
import type { ModelChoice } from "#protocol/header.ts";
import type { SessionSummary } from "#protocol/sessions.ts";
import type { Span } from "#protocol/trace.ts";

/** How large a history is: sessions of so many turns (of two messages each) with so many spans, and the turns of the long one. */
export interface HistorySize {
  readonly sessions: number;
  readonly turns: number;
  readonly spans: number;
  readonly longTurns: number;
  /** Bytes of tool output in a turn of the long session. */
  readonly longOutput: number;
}

/** The id of the long session, which was used last. */
export const longSession = "long";
/** The word that is in the last answer of the long session alone. */
export const lastWord = "quittingtime";
/** A word that is in one message of each session. */
export const commonWord = "lighthouse";

const choice: ModelChoice = { provider: "rehearsal", model: "rehearsal", effort: "high" };
const usage = { promptTokens: 9_000, cacheHitTokens: 8_800, cacheMissTokens: 200, outputTokens: 200 };
const begin = Date.UTC(2026, 0, 5);
const minute = 60_000;
const words =
  "tide harbour level meter pier water gauge file test error fix build parse value index number wind cloud rain sensor".split(
    " ",
  );

/** The title of a session. */
export function titleOf(id: string): string {
  return `History of ${id}`;
}

/** Writes it, of sessions that belong to a folder. */
export async function writeHistory(store: Store, folder: string, size: HistorySize): Promise<void> {
  for (let at = 0; at < size.sessions; at++) {
    const id = `session-${at}`;
    const startedAt = begin + at * 60 * minute;
    await writeSession(store, { id, folder, startedAt, turns: size.turns, output: 600, spans: size.spans });
  }
  const startedAt = begin + size.sessions * 60 * minute;
  const { longTurns: turns, longOutput: output } = size;
  await writeSession(store, { id: longSession, folder, startedAt, turns, output, spans: 0 });
}

interface Plan {
  readonly id: string;
  readonly folder: string;
  readonly startedAt: number;
  readonly turns: number;
  readonly output: number;
  readonly spans: number;
}

async function writeSession(store: Store, plan: Plan): Promise<void> {
  const { id, folder, startedAt, turns } = plan;
  let n = 0;
  const keep = (events: readonly SessionEvent[]) =>
    events.map((event): StoreRecord => ({ kind: "event", session: id, n: n++, event }));
  const start = { type: "session-start", at: startedAt, id, folder, choice } as const;
  const header = { system: text(1, 3_000), tools: [], hash: "0" };
  const pin = {
    type: "header-pin",
    at: startedAt,
    reason: "first",
    header,
    choice,
    reasoning: "never",
  } as const;
  const title = titleOf(id);
  await store.append(keep([start, pin, { type: "title-change", at: startedAt, title }]));
  for (let from = 1; from <= turns; from += 25) {
    const records: StoreRecord[] = [];
    for (let number = from; number < Math.min(from + 25, turns + 1); number++)
      records.push(...keep(turnEvents(plan, number)), ...spansOf(plan, number));
    await store.append(records);
  }
  const summary: SessionSummary = {
    ...{ id, folder, startedAt, title },
    ...{ updatedAt: startedAt + turns * 1_000, messages: turns * 2, state: "idle" },
  };
  await store.append([{ kind: "summary", summary }]);
}

function turnEvents({ id, startedAt, turns, output }: Plan, number: number): readonly SessionEvent[] {
  const at = startedAt + number * 1_000;
  const turn = `${id}-${number}`;
  const step = (which: number) => `${turn}-${which}`;
  const call = `${turn}-call`;
  const last = number === turns && id === longSession ? lastWord : "";
  const seen = number === 7 ? commonWord : "";
  const end = { at, turn, reasoning: "", finish: "stop", usage, costUsd: 0.0001 };
  const args = JSON.stringify({ path: `src/${words[number % words.length]}.ts` });
  const ask = { id: `${turn}-m`, text: { text: `Question ${number - 1}: ${seen} ${text(number, 120)}` } };
  return [
    { type: "turn-start", at, turn, number, message: ask },
    { type: "step-start", at, turn, step: step(1), choice },
    {
      ...end,
      ...{ type: "step-end", step: step(1), text: "" },
      calls: [{ id: call, callId: call, name: "read_file", arguments: args }],
    },
    { type: "tool-start", at, turn, call, title: { verb: "Read", object: args }, isReadOnly: true },
    { type: "tool-end", at, turn, call, outcome: "ok", output: { text: text(number + id.length, output) } },
    { type: "step-start", at, turn, step: step(2), choice },
    {
      ...end,
      ...{ type: "step-end", step: step(2), calls: [] },
      text: `Answer ${number - 1}: ${last}\n\n${text(number * 7, 400)}\n\n\`\`\`ts\nconst level = ${number};\n\`\`\``,
    },
    { type: "turn-end", at, turn, reason: "done" },
  ];
}

/** Words of about so many characters; the same for the same seed. */
function text(seed: number, length: number): string {
  let state = seed;
  let made = "";
  while (made.length < length) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    made += `${words[(state >>> 16) % words.length]}${state % 97} `;
  }
  return made.slice(0, length);
}

function spansOf({ id, startedAt, turns, spans }: Plan, number: number): readonly StoreRecord[] {
  const count = Math.floor((spans * number) / turns) - Math.floor((spans * (number - 1)) / turns);
  return Array.from({ length: count }, (_, at) => {
    const from = startedAt + number * 1_000 + at;
    const span: Span = {
      ...{ id: `${id}-${number}-${at}`, session: id, agent: "main", turn: number, kind: "tool" },
      ...{ name: "execute_tool read_file", title: "Read src/tide.ts", startedAt: from, endedAt: from + 1 },
      ...{ outcome: "ok", timings: { toolMs: 1 }, parent: `${id}-${number}` },
    };
    return { kind: "span", span };
  });
}
