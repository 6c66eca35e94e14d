/** Permission logs worth looking at: empty, with a few entries, with hundreds, with rules and what waits for approval. */
import type { PermissionEntry, SavedRule, SessionGrant } from "../../src/protocol/permissions.ts";
import type { PermissionsScript } from "./permissions-harness.ts";

const project = "/home/ada/projects/weather-station";
const minuteMs = 60_000;

/** An entry of so many minutes ago. */
export function entry(
  id: string,
  minutesAgo: number,
  change: Partial<PermissionEntry> = {},
): PermissionEntry {
  return {
    id,
    at: Date.now() - minutesAgo * minuteMs,
    session: "s1",
    agent: "BooCode",
    operation: "execute",
    target: "npm test",
    verdict: "allowed",
    by: "policy",
    reason: "It runs confined in the workspace.",
    ...change,
  };
}

const few: readonly PermissionEntry[] = [
  entry("e1", 0.1),
  entry("e2", 3, {
    agent: "reviewer",
    operation: "read",
    target: "/etc/hosts",
    by: "user",
    answer: "session",
    reason: "It lies outside of the workspace.",
  }),
  entry("e3", 8, {
    operation: "network",
    target: "registry.example",
    verdict: "denied",
    by: "user",
    answer: "deny",
    reason: "The sandbox refused a connection to it.",
    word: "Use the mirror of the company <b>instead</b>",
  }),
  entry("e4", 12, {
    target: "git push --force origin main",
    verdict: "denied",
    by: "rule",
    rule: "git push *",
    reason: "A rule denies it.",
  }),
  entry("e5", 30, {
    operation: "write",
    target: `${project}/.vscode/settings.json`,
    by: "user",
    answer: "once",
    reason: "Files in .vscode are protected.",
    session: "s2",
  }),
  entry("e6", 3_000, {
    operation: "write",
    target: `${project}/src/tides.ts`,
    verdict: "denied",
    by: "mode",
    reason: "Plan mode reads only.",
  }),
  entry("e7", 4_500, { target: "npm run build", by: "session", reason: "You allowed it for the session." }),
];

const rule = (id: string, pattern: string, change: Partial<SavedRule> = {}): SavedRule => ({
  id,
  effect: "allow",
  operation: "execute",
  pattern,
  file: "/home/ada/.boocode/config.yaml",
  line: 12,
  canRevoke: true,
  ...change,
});

const grant = (
  id: string,
  operation: SessionGrant["operation"],
  target: string,
  session = "s1",
): SessionGrant => ({
  id,
  session,
  at: Date.now(),
  operation,
  target,
});

const word = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft";

/** The logs, by name. */
export const logScenes = {
  empty: { entries: [], state: { confinement: "bubblewrap" } },
  few: {
    entries: few,
    state: {
      confinement: "bubblewrap",
      grants: [grant("g1", "read", "/etc"), grant("g2", "execute", "npm run build", "s2")],
      rules: [rule("r1", "npm test", { project }), rule("r2", "git push *", { effect: "deny", line: 14 })],
    },
  },
  many: {
    entries: Array.from({ length: 230 }, (_, index) => {
      const like = few[index % few.length] ?? entry("", 0);
      return {
        ...like,
        id: `n${index}`,
        at: Date.now() - index * 7 * minuteMs,
        target: `${like.target} #${index}`,
      };
    }),
    state: { confinement: "" },
  },
  pending: {
    entries: few,
    state: {
      confinement: "",
      grants: [
        grant("g1", "read", "/etc"),
        grant("g2", "network", "registry.example"),
        grant("g3", "execute", "npm run build && npm run package", "s2"),
      ],
      rules: [
        rule("r1", "npm test", { project }),
        rule("r2", "git log *"),
        rule("r3", "git push *", { effect: "deny", line: 14 }),
        rule("r4", "/home/ada/notes/**", { operation: "read", line: 18 }),
        rule("r5", "*.company.example", { operation: "network", line: 21, project }),
        rule("r6", "npm run deploy", {
          effect: "deny",
          file: `${project}/boocode.yaml`,
          line: 3,
          project,
          canRevoke: false,
        }),
        rule("r7", "make *", {
          file: `${project}/boocode.yaml`,
          line: 6,
          project,
          canRevoke: false,
          isPending: true,
        }),
      ],
      problems: [
        {
          file: "/home/ada/.boocode/config.yaml",
          line: 31,
          message: '"alow" is no effect: write "allow" or "deny".',
        },
        { file: `${project}/boocode.yaml`, line: 9, message: "A rule needs a command, a path or a host." },
      ],
      pending: [
        {
          file: `${project}/boocode.yaml`,
          hash: "a".repeat(64),
          rules: ["execute: make *", "network: *.company.example", "read: ~/.config/tides/**"],
        },
      ],
    },
  },
  longest: {
    entries: [
      entry("l1", 1, {
        agent: `reviewer-${word}`,
        target: `cat ${word} ${`${word}/`.repeat(20)} \u202etxt.exe <img src=x onerror=alert(1)>\nrm -rf ~\n${"echo line\n".repeat(40)}`,
        reason: `${word} <img src=x onerror=alert(1)> `.repeat(10),
        by: "rule",
        rule: `cat ${word} \u200b*`,
        verdict: "denied",
      }),
      entry("l2", 2_000_000, { operation: "read", target: `/${word}`.repeat(12) }),
    ],
    state: {
      confinement: "sandbox-exec",
      grants: [grant("g1", "read", `/${word}`.repeat(6))],
      rules: [
        rule("r1", `cat ${word} `.repeat(12), {
          file: `/${word}/${word}.yaml`,
          line: 123_456,
          project: `/${word}`,
        }),
      ],
      problems: [{ file: `/${word}.yaml`, line: 9, message: `${word} is no effect.` }],
      pending: [
        {
          file: `${project}/boocode.yaml`,
          hash: "b".repeat(64),
          rules: Array.from({ length: 60 }, (_, index) => `execute: ${word} ${index}`),
        },
      ],
    },
  },
} satisfies Readonly<Record<string, PermissionsScript>>;
