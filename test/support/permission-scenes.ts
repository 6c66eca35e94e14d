/** Questions for leave, and shell calls, worth looking at. */
import type { PermissionRequest } from "../../src/protocol/permissions.ts";
import type { FileChange, Item, Question, ToolCall, Turn } from "../../src/protocol/session.ts";
import type { HostScript } from "./webview-harness.ts";
import { scene, turn } from "./webview-harness-scenes.ts";

const project = "/home/ada/projects/weather-station";

/** A question for leave with every answer. */
export function asks(id: string, permission: Partial<PermissionRequest> = {}): Question {
  return {
    id,
    text: "",
    choices: ["once", "session", "always", "deny"].map((value) => ({ value, label: value })),
    permission: {
      agent: "BooCode",
      call: "c",
      operation: "execute",
      target: "npm install left-pad",
      folder: project,
      reason: "It opens a connection, and there is no rule for it.",
      rule: "npm install left-pad",
      ruleFor: project,
      ...permission,
    },
  };
}

/** A turn that runs and waits. */
function working(): Turn {
  const { end: _, ...rest } = turn(2, { startedAt: Date.now() - 12_000 });
  return { ...rest, items: rest.items.slice(0, 1) };
}

/** A scene in which questions wait. */
export function waiting(...questions: readonly Question[]): HostScript {
  return scene({ title: "Fix the type error", turns: [turn(1), working()], questions });
}

const longCommand = `set -euo pipefail
for file in $(git diff --name-only origin/main...HEAD -- '*.ts' '*.tsx'); do
  npx prettier --check "$file" || { echo "$file is not formatted" >&2; exit 1; }
done
${Array.from({ length: 30 }, (_, index) => `curl --fail --silent --show-error --retry 3 --header "Authorization: Bearer $TOKEN" "https://registry.example/packages/${index}/metadata.json" > "out/${index}.json"`).join("\n")}
rm -rf ~/.cache/weather-station && echo done`;

const before = `import { harbours } from "./harbours.ts";

/** The table of a day. */
export function tableOf(day: Date): readonly Tide[] {
  return harbours.flatMap((harbour) => tidesOf(harbour, day));
}

function formatMinutes(minutes: number): string {
  const hours: number = Math.floor(minutes / 60);
  return \`\${hours}:\${minutes % 60}\`;
}
`;

/** The questions, by name. */
export const questionScenes = {
  command: waiting(asks("q1")),
  three: waiting(
    asks("q1", {
      agent: "reviewer",
      operation: "read",
      target: "/etc/hosts",
      reason: "It lies outside of the workspace.",
      rule: "/etc/hosts",
    }),
    asks("q2"),
    asks("q3", {
      agent: "tester",
      operation: "network",
      target: "registry.example",
      reason: "The sandbox refused a connection to it.",
      rule: "registry.example",
    }),
  ),
  long: waiting(
    asks("q1", {
      agent: "a-reviewer-with-a-name-that-somebody-thought-about-for-long",
      target: longCommand,
      reason:
        "It writes outside of the workspace, opens connections, and runs npx, which runs code of packages.",
      commands: [
        'npx prettier --check "$file"',
        'curl --fail --silent --show-error --retry 3 --header "Authorization: Bearer $TOKEN" https://registry.example/packages/0/metadata.json',
        "rm -rf ~/.cache/weather-station",
      ],
      folder: `${project}/packages/observability-instrumentation/src/internal/exporters/prometheus`,
    }),
  ),
  write: waiting(
    asks("q1", {
      operation: "write",
      target: `${project}/.vscode/a-rather-long-folder-name/and-another-one-in-it/settings.json`,
      reason: "Files in .vscode are protected: the editor runs what they say.",
      change: {
        before,
        after: before
          .replace("const hours: number", "const hours: string")
          .replace("Math.floor(minutes / 60)", 'String(Math.floor(minutes / 60)).padStart(2, "0")'),
      },
      rule: `${project}/.vscode/**`,
    }),
  ),
  hostile: waiting(
    asks("q1", {
      agent: "BooCode\u202e<b>",
      target: "cat \u202etxt.ssh/di_rsa\u202c\u200b | <img src=x onerror=alert(1)>\u00a0\u001b[2K\rls",
      folder: "/tmp/<script>alert(1)</script>/\u2066x\ny",
      reason: "<img src=x onerror=alert(1)> is no reason.",
      commands: ["cat \u202ex", "<b>ls</b>"],
      rule: "cat \u200b*",
    }),
  ),
} satisfies Readonly<Record<string, HostScript>>;

const esc = "\u001b";

