import assert from "node:assert/strict";
import { Grants } from "#core/permissions/grants.ts";
import { questionOf } from "#core/permissions/permission-question.ts";

const etc = { operation: "read", pattern: "/etc/**" } as const;
const patterns = (grants: Grants, id: string, isRun: boolean) =>
  grants.rules({ id, isRun }).map(({ pattern }) => pattern);

describe("grants", () => {
  it("are a session's or a run's, even where both have one name", () => {
    const grants = new Grants();
    grants.add({ id: "a", isRun: false }, [etc], 1);
    grants.add({ id: "a", isRun: true }, [{ ...etc, pattern: "/srv/**" }], 2);
    assert.deepEqual(patterns(grants, "a", false), ["/etc/**"]);
    assert.deepEqual(patterns(grants, "a", true), ["/srv/**"]);
    assert.deepEqual(patterns(grants, "b", true), []);
    assert.deepEqual(
      grants.shown.map(({ session, isOfRun }) => [session, isOfRun]),
      [
        ["a", undefined],
        ["a", true],
      ],
    );
  });

  it("are given once, and taken back", () => {
    const grants = new Grants();
    const holder = { id: "a", isRun: true };
    grants.add(holder, [etc], 1);
    grants.add(holder, [etc], 2);
    assert.equal(grants.shown.length, 1);
    assert.equal(grants.remove(grants.shown[0]?.id ?? ""), true);
    assert.deepEqual(patterns(grants, "a", true), []);
  });

  it("are offered for what they are for", () => {
    const judgement = { verdict: "ask", reason: "", by: "policy", offers: [etc] } as const;
    const access = { agent: "reviewer", call: "c", operation: "read", target: "/etc/hosts" } as const;
    const labelOf = (more: object) =>
      questionOf({ ...access, ...more }, judgement).choices.find(({ value }) => value === "session")?.label;
    assert.equal(labelOf({}), "This session");
    assert.equal(labelOf({ isOfRun: true }), "This run");
  });
});
