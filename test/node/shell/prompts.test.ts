import assert from "node:assert/strict";
import { openPrompt, unansweredPrompt } from "#node/shell/prompts.ts";

describe("shell: a line that waits for somebody", () => {
  const asks = (tail: string, expected = tail.split("\n").at(-1)?.trim()) =>
    it(`asks: ${JSON.stringify(tail)}`, () => assert.equal(openPrompt(tail), expected));
  const says = (tail: string) =>
    it(`says: ${JSON.stringify(tail)}`, () => assert.equal(openPrompt(tail), undefined));

  asks("Overwrite existing file? [y/N] ");
  asks("one\ntwo\nDo you want to continue? [Y/n] ");
  asks("Proceed (y/n)? ");
  asks("Are you sure you want to continue connecting (yes/no/[fingerprint])? ");
  asks("Password: ");
  asks("[sudo] password for user: ");
  asks("Enter passphrase for key '/home/user/.ssh/id_ed25519': ");
  asks("Username for 'https://example.com': ");
  asks("package name: (project) ", undefined);
  asks("\u001b[32m?\u001b[39m Which template › ", "? Which template ›");
  asks("rm: remove regular empty file 'x'? ");
  asks("Press any key to continue . . . ");
  asks("Hit RETURN to go on");
  asks("--More--");
  asks(">>> ");
  asks("10 %\r50 %\rReally? ", "Really?");

  says("");
  says("Are you sure? [y/N]\n");
  says("Compiling… 45 %");
  says("building: ");
  says("Server listens on http://localhost:3000");
  says(`${"x".repeat(400)}?`);

  it("still asks when it has ended, where yes or no was the question", () => {
    assert.equal(unansweredPrompt("Continue? [Y/n] Abort.\n"), "Continue? [Y/n] Abort.");
    assert.equal(unansweredPrompt("Password: "), "Password:");
    assert.equal(unansweredPrompt("What now?\n"), undefined);
  });
});