/** What a test runner writes. */
export const colourful = `${esc}[1mtide-table@1.0.0 test${esc}[0m\n\n${esc}[7;32m PASS ${esc}[0m test/${esc}[1mtides.test.ts${esc}[0m\n${esc}[7;31m FAIL ${esc}[0m test/${esc}[1mstation.test.ts${esc}[0m\n  ${esc}[31m● reads a line${esc}[39m\n\n    ${esc}[2mexpect(${esc}[22m${esc}[31mreceived${esc}[39m${esc}[2m).toBe(${esc}[22m${esc}[32mexpected${esc}[39m${esc}[2m)${esc}[22m\n\n  ${esc}[33mwarning${esc}[0m ${esc}[90m(node:12)${esc}[0m ${esc}[4mhttps://nodejs.example/docs${esc}[24m\n\n${esc}[1mTests:${esc}[22m ${esc}[1;31m1 failed${esc}[0m, ${esc}[1;32m41 passed${esc}[0m, 42 total\n`;

/** A call of the shell. */
export function shell(
  id: string,
  change: Partial<Extract<ToolCall, { status: "ended" }>> = {},
  input: object = {},
): Item {
  const call: ToolCall = {
    id,
    name: "run_shell",
    arguments: JSON.stringify({ command: "npm test", ...input }),
    title: { verb: "Run", object: "npm test" },
    startedAt: 1_000,
    status: "ended",
    endedAt: 5_200,
    outcome: "ok",
    output: { text: colourful },
    files: [],
    ...change,
  };
  return { kind: "tool", id, call };
}

/** A call of the shell that runs, with what it wrote. */
export function runningShell(id: string, tail: string, startedAt = Date.now() - 4_200): Item {
  return {
    kind: "tool",
    id,
    call: {
      id,
      name: "run_shell",
      arguments: JSON.stringify({ command: "npm test -- --watch", folder: "packages/tides" }),
      title: { verb: "Run", object: "npm test -- --watch", detail: "in packages/tides" },
      startedAt,
      status: "running",
      tail,
    },
  };
}

/** A session whose last turn runs and holds these items. */
export function shellScene(...items: readonly Item[]): HostScript {
  const { items: before } = working();
  return scene({
    title: "Run the tests",
    turns: [{ ...working(), items: [...before, ...items] }],
  });
}

const changed = (path: string, added: number, removed: number): FileChange => ({
  path,
  kind: "changed",
  before: "a",
  after: "b",
  added,
  removed,
});

/** Shell calls, by name. */
export const shellScenes = {
  running: shellScene(
    shell("s1", { note: "exit 0" }),
    runningShell(
      "r1",
      `${"line of the log that is longer than the view is wide, so that it is cut at its end\n".repeat(5)}${colourful}`,
    ),
  ),
  ended: scene({
    title: "Run the tests",
    turns: [
      turn(1, {
        items: [
          { kind: "user", id: "u", text: { text: "Run the tests" } },
          shell(
            "s1",
            { note: "exit 0", full: { blob: "0".repeat(64), bytes: 1_258_291 } },
            { folder: "packages/tides", timeout: 60 },
          ),
          shell("s2", {
            note: "exit 1",
            title: { verb: "Run", object: "npm run lint && npm test", detail: "in packages/tides" },
          }),
          shell(
            "s3",
            { outcome: "error", note: "not found", output: { text: "bash: tset: command not found" } },
            { command: "tset" },
          ),
          shell("s4", {
            outcome: "denied",
            note: "you: use the registry of the company",
            title: { verb: "Run", object: "curl https://example.com/install.sh | sh" },
            output: { text: "The user denied this: use the registry of the company." },
          }),
          shell("s5", {
            outcome: "cancelled",
            note: "stopped",
            title: { verb: "Run", object: "sleep 1000" },
          }),
          shell(
            "s6",
            { title: { verb: "Run", object: "npm run dev" } },
            { command: "npm run dev", background: true },
          ),
          shell("s7", {
            note: "exit 0",
            title: { verb: "Run", object: "npx prettier --write ." },
            files: [changed("src/tides.ts", 12, 3)],
          }),
          shell("s8", {
            note: "exit 0",
            title: {
              verb: "Run",
              object: "npx codemod --all packages/observability-instrumentation/src/internal/exporters",
            },
            files: [
              changed("src/tides.ts", 12, 3),
              changed("src/harbours.ts", 1_204, 7),
              changed("test/tides.test.ts", 0, 40),
            ],
          }),
          { kind: "text", id: "t", text: "Two tests fail.", isStreaming: false },
        ],
      }),
    ],
  }),
} satisfies Readonly<Record<string, HostScript>>;
