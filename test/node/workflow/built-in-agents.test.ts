import assert from "node:assert/strict";
import type { AgentSpec } from "#core/workflow/agents/workflow-agents.ts";
import type { ShellResult } from "#core/workflow/ports.ts";
import { createSandboxes } from "#node/workflow/sandboxes.ts";
import { type PhaseAnswers, runBuiltIn, titlesOf } from "../../support/built-in-workflows.ts";
import { WorkflowWorld } from "../../support/workflow-world.ts";

const finding = (title: string, file: string, line: number, severity = "high"): object => ({
  ...{ title, file, line, severity },
  ...{ evidence: `${file} shows it`, failure: "goes wrong", suggestion: "mend it" },
});
/** Distinct findings, more than any limit. */
const many = (mark: string): readonly object[] =>
  Array.from({ length: 30 }, (_, n) => finding(`Fault of ${mark} number${n}`, `src/${mark}.ts`, 1 + n * 20));
const confirm = (): object => ({ verdict: "confirmed", reason: "src/a.ts:1 lets it through" });

describe("built-in workflows, with agents", () => {
  const sandboxes = createSandboxes({ reuses: true });
  const world = new WorkflowWorld("isolated-vm", {}, sandboxes);
  after(() => sandboxes[Symbol.asyncDispose]());

  describe("review-code", () => {
    const changed = { Scope: () => ({ files: ["src/a.ts"] }) };
    const review = (answers: PhaseAnswers, args?: unknown, at = world) =>
      runBuiltIn(
        at,
        "review-code",
        { ...changed, Review: () => ({ findings: [] }), Verify: confirm, ...answers },
        args,
      );
    const byLens =
      (found: Readonly<Record<string, readonly object[]>>) =>
      ({ label }: AgentSpec): object => ({ findings: found[label.replace("review: ", "")] ?? [] });
    const inRepository = (listed: string, diff = "", exitCode = 0) =>
      world.with({
        shell: {
          run: (command): Promise<ShellResult> =>
            Promise.resolve({
              exitCode,
              stdout: command.startsWith("git rev-parse") ? listed : diff,
              stderr: "",
            }),
        },
      });

    it("reports a defect once that two reviewers found", async () => {
      const { findings, report, agents } = await review({
        Review: byLens({
          correctness: [finding("Cache entry is never dropped", "./src/a.ts", 10, "medium")],
          robustness: [finding("The cache entry is not dropped on close", "src/a.ts", 12)],
          security: [finding("Cache entry is never dropped", "src/b.ts", 10)],
        }),
      });
      assert.deepEqual(
        findings.map(({ file, lenses, also }) => [file, lenses, also]),
        [
          ["src/a.ts", ["robustness", "correctness"], ["Cache entry is never dropped"]],
          ["src/b.ts", ["security"], []],
        ],
      );
      assert.equal(agents.specs.filter(({ phase }) => phase === "Verify").length, 2);
      assert.match(report, /\*\*2 findings\*\* \(2 high\)\.\n\n.*3 reported: 1 duplicate, 0 refuted/);
    });
    it("leaves out what was refuted, and tells apart what could not be settled", async () => {
      const found = ["Alpha breaks", "Beta breaks", "Gamma breaks", "Delta breaks"];
      const verdicts: Readonly<Record<string, object | null>> = {
        Alpha: { verdict: "confirmed", reason: "seen", severity: "low" },
        Beta: { verdict: "refuted", reason: "src/a.ts:9 guards it" },
        Gamma: { verdict: "unsure", reason: "cannot tell" },
        Delta: null,
      };
      const result = await review({
        Review: byLens({ tests: found.map((title, n) => finding(title, "src/a.ts", 1 + n * 50)) }),
        Verify: ({ label }) => verdicts[/refute: (\w+)/.exec(label)?.[1] ?? ""] ?? null,
      });
      assert.deepEqual([result.findings, result.refuted, result.unsettled].map(titlesOf), [
        ["Alpha breaks"],
        ["Beta breaks"],
        ["Gamma breaks", "Delta breaks"],
      ]);
      assert.equal(result.findings[0]?.severity, "low");
      assert.doesNotMatch(result.report, /Beta/);
      assert.match(
        result.report,
        /## Not settled\n\n.*Gamma breaks.*cannot tell\n.*Delta breaks.*Nobody checked it/,
      );
      assert.match(result.report, /The check of "Delta breaks" \(src\/a\.ts:151\): no answer/);
    });
    it("lets the majority of sceptics decide", async () => {
      const verdicts = ["confirmed", "refuted", "refuted"];
      const { findings, refuted, agents } = await review(
        {
          Review: byLens({ tests: [finding("Alpha breaks", "src/a.ts", 1)] }),
          Verify: ({ prompt }) => ({
            verdict: verdicts[Number(/begin with question (\d)/.exec(prompt)?.[1]) - 1],
            reason: "seen",
          }),
        },
        { lenses: "tests", sceptics: 3 },
      );
      assert.deepEqual([findings, titlesOf(refuted), agents.specs.length], [[], ["Alpha breaks"], 5]);
    });
    it("shows reviewers the diff where commands can be run, and asks no agent for it", async () => {
      const place = inRepository("abc1234\nM\tsrc/a.ts\nsrc/new.ts\n", "-old\n+new\n");
      const { agents, report } = await review({}, undefined, place);
      assert.deepEqual(new Set(agents.specs.map(({ phase }) => phase)), new Set(["Review"]));
      assert.match(agents.prompts[0] ?? "", /- src\/a\.ts\n- src\/new\.ts\n\nThe diff:\n<diff>\n-old\n\+new/);
      assert.match(report, /# Review of the changes against HEAD\n\n\*\*No defect.*\*\*\n\n2 files/);
    });
    it("asks nobody where nothing has changed", async () => {
      const { agents, report } = await review({}, undefined, inRepository("abc1234\n"));
      assert.deepEqual(agents.specs, []);
      assert.match(report, /\*\*Nothing was reviewed\.\*\* Nothing has changed there\./);
    });
    it("lets an agent say why there is nothing to review", async () => {
      const scope = { Scope: () => ({ files: [], problem: "This is no git repository." }) };
      const { report, agents } = await review(scope, undefined, inRepository("", "", 128));
      assert.match(report, /Nothing was reviewed\.\*\* This is no git repository\./);
      assert.equal(agents.specs.length, 1);
    });
    it("goes on where the list of changes is missing", async () => {
      const { agents, report } = await review({ Scope: () => null });
      assert.match(agents.prompts.at(-1) ?? "", /See the changes with: git diff HEAD/);
      assert.match(report, /This review is incomplete[\s\S]*The list of changed files: no answer/);
    });
    it("tells which files nobody read", async () => {
      const { report } = await review({ Review: () => ({ findings: [], unread: ["src/big.ts"] }) });
      assert.match(report, /No reviewer got to read: src\/big\.ts\./);
    });
    const asks = (args: unknown, prompt: RegExp, count = 6): unknown =>
      it(`understands ${JSON.stringify(args)}`, async () => {
        const { agents } = await review({}, args);
        assert.match(agents.prompts.at(-1) ?? "", prompt);
        assert.equal(agents.specs.length, count);
      });
    asks(
      "main...feature/x",
      /^Review the changes in main\.\.\.feature\/x in[\s\S]*git diff main\.\.\.feature\/x\n/,
    );
    asks("HEAD~2", /^Review the changes against HEAD~2 in/);
    asks(
      "src/server lib/a.py",
      /^Review these files and folders as they are:\n- src\/server\n- lib\/a\.py\n/,
      5,
    );
    asks("security tests", /Your lens is "tests"/, 3);
    asks("races in the cache", /cares most about this: races in the cache\n/);
    asks('{"paths":["it\'s"],"range":"HEAD"}', /git diff HEAD -- 'it'\\''s'/);
    it("starts at most 22 agents by default", async () => {
      const answers = { Review: ({ label }: AgentSpec) => ({ findings: many(label.slice(8)) }) };
      const { agents, unsettled, report } = await review(answers);
      assert.deepEqual([agents.specs.length, unsettled.length], [22, 134]);
      assert.match(report, /134 findings not checked: more than maxFindings, which is 16\./);
    });
  });

  describe("find-issues", () => {
    const area = (name: string, risk = "high"): object => ({
      name,
      risk,
      paths: [`src/${name}`],
      about: "Parts.",
    });
    const areas = (...list: readonly object[]) => ({
      Map: () => ({ areas: list, about: "A tool.", skipped: ["dist"] }),
    });
    const find = (answers: PhaseAnswers, args?: unknown) =>
      runBuiltIn(
        world,
        "find-issues",
        { Search: () => ({ findings: [] }), Verify: confirm, ...answers },
        args,
      );

    it("searches each area with each lens, the riskiest first, and tells which areas it left out", async () => {
      const map = areas(area("low", "low"), area("core"), area("net", "medium"));
      const { agents, report } = await find(map, { areas: 2 });
      assert.deepEqual(
        agents.specs.slice(1).map(({ label }) => label),
        ["logic: core", "hazards: core", "logic: net", "hazards: net"],
      );
      assert.match(report, /1 area not searched, more than 2: low\.\n- Not searched on purpose: dist/);
    });
    it("reports a defect once, and none that was refuted", async () => {
      const { findings, refuted, report } = await find({
        ...areas(area("core")),
        Search: () => ({
          findings: [finding("Alpha breaks", "src/a.ts", 1), finding("Beta fails", "src/a.ts", 90)],
        }),
        Verify: ({ label }) =>
          label.includes("Beta") ? { verdict: "refuted", reason: "src/b.ts:2 guards it" } : confirm(),
      });
      assert.deepEqual([titlesOf(findings), titlesOf(refuted)], [["Alpha breaks"], ["Beta fails"]]);
      assert.match(report, /^# Issues in the project\n\n\*\*1 finding\*\* \(1 high\)/);
      assert.match(report, /`src\/a\.ts:1` · core · found by: logic, hazards\n/);
      assert.doesNotMatch(report, /Beta/);
    });
    it("searches all of it at once where there is no map", async () => {
      const { agents, report } = await find({ Map: () => null });
      assert.match(agents.prompts.at(-1) ?? "", /The area "everything"/);
      assert.match(report, /Not everything was searched[\s\S]*The map of the project: no answer/);
    });
    it("takes paths from a text that has nothing else in it", async () => {
      const { agents } = await find(areas(area("core")), "src/server lib/a.py");
      assert.match(
        agents.prompts[0] ?? "",
        /these parts of the project in this workspace: src\/server, lib\/a\.py/,
      );
    });
    it("starts at most 25 agents by default", async () => {
      const names = Array.from({ length: 9 }, (_, n) => area(`part${n}`));
      const { agents } = await find({
        ...areas(...names),
        Search: ({ label }) => ({ findings: many(label.replace(": ", "-")) }),
      });
      assert.equal(agents.specs.length, 25);
    });
  });

  describe("deep-research", () => {
    const claim = (text: string, path: string, line: number, weight = "helpful"): object => ({
      ...{ claim: text, path, line, weight, quote: "const it = 1;" },
    });
    const parts = (count: number) => ({
      Plan: () => ({
        parts: Array.from({ length: count }, (_, n) => ({ question: `Part ${n}?`, where: "src" })),
      }),
    });
    const supported = (): object => ({ verdict: "supported", reason: "src/a.ts:1 says so" });
    const research = (answers: PhaseAnswers, args: unknown = "How does it start?") =>
      runBuiltIn(
        world,
        "deep-research",
        { ...parts(2), Check: supported, Write: () => "It starts (`src/a.ts:1`).", ...answers },
        args,
      );
    const told = (...claims: readonly object[]) => ({
      Research: () => ({ claims, open: ["Who stops it?"] }),
    });

    it("answers from claims that were checked, each once", async () => {
      const { report, findings, agents, missing } = await research(
        told(
          claim("It starts in main.", "./src/a.ts", 1),
          claim("It logs its start.", "src/b.ts", 4, "essential"),
        ),
      );
      assert.deepEqual([titlesOf(findings), missing], [["It starts in main.", "It logs its start."], []]);
      assert.match(agents.prompts.at(-1) ?? "", /- It starts in main\. \(`src\/a\.ts:1`\)\n- It logs/);
      assert.match(
        report,
        /^# How does it start\?\n\nIt starts \(`src\/a\.ts:1`\)\.\n\n## Open\n\n- Who stops it\?\n/,
      );
      assert.match(
        report,
        /## Sources\n\n- `src\/a\.ts:1`\n- `src\/b\.ts:4`\n\n2 of 2 parts answered · 4 claims: 2 supported, 2 duplicate/,
      );
    });
    it("keeps what was refuted from the writer and the report", async () => {
      const { report, refuted, unsettled, agents } = await research({
        ...told(
          claim("Alpha is so.", "a.c", 1),
          claim("Beta is so.", "b.c", 2),
          claim("Gamma is so.", "c.c", 3),
        ),
        Check: ({ prompt }) => {
          if (prompt.includes("Beta")) return { verdict: "refuted", reason: "b.c:2 says otherwise" };
          return prompt.includes("Gamma")
            ? { verdict: "unsure", reason: "two ways to read it" }
            : supported();
        },
      });
      assert.deepEqual([titlesOf(refuted), titlesOf(unsettled)], [["Beta is so."], ["Gamma is so."]]);
      assert.doesNotMatch(`${report}${agents.prompts.at(-1)}`, /Beta/);
      assert.match(report, /## Not settled\n\n- Gamma is so\. \(`c\.c:3`\)\. two ways to read it/);
    });
    it("lists the claims where nobody wrote the answer", async () => {
      const { report } = await research({ ...told(claim("Alpha is so.", "a.c", 1)), Write: () => null });
      assert.match(report, /The checked claims, not yet put together:\n\n- Alpha is so\. \(`a\.c:1`\)/);
      assert.match(report, /- The written answer: no answer/);
    });
    it("tells places that the answer cites and nobody checked", async () => {
      const { report } = await research({
        ...told(claim("Alpha is so.", "a.c", 1)),
        Write: () => "See a.c:1 and b.c:7.",
      });
      assert.match(report, /## Cited, but not checked\n\n- `b\.c:7`\n\n/);
    });
    it("says so where nothing stood up to a check", async () => {
      const { report, agents } = await research({
        ...told(claim("Alpha is so.", "a.c", 1)),
        Check: () => ({ verdict: "refuted", reason: "no" }),
      });
      assert.match(report, /\*\*Nothing that was found stood up to a check/);
      assert.ok(agents.specs.every(({ phase }) => phase !== "Write"));
    });
    it("begins where it is told", async () => {
      const { agents } = await research(told(), { question: "Why?", paths: "src/a.ts" });
      assert.match(agents.prompts[0] ?? "", /<question>\nWhy\?\n<\/question>\nBegin in: src\/a\.ts\n/);
    });
    it("starts at most 19 agents by default, and gives each part its share of checks", async () => {
      const { agents, findings } = await research({
        ...parts(9),
        Research: ({ label }) => ({
          claims: Array.from({ length: 8 }, (_, n) =>
            claim(`Claim number${n} here`, `${label}.ts`, 1 + n * 20),
          ),
          open: [],
        }),
      });
      assert.equal(agents.specs.length, 19);
      assert.equal(new Set(findings.map(({ part }) => part)).size, 5);
    });
  });
});
