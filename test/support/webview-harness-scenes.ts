/** States of the chat worth looking at: with nothing, with one, with a hundred of things, with the longest plausible text. */
import type { Item, QueuedMessage, SessionState, ToolCall, Turn } from "../../src/protocol/session.ts";
import { emptySession } from "../../src/protocol/session.ts";
import type { SessionEntry } from "../../src/protocol/sessions.ts";
import type { WorkspaceState } from "../../src/protocol/workspace.ts";
import type { HostScript } from "./webview-harness.ts";

const start = Date.parse("2025-11-20T14:00:00Z");

const workspace: WorkspaceState = {
  folders: ["weather-station"],
  isTrusted: true,
  choice: { provider: "deepseek", model: "deepseek-flash", effort: "high" },
  modelLabel: "deepseek-flash",
  keyState: "set",
  activeSession: "s1",
};

const session: SessionState = {
  ...emptySession,
  id: "s1",
  title: "New session",
  folder: "weather-station",
  startedAt: start,
  choice: workspace.choice,
};

const answer = `The type error is in \`src/station.ts:12\`: \`readTemperature\` returns a **string**, and [\`average\`](src/average.ts:4) wants numbers.

I changed the parser so that it returns a number:

\`\`\`ts
/** Reads one line of the log, such as "2025-11-20 21.5". */
export function readTemperature(line: string): number {
  const [, value = ""] = line.split(" ");
  const degrees = Number(value);
  if (Number.isNaN(degrees)) throw new Error(\`Not a temperature: \${line}\`);
  return degrees;
}
\`\`\`

What it does now:

1. It splits the line once, at the first space.
2. It refuses what is *not* a number, with the line in the message.
3. It keeps everything else as it was.

| File | Change | Lines |
| --- | --- | ---: |
| src/station.ts | parser returns a number | 12 |
| test/station.test.ts | two new cases | 18 |

> The tests were not run: there is no shell tool yet.

- [x] the type error is gone
- [ ] the tests pass`;

/** A tool call that has ended well. */
function call(
  id: string,
  name: string,
  title: ToolCall["title"],
  change: Partial<Extract<ToolCall, { status: "ended" }>> = {},
): Item {
  const ended: ToolCall = {
    id,
    name,
    title,
    arguments: JSON.stringify({ path: title.object }),
    ...(name !== "edit_file" && name !== "write_file" && { isReadOnly: true }),
    startedAt: start,
    status: "ended",
    endedAt: start + 12,
    outcome: "ok",
    output: { text: "1\texport const answer = 42;\n2\t\n3\texport function main() {}\n" },
    files: [],
    ...change,
  };
  return { kind: "tool", id, call: ended };
}

/** A turn that has ended, with the usual things in it. */
export function turn(number: number, change: Partial<Turn> = {}): Turn {
  const id = `t${number}`;
  return {
    id,
    number,
    startedAt: start + number * 60_000,
    items: [
      { kind: "user", id: `${id}u`, text: { text: "Fix the type error" } },
      {
        kind: "reasoning",
        id: `${id}s1:thought`,
        text: "The user wants the error gone. I will look at the diagnostics first, then at the file they name.",
        startedAt: start,
        durationMs: 3210,
      },
      call(`${id}c1`, "get_diagnostics", { verb: "Check", object: "problems" }, { note: "1 error" }),
      call(`${id}c2`, "read_file", { verb: "Read", object: "src/station.ts", detail: "1–80" }),
      call(
        `${id}c3`,
        "read_file",
        { verb: "Read", object: "src/average.ts", detail: "1–20" },
        { endedAt: start + 400 },
      ),
      call(
        `${id}c4`,
        "edit_file",
        { verb: "Edit", object: "src/station.ts" },
        {
          endedAt: start + 1240,
          note: "1 error fixed",
          files: [
            { path: "src/station.ts", kind: "changed", before: "a", after: "b", added: 12, removed: 3 },
          ],
        },
      ),
      { kind: "text", id: `${id}s2:text`, text: answer, isStreaming: false },
    ],
    usage: {
      promptTokens: 47_100,
      cacheHitTokens: 43_300,
      cacheMissTokens: 3800,
      outputTokens: 1210,
      reasoningTokens: 400,
    },
    costUsd: 0.0042,
    steps: 3,
    end: { at: start + number * 60_000 + 12_400, reason: "done" },
    ...change,
  };
}

