/** Beginnings of scripts and parts of them, as snippets: `$1` and `${1:name}` are places, `\$` is a dollar sign. */

/** A snippet. */
export interface ScriptSnippet {
  readonly label: string;
  readonly detail: string;
  readonly body: string;
}

/** A whole script, for an empty file. */
export const skeleton: ScriptSnippet = {
  label: "workflow",
  detail: "A whole workflow: meta, one phase, a result",
  body: `export const meta = {
  name: "\${1:my-workflow}",
  description: "\${2:What it does, in one sentence.}",
  phases: [{ title: "\${3:Work}" }],
};

phase("\${3:Work}");
const answer = await agent("\${4:What to do.}");
return answer;
$0`,
};

const fanOut: ScriptSnippet = {
  label: "workflow-parallel",
  detail: "One agent for each item, all at once",
  body: `const \${1:answers} = await parallel(
  \${2:items}.map((\${3:item}) => () =>
    agent(\`\${4:What to do with} \\\${\${3:item}}\`, { label: \`\\\${\${3:item}}\` }),
  ),
);
// An agent that failed or was skipped gives null.
const \${5:given} = \${1:answers}.filter(Boolean);
$0`,
};

const verified: ScriptSnippet = {
  label: "workflow-pipeline",
  detail: "Each item is worked on, then checked by another agent",
  body: `const VERDICT = {
  type: "object",
  required: ["holds", "reason"],
  properties: { holds: { type: "boolean" }, reason: { type: "string" } },
};
const \${1:checked} = await pipeline(
  \${2:items},
  (\${3:item}) => agent(\`\${4:Find what is wrong in} \\\${\${3:item}}\`, { phase: "\${5:Find}" }),
  async (found, \${3:item}) => {
    const verdict = await agent(\`Try to refute this about \\\${\${3:item}}:\\n\\\${found}\`, {
      phase: "\${6:Verify}",
      agentType: "reviewer",
      schema: VERDICT,
    });
    return verdict?.holds ? { \${3:item}, found, reason: verdict.reason } : null;
  },
);
const \${7:kept} = \${1:checked}.filter(Boolean);
$0`,
};

const budgetLoop: ScriptSnippet = {
  label: "workflow-budget-loop",
  detail: "Goes on until the budget is nearly spent or nothing new comes",
  body: `const \${1:found} = [];
// Without a budget: at most five rounds.
const mayGoOn = (round) => (budget.total === null ? round < 5 : budget.remaining() > \${2:50_000});
for (let round = 0; mayGoOn(round); round++) {
  const known = \${1:found}.map(({ title }) => title).join("; ");
  const answer = await agent(\`\${3:Find one more problem.} Known: \\\${known || "none"}\`, {
    schema: {
      type: "object",
      required: ["title", "isNew"],
      properties: { title: { type: "string" }, isNew: { type: "boolean" } },
    },
  });
  if (!answer?.isNew) break;
  \${1:found}.push(answer);
}
$0`,
};

const judgePanel: ScriptSnippet = {
  label: "workflow-judge-panel",
  detail: "Several attempts, judged by several agents; the best one is kept",
  body: `const SCORE = {
  type: "object",
  required: ["score", "reason"],
  properties: { score: { type: "number", minimum: 0, maximum: 10 }, reason: { type: "string" } },
};
const task = \${1:"What is to be solved."};
const attempts = await parallel(
  [\${2:"the smallest change", "the safest way", "what users see"}].map((angle) => () =>
    agent(\`\\\${task}\\nThink of: \\\${angle}\`, { label: angle }),
  ),
);
const judged = await parallel(
  attempts.filter(Boolean).map((attempt) => async () => {
    const scores = await parallel(
      [1, 2, 3].map((judge) => () =>
        agent(\`You are judge \\\${judge}. How well does this solve "\\\${task}"?\\n\\\${attempt}\`, {
          label: \`judge \\\${judge}\`,
          agentType: "reviewer",
          schema: SCORE,
        }),
      ),
    );
    return { attempt, total: scores.filter(Boolean).reduce((sum, { score }) => sum + score, 0) };
  }),
);
const [best] = judged.filter(Boolean).toSorted((a, b) => b.total - a.total);
$0`,
};

/** Parts, for wherever a statement may begin. */
export const scriptSnippets: readonly ScriptSnippet[] = [fanOut, verified, budgetLoop, judgePanel];

/** What a snippet gives when nothing is typed into it. */
export function expandSnippet(body: string): string {
  return body.replaceAll(/\\\$|\$\{\d+:([^}]*)\}|\$\d+/g, (place, value: string | undefined) =>
    place === "\\$" ? "$" : (value ?? ""),
  );
}
