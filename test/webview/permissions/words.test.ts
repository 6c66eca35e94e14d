import assert from "node:assert/strict";
import type { PermissionEntry, PermissionRequest } from "../../../src/protocol/permissions.ts";
import type { Question } from "../../../src/protocol/session.ts";
import {
  deciderOf,
  offeredAnswers,
  splitPath,
  spokenQuestion,
  spokenQuestions,
  wishOf,
} from "../../../webview/permissions/words.ts";

const request: PermissionRequest = {
  agent: "reviewer",
  call: "c",
  operation: "execute",
  target: "npm install left-pad",
  folder: "/p/weather",
  reason: "It opens a connection.",
};
const all = ["once", "session", "always", "deny"];

function question(permission: Partial<PermissionRequest> = {}, values = all): Question {
  return {
    id: "q",
    text: "",
    choices: values.map((value) => ({ value, label: value })),
    permission: { ...request, ...permission },
  };
}

describe("the words of a question for leave", () => {
  const wish = (permission: Partial<PermissionRequest>, expected: string) =>
    it(expected, () => assert.equal(wishOf({ ...request, ...permission }), expected));
  wish({}, "wants to run a command");
  wish({ operation: "read" }, "wants to read a file");
  wish({ operation: "write" }, "wants to write a file");
  wish({ operation: "write", change: { before: "", after: "a" } }, "wants to write a file");
  wish({ operation: "write", change: { after: "a" } }, "wants to create a file");
  wish({ operation: "network" }, "wants to connect");

  describe("offer", () => {
    const offers = (name: string, asked: Question, expected: string) =>
      it(name, () =>
        assert.equal(
          offeredAnswers(asked)
            .map(({ key, value }) => `${key} ${value}`)
            .join(", "),
          expected,
        ),
      );
    offers(
      "all where there is a rule",
      question({ rule: "npm test" }),
      "1 once, 2 session, 3 always, 4 deny",
    );
    offers("no Always without a rule, and the same keys", question(), "1 once, 2 session, 4 deny");
    offers("only what is among the choices", question({ rule: "x" }, ["once", "deny"]), "1 once, 4 deny");
    offers("a no in any case", question({}, ["once"]), "1 once, 4 deny");
    offers(
      "all where no choices are named",
      question({ rule: "x" }, []),
      "1 once, 2 session, 3 always, 4 deny",
    );
  });

  describe("are told", () => {
    it("with who, what, where, why and how to answer", () =>
      assert.equal(
        spokenQuestion(question()),
        "reviewer wants to run a command: npm install left-pad. In /p/weather. It opens a connection. 1, Once; 2, This session; 4, Deny",
      ));
    it("with a leave for the whole run where an agent of one asks", () =>
      assert.match(spokenQuestion(question({ isOfRun: true })), / 1, Once; 2, This run; 4, Deny$/));
    it("without a folder where there is none", () => {
      const { folder: _, ...rest } = request;
      assert.match(
        spokenQuestion({ ...question(), permission: { ...rest, operation: "read", target: "/etc/hosts" } }),
        /^reviewer wants to read a file: \/etc\/hosts\. It opens/,
      );
    });
    it("shortened where they are long", () =>
      assert.match(spokenQuestion(question({ target: "x".repeat(5_000) })), /: x{300}…\. In/));
    it("with what nobody would see", () =>
      assert.match(
        spokenQuestion(question({ target: "a\u202eb", agent: "x\u200b" })),
        /^x\[U\+200B\].*a\[U\+202E\]b/,
      ));
    it("as they are where they are about something else", () =>
      assert.equal(
        spokenQuestion({ id: "q", text: "Go on?", choices: [{ value: "y", label: "Yes" }] }),
        "Go on? 1, Yes",
      ));
    it("once for several", () => {
      assert.match(spokenQuestions([question(), question()]), /^2 questions wait for you\. First: reviewer/);
      assert.match(spokenQuestions([question()]), /^reviewer/);
      assert.equal(spokenQuestions([]), "");
    });
  });
});

describe("who decided", () => {
  const entry: PermissionEntry = {
    ...{ id: "e", at: 0, session: "s", agent: "BooCode", operation: "read", target: "/etc/hosts" },
    ...{ verdict: "allowed", by: "policy", reason: "" },
  };
  const check = (change: Partial<PermissionEntry>, expected: string) =>
    it(expected, () => assert.equal(deciderOf({ ...entry, ...change }), expected));
  check({}, "policy");
  check({ by: "mode" }, "mode");
  check({ by: "session" }, "granted for the session");
  check({ by: "rule", rule: "npm test" }, "rule npm test");
  check({ by: "rule" }, "rule");
  check({ by: "user", answer: "session" }, "you · this session");
  check({ by: "user", answer: "always", rule: "npm test" }, "you · always");
  check({ by: "user", answer: "once" }, "you · once");
  check({ by: "user", answer: "deny" }, "you");
});

describe("a path", () => {
  const check = (path: string, ...expected: readonly [string, string]) =>
    it(`${path} is ${expected.join(" and ")}`, () => assert.deepEqual(splitPath(path), expected));
  check("/etc/hosts", "/etc/", "hosts");
  check("/a/b/", "/a/", "b/");
  check("hosts", "", "hosts");
  check("/", "", "/");
  check("C:\\a\\b.txt", "C:\\a\\", "b.txt");
});