/** What a session shows beside its turns. */
const figures: Partial<SessionState> = {
  title: "Fix the type error",
  usage: { promptTokens: 47_100, cacheHitTokens: 46_900, cacheMissTokens: 200, outputTokens: 1210 },
  costUsd: 0.0042,
  modelCalls: 3,
  context: { usedTokens: 15_400, windowTokens: 128_000 },
};

const running: Turn = (() => {
  const { end: _, ...rest } = turn(2, {
    startedAt: Date.now() - 12_000,
    items: [
      { kind: "user", id: "t2u", text: { text: "Now add a test for it" } },
      call("r1", "read_file", { verb: "Read", object: "test/station.test.ts" }),
      {
        kind: "text",
        id: "r2:text",
        text: "I will add two cases, one for a number and one for a line that is **not",
        isStreaming: true,
      },
    ],
  });
  return rest;
})();

const word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";
const longPath =
  "packages/observability-instrumentation/src/internal/exporters/prometheus/remote-write-configuration.ts";
const longest: Turn = turn(1, {
  items: [
    {
      kind: "user",
      id: "u",
      text: {
        text: Array.from(
          { length: 40 },
          (_, index) => `Line ${index + 1} of a long message with ${word}.`,
        ).join("\n"),
      },
    },
    call(
      "l1",
      "edit_file",
      { verb: "Edit", object: longPath, detail: "lines 1–2,400 of 12,000" },
      {
        note: "12 errors added, 3 warnings fixed",
        files: [{ path: longPath, kind: "changed", added: 12_345, removed: 6789 }],
      },
    ),
    {
      kind: "text",
      id: "l2",
      isStreaming: false,
      text: `# ${word} ${word}\n\n${word.repeat(6)}\n\nhttps://example.com/${"a-very-long-path/".repeat(20)}\n\n\`\`\`typescript\nconst value = "${"x".repeat(400)}";\n\`\`\`\n\n| ${["Column one", "Column two", word, "Column four", "Column five"].join(" | ")} |\n|---|---|---|---|---|\n| a | b | c | d | ${word} |\n\n${"A sentence that goes on. ".repeat(80)}`,
    },
  ],
  revert: {
    reverted: [],
    refused: [
      {
        path: longPath,
        reason: "it was changed since by someone else, so that reverting would lose their work",
      },
    ],
  },
});

const errors: readonly Turn[] = [
  turn(1, {
    items: [{ kind: "user", id: "e1u", text: { text: "Explain the build" } }],
    end: { at: start + 61_000, reason: "stopped" },
  }),
  turn(2, {
    items: [
      { kind: "user", id: "e2u", text: { text: "Explain the build" } },
      call("e2c", "read_file", { verb: "Read", object: "build.ts" }, { outcome: "error", note: "not found" }),
      call(
        "e2d",
        "write_file",
        { verb: "Write", object: "../outside.txt", detail: "3 lines" },
        { outcome: "denied" },
      ),
    ],
    end: {
      at: start + 130_000,
      reason: "error",
      error: {
        code: "key-refused",
        message: "DeepSeek refused the key (401). Enter a valid key, or switch to another model.",
        actions: ["set-key", "switch-model", "retry"],
      },
    },
  }),
  turn(3, {
    items: [{ kind: "user", id: "e3u", text: { text: "Go on" } }],
    end: {
      at: start + 190_000,
      reason: "context-full",
      error: {
        code: "context-full",
        message:
          "The context of deepseek-flash is full: 128k of 128k tokens. Go on in a new session that begins with a summary, or switch to a model with a larger context.",
        actions: ["new-with-summary", "switch-model"],
      },
    },
  }),
];

const queue: readonly QueuedMessage[] = [
  { id: "q1", text: "Then run the linter and fix what it says" },
  { id: "q2", text: `And document it, with an example for ${word} and everything that belongs to it` },
];

