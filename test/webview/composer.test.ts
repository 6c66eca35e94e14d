import assert from "node:assert/strict";
import { joinMessage, judgePaste } from "../../webview/parts/pasted-text.ts";
import { PromptHistory } from "../../webview/parts/prompt-history.ts";

describe("recalled prompts", () => {
  const prompts = ["newest", "older", "oldest"];
  it("go back and forth", () => {
    const history = new PromptHistory();
    assert.equal(history.older(prompts, ""), "newest");
    assert.equal(history.older(prompts, "newest"), "older");
    assert.equal(history.newer("older"), "newest");
    assert.equal(history.newer("newest"), "");
    assert.equal(history.newer(""), undefined);
  });
  it("stop at the oldest", () => {
    const history = new PromptHistory();
    assert.equal(history.older(["only"], ""), "only");
    assert.equal(history.older(["only"], "only"), undefined);
    assert.ok(history.isShowing("only"));
  });
  it("leave alone what was typed", () => {
    const history = new PromptHistory();
    assert.equal(history.older(prompts, "typed"), undefined);
    history.older(prompts, "");
    assert.equal(history.older(prompts, "newest, changed"), undefined);
    assert.equal(history.isShowing("newest, changed"), false);
  });
});

describe("pasted text", () => {
  const mega = 1024 * 1024;
  it("is typed when short", () => assert.deepEqual(judgePaste(1000, 0), { kind: "type" }));
  it("is kept beside when long", () => assert.deepEqual(judgePaste(5 * mega, 10), { kind: "keep" }));
  it("is refused in a sentence when it is too long", () => {
    const verdict = judgePaste(9 * mega, 0);
    assert.equal(verdict.kind, "refuse");
    assert.match(verdict.kind === "refuse" ? verdict.reason : "", /8\.0 MB.*9\.0 MB.*file/);
  });
  it("counts what is there already", () => assert.equal(judgePaste(4 * mega, 5 * mega).kind, "refuse"));
  it("is sent after what was typed", () =>
    assert.equal(
      joinMessage("look:", [
        { id: "1", length: 1, text: "a" },
        { id: "2", length: 1, text: "b" },
      ]),
      "look:\n\na\n\nb",
    ));
  it("may be all there is", () => assert.equal(joinMessage("  ", [{ id: "1", length: 1, text: "a" }]), "a"));
});
