/** Traces worth looking at: nothing, one that runs, failures and retries, thousands of spans, every cause of a miss. */
import type { OpenSpan, Span, SpanDetail, SpanKind } from "../../src/protocol/trace.ts";
import type { TraceScript } from "./trace-harness.ts";

const now = Date.now();

/** When the scenes begin, epoch milliseconds. */
export const sceneStart = now - 3_600_000;

/** A span that begins and ends so many milliseconds after the scenes' start. */
export function span(id: string, kind: SpanKind, from: number, to: number, change: Partial<Span> = {}): Span {
  return {
    id,
    session: "s",
    agent: "main",
    turn: 1,
    kind,
    name: kind,
    startedAt: sceneStart + from,
    endedAt: sceneStart + to,
    outcome: "ok",
    timings: {},
    ...change,
  };
}

function open(id: string, kind: SpanKind, ago: number, change: Partial<OpenSpan> = {}): OpenSpan {
  return {
    id,
    session: "s",
    agent: "main",
    turn: 2,
    kind,
    name: kind,
    startedAt: now - ago,
    ...change,
  };
}

function usage(hit: number, miss: number, output: number): Span["usage"] {
  return {
    promptTokens: hit + miss,
    cacheHitTokens: hit,
    cacheMissTokens: miss,
    outputTokens: output,
    reasoningTokens: Math.round(output / 3),
  };
}

function model(
  id: string,
  parent: string,
  [from, first, generating]: readonly [number, number, number],
  change: Partial<Span> = {},
): Span {
  return span(id, "model", from, from + 6 + first + generating, {
    parent,
    name: "chat deepseek-flash",
    model: "deepseek-flash",
    provider: "deepseek",
    attempt: 1,
    timings: { queuedMs: 6, firstTokenMs: first, generatingMs: generating },
    ...change,
  });
}

function tool(
  id: string,
  parent: string,
  title: string,
  [from, to]: readonly [number, number],
  change: Partial<Span> = {},
): Span {
  const name = `execute_tool ${title.startsWith("Edit") ? "edit_file" : "read_file"}`;
  return span(id, "tool", from, to, { parent, name, title, timings: { toolMs: to - from }, ...change });
}

/** One turn of two steps, three tools side by side. */
const firstTurn: readonly Span[] = [
  span("t1", "turn", 0, 9_400, {
    title: "Fix the type error in the tide table and run the tests again",
    usage: usage(9_856, 5_344, 640),
    costUsd: 0.0021,
    name: "invoke_agent main",
  }),
  span("t1a", "step", 0, 5_100, {
    parent: "t1",
    name: "step 1",
    usage: usage(4_608, 4_992, 320),
    costUsd: 0.0015,
  }),
  model("t1a/1", "t1a", [0, 800, 2_600], {
    usage: usage(4_608, 4_992, 320),
    costUsd: 0.0015,
    inputEvent: 4,
    outputEvent: 5,
    cache: {
      cause: "declared",
      reason: "first",
      isInferred: false,
      reusableTokens: 0,
      missedTokens: 0,
      savedUsd: 0.0011,
      lostUsd: 0,
    },
  }),
  tool("c1", "t1a", "Read src/tides.ts 1–80", [3_420, 3_432]),
  tool("c2", "t1a", "Search hours in src", [3_421, 4_300]),
  tool("c3", "t1a", "Edit src/tides.ts", [3_425, 5_090]),
  span("t1b", "step", 5_110, 9_390, {
    parent: "t1",
    name: "step 2",
    usage: usage(5_248, 352, 320),
    costUsd: 0.0006,
  }),
  model("t1b/1", "t1b", [5_110, 420, 3_800], {
    usage: usage(5_248, 352, 320),
    costUsd: 0.0006,
    cache: {
      cause: "none",
      isInferred: false,
      reusableTokens: 5_248,
      missedTokens: 0,
      savedUsd: 0.0013,
      lostUsd: 0,
    },
  }),
];

