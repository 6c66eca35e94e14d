import assert from "node:assert/strict";
import type { Turn } from "../../src/protocol/session.ts";
import { useView } from "../support/webview-harness-page.ts";
import { scene, turn } from "../support/webview-harness-scenes.ts";

function said(text: string): Turn {
  return turn(1, { items: [{ kind: "text", id: "a", text, isStreaming: false }] });
}

describe("texts in the chat view", () => {
  const view = useView();
  const prose = () => view.page.locator(".prose");

  describe("with tags that are not drawn", () => {
    const check = (text: string, shown = text) =>
      it(`shows ${JSON.stringify(text)} as it was written`, async () => {
        await view.open(scene({ turns: [said(`${text}\n\nafter`)] }));
        await prose().getByText("after", { exact: true }).waitFor();
        assert.deepEqual(await prose().allInnerTexts(), [...shown.split("\n\n"), "after"]);
      });
    check("Put it in the <style> element, and END1 shows.");
    for (const name of [
      "title",
      "textarea",
      "script",
      "iframe",
      "noscript",
      "plaintext",
      "svg",
      "template",
    ]) {
      check(`The <${name}> element, and the end.`);
      check(`<${name}> begins it, and the end.`);
      check(`<${name}>\nlines of it\n</${name}>`);
    }
    check("- item <style>\n- item <title> too", "item <style>\nitem <title> too");
    check("List<String> and Vec<T> and Map<K, V>");
    check('A <my-element class="x"> and <!-- a comment --> and <?php echo 1 ?>.');
    check('<img src="x.png" alt="*x*">');
    check("# Heading of <title>", "Heading of <title>");
    check("Use <details> or <b> or </code> here.");
    check("<details> is what you want.");
    check("**bold <style> bold**", "bold <style> bold");
    check("a <b>b <script>c</b> d", "a b <script>c d");
  });

  it("draws the tags that are harmless", async () => {
    const text = `<b>bold</b> H<sub>2</sub>O <kbd>Ctrl</kbd> <a href="https://a.example/" onclick="x">link</a> <a href="javascript:x">no link</a>

<details open class="notice">
<summary>More of **it**</summary>
<p align="center">inside &amp; out<br>second</p>
</details>

| a |
| --- |
| one<br>two |

<div>

<h2>Title</h2>

</div>`;
    await view.open(scene({ turns: [said(text)] }));
    await prose().getByText("inside & out").waitFor();
    const html = await prose().evaluateAll((all) => all.map(({ innerHTML }) => innerHTML));
    assert.deepEqual(html.slice(0, 2), [
      '<p><b>bold</b> H<sub>2</sub>O <kbd>Ctrl</kbd> <a href="https://a.example/" title="https://a.example/" rel="noreferrer noopener">link</a> no link</p>',
      '<details open="">\n<summary>More of **it**</summary>\n<p>inside &amp; out<br>second</p>\n</details>',
    ]);
    assert.match(html[2] ?? "", /<td>one<br>two<\/td>/);
    assert.deepEqual(html.slice(3), ["", '<h4 aria-level="3">Title</h4>', ""]);
  });

  describe("with a run of letters without a space", () => {
    const run = "A".repeat(1_500);
    const kerning = (selector: string) =>
      view.page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).fontKerning);

    it("have no kerning in an answer", async () => {
      await view.open(scene({ turns: [said(`${run}\n\n- ${run}\n\nwords and words`)] }));
      await prose().getByText("words and words").waitFor();
      const found = await prose().evaluateAll((all) =>
        all.map((element) => getComputedStyle(element.querySelector("p, li") ?? element).fontKerning),
      );
      assert.deepEqual(found, ["none", "none", "auto"]);
    });

    it("have none in an answer that is too long to be read as Markdown", async () => {
      await view.open(scene({ turns: [said(run.repeat(30))] }));
      assert.equal(await kerning(".prose.plain"), "none");
    });

    it("have none in messages, thoughts, code, results and the composer", async () => {
      const { items } = turn(1);
      const call = items.find((item) => item.kind === "tool");
      assert.ok(call?.kind === "tool");
      const long = turn(1, {
        items: [
          { kind: "user", id: "u", text: { text: run } },
          { kind: "reasoning", id: "r", text: run, startedAt: 0, durationMs: 3_000 },
          { ...call, call: { ...call.call, title: { verb: "Look", object: "" } } },
          { kind: "text", id: "a", text: `\`\`\`\n${run}\n\`\`\``, isStreaming: false },
        ],
      });
      await view.open(scene({ turns: [long] }));
      await view.conversation().evaluate((element) => (element.scrollTop = 0));
      await view.page.getByRole("button", { name: /^Thought/ }).click();
      assert.equal(await kerning(".quiet-text"), "none");
      await view.page.getByRole("button", { name: /^Look/ }).click();
      for (const selector of [".user-text", ".body-text pre", ".code pre code", ".composer textarea"])
        assert.equal(await kerning(selector), "none", selector);
    });
  });
});
