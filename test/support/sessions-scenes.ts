/** Lists of sessions worth looking at: of all states and kinds, with words in messages, a thousand, and the longest plausible text. */
import type { CostLine, SessionEntry, TimelineTurn } from "../../src/protocol/sessions.ts";
import type { SessionsScript, StoredSession } from "./sessions-harness.ts";

const hourMs = 3_600_000;
const folder = "/projects/weather-station";

/** A session that was changed so many hours before now. */
export function session(id: string, hoursAgo: number, change: Partial<SessionEntry> = {}): StoredSession {
  const updatedAt = Date.now() - hoursAgo * hourMs;
  return {
    entry: {
      id,
      folder,
      title: `Session ${id}`,
      startedAt: updatedAt - hourMs,
      updatedAt,
      messages: 12,
      costUsd: 0.0042,
      state: "idle",
      isPinned: false,
      isElsewhere: false,
      ...change,
    },
  };
}

const said: StoredSession["messages"] = [
  {
    turn: 1,
    role: "user",
    text: "When is the tide low in Cuxhaven, and by how much does the barometer change it?",
  },
  {
    turn: 2,
    role: "assistant",
    text: "…the barometer lowers the tide by one centimetre for each hectopascal, see src/tides.ts…",
  },
  { turn: 7, role: "user", text: "Add the barometer to the tide table <img src=x onerror=alert(1)>" },
];

const word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

const mixed: readonly StoredSession[] = [
  session("a", 0.05, { title: "Fix the type error in the tide table", state: "running", costUsd: 0.0128 }),
  session("b", 2, { title: "Explain the build", state: "error" }),
  { ...session("c", 3, { title: "Barometer and tides", messages: 48, costUsd: 1.24 }), messages: said },
  session("d", 26, { title: "Add tests for the parser", forkOf: { session: "c", turn: 4 } }),
  session("e", 27, {
    title: "Add tests for the parser, with dates",
    forkOf: { session: "d", turn: 2 },
    state: "interrupted",
  }),
  session("f", 30, { title: "Rename station to sensor everywhere", isElsewhere: true, state: "running" }),
  session("g", 75, { title: "What does the retry loop do?", messages: 1 }),
  session("h", 900, { title: "The first look at this project", isPinned: true }),
  session("i", 500, { title: "Speed up the import of old readings" }),
  session("j", 40, { title: "Notes on the release", archivedAt: 1 }),
  session("k", 60, { title: "A dead end", trashedAt: 1 }),
  session("l", 4, { title: "Pay by invoice", folder: "/projects/web-shop" }),
  session("m", 50, { title: "Barometer in the shop", folder: "/projects/web-shop" }),
];

/** A turn of a timeline. */
function timelineTurn(number: number, change: Partial<TimelineTurn> = {}): TimelineTurn {
  return {
    id: `t${number}`,
    number,
    startedAt: Date.now() - 10 * hourMs + number * 60_000,
    durationMs: 12_400,
    message: "Fix the type error in the tide table and run the tests again",
    model: "deepseek-flash",
    outcome: "done",
    promptTokens: 47_100,
    cachedTokens: 46_900,
    outputTokens: 1210,
    costUsd: 0.0042,
    toolCalls: 6,
    filesChanged: 2,
    ...change,
  };
}

const turns: readonly TimelineTurn[] = [
  timelineTurn(1, { message: "What is this?", toolCalls: 0, filesChanged: 0 }),
  timelineTurn(2, { outcome: "interrupted", message: "" }),
  timelineTurn(3, { outcome: "error", costUsd: 1.28, model: "an-open-model-with-a-long-name-70b-instruct" }),
  timelineTurn(4, { outcome: "stopped" }),
];

const costs: readonly CostLine[] = [
  {
    provider: "deepseek",
    model: "deepseek-flash",
    key: "environment",
    calls: 42,
    hitTokens: 1_846_900,
    missTokens: 48_200,
    outputTokens: 21_210,
    reasoningTokens: 8_400,
    costUsd: 0.0421,
  },
  {
    provider: "openai-compatible",
    model: "an-open-model-with-a-long-name-70b-instruct",
    key: "saved in the editor",
    calls: 3,
    outputTokens: 812,
  },
];

/** The lists, by name. */
export const sessionScenes = {
  nothing: { sessions: [] },
  hidden: { sessions: mixed.filter(({ entry }) => entry.folder !== folder) },
  one: { sessions: [session("a", 1)], active: "a" },
  mixed: { sessions: mixed, active: "c", timeline: turns, costs },
  longest: {
    sessions: [
      {
        ...session("a", 1, { title: `${word} ${word} ${word}`, isPinned: true }),
        messages: [{ turn: 1, role: "user", text: `${word} barometer ${word} ${word}` }],
      },
      session("b", 2, {
        title: "Deep",
        state: "error",

        messages: 123_456,
        costUsd: 1234.56,
      }),
      ...Array.from({ length: 7 }, (_, index) =>
        session(`f${index}`, 3, {
          title: `Fork of a fork of a fork ${index}`,
          forkOf: { session: index === 0 ? "b" : `f${index - 1}`, turn: 2 },
        }),
      ),
    ],
  },
  thousand: {
    sessions: Array.from({ length: 1_200 }, (_, index) =>
      session(`n${index}`, index * 3, { title: `Session number ${index}` }),
    ),
    timeline: Array.from({ length: 2_500 }, (_, index) => timelineTurn(index + 1)),
    costs,
  },
} satisfies Readonly<Record<string, SessionsScript>>;
