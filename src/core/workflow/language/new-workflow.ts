/** A new script: its name, its text, and where to begin in it. */

/** Longest name. */
const maxLength = 60;

/** Names that Windows keeps for devices. */
const devices = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/** What is wrong with a name as it was typed; undefined where nothing is. It becomes a file's name and a command: `/name`. */
export function nameProblem(value: string): string | undefined {
  const name = value.trim();
  if (name === "") return "A workflow needs a name, such as review-changes.";
  if (name.length > maxLength) return `This has ${name.length} characters; a name has at most ${maxLength}.`;
  if (/\.m?js$/i.test(name)) return "Without .js: the file's ending is added.";
  if (!/^[a-z0-9]/i.test(name)) return "A name begins with a letter or a digit.";
  if (!/^[a-z0-9_-]+$/i.test(name)) return "A name has letters, digits, - and _ only: it is a command, too.";
  return devices.test(name) ? "Windows keeps this name for a device." : undefined;
}

/** A script's text, and the characters of it that are to be selected. */
export interface NewScript {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const toDescribe = "What it does, in one sentence.";

/** The text of a new script: it runs as it is. */
export function newScript(name: string): NewScript {
  const text = template.replaceAll("NAME", name);
  const start = text.indexOf(toDescribe);
  return { text, start, end: start + toDescribe.length };
}

const template = `// People and agents read this before they start the workflow.
export const meta = {
  name: "NAME",
  description: "${toDescribe}",
  whenToUse: "When it helps, and what to pass.",
  phases: [{ title: "Look" }, { title: "Check" }, { title: "Report" }],
};

// What the caller passed: the text after /NAME, a JSON value, or nothing.
const topic = typeof args === "string" ? args : (args?.topic ?? "this project");

// With a schema an agent gives a checked object instead of a text.
const FINDINGS = {
  type: "object",
  required: ["findings"],
  properties: {
    findings: {
      type: "array",
      maxItems: 5,
      items: {
        type: "object",
        required: ["title", "file"],
        properties: { title: { type: "string" }, file: { type: "string" } },
      },
    },
  },
};
const VERDICT = {
  type: "object",
  required: ["holds", "reason"],
  properties: { holds: { type: "boolean" }, reason: { type: "string" } },
};

// All at once, and wait for all. parallel() takes functions: () => agent(…).
phase("Look");
const looks = await parallel(
  ["correctness", "tests", "clarity"].map((aspect) => () =>
    agent(\`Find up to five problems of \${aspect} in \${topic}.\`, {
      label: \`look: \${aspect}\`,
      agentType: "explorer",
      schema: FINDINGS,
    }),
  ),
);
// An agent that failed or was skipped gives null; the run shows why.
const findings = looks.filter(Boolean).flatMap((look) => look.findings);
log(\`\${findings.length} findings\`);

// Each finding on its own, without waiting for the others.
const checked = await pipeline(findings, async (finding) => {
  const verdict = await agent(\`Try to refute this about \${finding.file}: \${finding.title}\`, {
    label: \`check: \${finding.title}\`,
    phase: "Check",
    agentType: "reviewer",
    schema: VERDICT,
  });
  return verdict?.holds ? { ...finding, reason: verdict.reason } : null;
});
const kept = checked.filter(Boolean);

phase("Report");
const report = await agent(\`Write a short report in Markdown on these findings:\\n\${JSON.stringify(kept)}\`, {
  agentType: "writer",
});

// What is returned is the run's result.
return { report, findings: kept };
`;