const summary = (index: number, change: Partial<SessionEntry> = {}): SessionEntry => ({
  id: `s${index}`,
  folder: "weather-station",
  title:
    [
      "Fix the type error",
      "Explain the build",
      "Add tests for the parser",
      "Rename station to sensor everywhere, in code, tests and documentation",
    ][index % 4] ?? "",
  startedAt: start,
  updatedAt: Date.now() - index * 7_400_000,
  messages: 1 + ((index * 7) % 40),
  costUsd: 0.0042 * index,
  state: "idle",
  isPinned: false,
  isElsewhere: false,
  ...change,
});

const sessionsOf = (count: number) => ({
  isLoaded: true,
  revision: 0,
  sessions: Array.from({ length: count }, (_, index) =>
    summary(
      index + 1,
      index === 1
        ? { state: "running" }
        : index === 2
          ? { state: "interrupted" }
          : index === 3
            ? { state: "error" }
            : {},
    ),
  ),
});

/** A scene of the session after its first turns, changed as a test wants it. */
export function scene(
  state: Partial<SessionState>,
  more: Partial<HostScript> = {},
  place: Partial<WorkspaceState> = {},
): HostScript {
  return {
    workspace: { ...workspace, ...place },
    sessions: sessionsOf(1),
    session: { ...session, ...state },
    ...more,
  };
}

/** The scenes, by name. */
export const scenes = {
  nothing: scene({}, { sessions: { isLoaded: true, sessions: [], revision: 0 } }),
  "no-folder": scene({}, {}, { folders: [] }),
  "not-trusted": scene({}, {}, { isTrusted: false }),
  "no-key": scene(
    {},
    {},
    {
      keyState: "missing",
      modelLabel: "Rehearsal",
      standInNotice:
        "Rehearsal answers, because no DeepSeek key is set. It follows simple rules and is not a model.",
    },
  ),
  one: scene({ ...figures, turns: [turn(1)] }),
  running: scene({ ...figures, turns: [turn(1), running], queue: queue.slice(0, 1) }),
  asking: scene({
    ...figures,
    turns: [turn(1), { ...running, items: running.items.slice(0, 2) }],
    questions: [
      {
        id: "q",
        text: "The agent has taken 40 steps. Should it go on?",
        choices: [
          { value: "yes", label: "Go on" },
          { value: "always", label: "Go on without asking" },
          { value: "no", label: "Stop" },
        ],
      },
    ],
  }),
  retrying: scene({
    ...figures,
    turns: [{ ...running, items: running.items.slice(0, 1) }],
    waiting: { kind: "retry", text: "Server busy (503).", until: Date.now() + 600_000, attempt: 2 },
  }),
  elsewhere: scene({ ...figures, turns: [turn(1), running], queue: queue.slice(0, 1), owner: "elsewhere" }),
  gone: scene({ ...figures, turns: [turn(1), running], owner: "gone" }),
  fork: scene(
    {
      ...figures,
      turns: [turn(1, { choice: { provider: "deepseek", model: "another", effort: "high" } })],
      forkOf: { session: "s4", turn: 12 },
    },
    {
      sessions: sessionsOf(10),
      answers: {
        "session.forks": {
          forks: [
            { id: "s2", title: "Explain the build, but in words that everybody understands", turn: 1 },
            { id: "s3", title: "Fix the type error", turn: 0 },
          ],
        },
        "session.coldCost": { tokens: 48_000, costUsd: 0.0072 },
      },
    },
  ),
  errors: scene(
    { ...figures, isCostWhole: false, turns: errors },
    {},
    {
      storeProblem: {
        message:
          "The disk is full: this session is not saved. Free some space; BooCode then goes on saving by itself.",
        needsReload: false,
      },
    },
  ),
  longest: scene(
    {
      ...figures,
      title: `Longest ${word} ${word}`,
      turns: [longest],
      queue,
      context: { usedTokens: 123_000, windowTokens: 128_000 },
    },
    {},
    { modelLabel: "an-openai-compatible-model-with-a-long-name-70b-instruct" },
  ),
  hundred: scene(
    { ...figures, turns: Array.from({ length: 100 }, (_, index) => turn(index + 1)) },
    { sessions: sessionsOf(100) },
  ),
} satisfies Readonly<Record<string, HostScript>>;