const failures: readonly Span[] = [
  span("t2", "turn", 12_000, 46_000, {
    turn: 2,
    title: "Now write the release notes",
    outcome: "error",
    name: "invoke_agent main",
    timings: { waitingForUserMs: 14_000 },
    usage: usage(5_632, 96, 210),
    isUsageWhole: false,
    costUsd: 0.0004,
    error: { code: "connection", message: "The connection to the provider was cut off. Try again." },
  }),
  span("t2a", "step", 12_000, 36_000, {
    turn: 2,
    parent: "t2",
    name: "step 1",
    retries: 1,
    usage: usage(5_632, 96, 210),
    costUsd: 0.0004,
  }),
  model("t2a/1", "t2a", [12_000, 300, 0], {
    turn: 2,
    outcome: "error",
    timings: { queuedMs: 4, firstTokenMs: 302 },
    error: {
      code: "rate-limit",
      message: "The provider limits how often it may be asked (429). It was tried again.",
    },
  }),
  model("t2a/2", "t2a", [12_310, 700, 3_000], {
    turn: 2,
    attempt: 2,
    endedAt: sceneStart + 18_020,
    timings: { queuedMs: 2_000, firstTokenMs: 700, generatingMs: 3_010 },
    usage: usage(5_632, 96, 210),
    costUsd: 0.0004,
    cache: {
      cause: "none",
      isInferred: false,
      reusableTokens: 5_632,
      missedTokens: 0,
      savedUsd: 0.0014,
      lostUsd: 0,
    },
  }),
  span("q1", "question", 18_100, 32_100, {
    turn: 2,
    parent: "t2",
    title: "The budget of $0.05 is spent. Go on?",
    timings: { waitingForUserMs: 14_000 },
  }),
  tool("c4", "t2a", "Read CHANGELOG.md", [32_200, 32_900], {
    turn: 2,
    outcome: "error",
    error: { code: "not-found", message: "There is no file CHANGELOG.md. List the folder first." },
  }),
  tool("c5", "t2a", "Edit docs/release.md", [32_210, 36_000], { turn: 2, outcome: "denied" }),
  span("t2b", "step", 36_010, 46_000, {
    turn: 2,
    parent: "t2",
    name: "step 2",
    outcome: "error",
    isUsageWhole: false,
  }),
  model("t2b/1", "t2b", [36_010, 900, 9_000], {
    turn: 2,
    outcome: "error",
    isUsageWhole: false,
    error: { code: "cut-off", message: "The answer was cut off after 4.1 KB." },
  }),
];

/** A turn after two hours in which nobody was there, with every cause of a miss. */
const causes: readonly Span[] = [
  span("t3", "turn", 7_200_000, 7_228_000, {
    turn: 3,
    title: "And now the other causes",
    name: "invoke_agent main",
  }),
  ...(["expired", "drift", "too-soon", "small", "unknown", "declared"] as const).flatMap((cause, index) => {
    const at = 7_200_000 + index * 4_500;
    const id = `t3-${cause}`;
    return [
      span(id, "step", at, at + 4_400, { turn: 3, parent: "t3", name: `step ${index + 1}` }),
      model(`${id}/1`, id, [at, 600 + index * 90, 3_200], {
        turn: 3,
        usage: usage(index * 640, 9_000 - index * 640, 260),
        costUsd: 0.0027,
        cache: {
          cause,
          isInferred: cause !== "drift" && cause !== "declared",
          ...(cause === "declared" && { reason: "model" }),
          reusableTokens: 8_960,
          missedTokens: 8_960 - index * 640,
          savedUsd: index * 0.00016,
          lostUsd: 0.0022 - index * 0.0001,
          ...(cause === "drift" && {
            drift: {
              place: "tools",
              before:
                '{"type":"function","function":{"name":"read_file","description":"Reads a file of the project, at most 400 lines',
              after:
                '{"type":"function","function":{"name":"read_file","description":"Reads a file of the project, at most 800 lines',
            },
          }),
        },
      }),
    ];
  }),
];

const details: Readonly<Record<string, SpanDetail>> = {
  c3: {
    input: {
      text: '{"path":"src/tides.ts","old":"const hours: number","new":"const hours: string","options":{"all":false,"lines":[1,2,3]}}',
    },
    output: { text: "Changed 1 place in src/tides.ts." },
    files: [{ path: "src/tides.ts", kind: "changed", added: 12, removed: 3 }],
    segments: [],
    hasBodies: true,
  },
  "t3-drift/1": {
    output: { text: 'I look at the table first.\n\nread_file {"path":"src/tides.ts"}' },
    thinking: "First the table, then the tests.",
    files: [],
    segments: [
      {
        kind: "system",
        label: "System text",
        bytes: 9_200,
        tokens: 2_300,
        hash: "9f2c1ab34d5e",
        isReused: true,
      },
      { kind: "tool", label: "read_file", bytes: 1_900, tokens: 470, hash: "aa11bb22cc33", isReused: false },
      { kind: "tool", label: "edit_file", bytes: 2_400, tokens: 600, hash: "bb22cc33dd44", isReused: false },
      {
        kind: "user",
        label: "Fix the type error",
        bytes: 410,
        tokens: 100,
        hash: "cc33dd44ee55",
        isReused: false,
      },
      {
        kind: "assistant",
        label: "I look around.",
        bytes: 1_100,
        tokens: 280,
        hash: "dd44ee55ff66",
        isReused: false,
      },
      {
        kind: "result",
        label: "read_file",
        bytes: 21_000,
        tokens: 5_250,
        hash: "ee55ff66aa77",
        isReused: false,
      },
    ],
    hasBodies: true,
  },
};

const word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

/** An agent of a run with one call, that says where it worked. */
function agentOfRun(label: string, phase: string, [from, to]: readonly [number, number]): readonly Span[] {
  const own = { origin: `session of ${label}`, agent: label, usage: usage(6_400, 900, 300), costUsd: 0.0004 };
  return [
    span(label, "agent", from, to, { ...own, parent: phase, name: `invoke_agent ${label}`, title: label }),
    span(`${label}-t`, "turn", from, to, { ...own, parent: label, name: "invoke_agent main", title: "Look" }),
    span(`${label}-s`, "step", from, to, { ...own, parent: `${label}-t`, name: "step 1" }),
    model(`${label}-s/1`, `${label}-s`, [from, 400, to - from - 500], own),
  ];
}

/** A workflow's run: two phases, three agents, one of which failed, and a shell step. */
const run: readonly Span[] = [
  span("r", "run", 0, 9_000, {
    ...{ name: "invoke_workflow review-code", title: "review-code" },
    ...{ usage: usage(12_800, 1_800, 600), costUsd: 0.0008, outcome: "error" },
  }),
  span("r/Review", "phase", 200, 6_000, {
    ...{ parent: "r", name: "phase Review", title: "Review" },
    ...{ usage: usage(12_800, 1_800, 600), costUsd: 0.0008 },
  }),
  ...agentOfRun("review: security", "r/Review", [200, 5_800]),
  ...agentOfRun("review: tests", "r/Review", [260, 4_100]),
  span("r/Verify", "phase", 6_000, 8_900, { parent: "r", name: "phase Verify", title: "Verify" }),
  tool("r/sh", "r/Verify", "git status", [6_010, 6_200]),
  span("verify", "agent", 6_300, 8_900, {
    ...{ parent: "r/Verify", name: "invoke_agent verify", title: "verify", outcome: "error" },
    error: { code: "no progress for 180 s", message: "It said nothing for 180 s." },
  }),
];

/** The traces, by name. */
export const traceScenes = {
  run: { title: "review-code", spans: run, details },
  nothing: {},
  one: { spans: firstTurn, details },
  live: {
    spans: firstTurn,
    open: [
      open("t2", "turn", 9_000, { title: "Now write the release notes", name: "invoke_agent main" }),
      open("t2a", "step", 9_000, { parent: "t2", name: "step 1" }),
      open("t2a/1", "model", 4_000, {
        parent: "t2a",
        name: "chat deepseek-flash",
        model: "deepseek-flash",
        attempt: 1,
      }),
    ],
    details,
  },
  failures: { spans: [...firstTurn, ...failures], details },
  causes: { spans: [...firstTurn, ...failures, ...causes], details },
  thousands: { generated: 2_000, details },
  longest: {
    title: `${word} ${word}`,
    spans: firstTurn.map((one) => ({ ...one, title: `${word} <img src=x onerror=alert(1)> ${word}` })),
  },
} satisfies Readonly<Record<string, TraceScript>>;
