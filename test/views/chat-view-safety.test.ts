import assert from "node:assert/strict";
import { checkAccessible } from "../support/accessibility.ts";
import { hostileMarkdown, hostileHost, spoofedNames } from "../support/hostile-markdown.ts";
import { frame } from "../support/webview-harness.ts";
import { useView } from "../support/webview-harness-page.ts";
import { scene, scenes, turn } from "../support/webview-harness-scenes.ts";

describe("the chat view, hostile or unseen", () => {
  const view = useView();

  it("lets no hostile Markdown run, load or pass for the view", async () => {
    const turns = hostileMarkdown.map(({ markdown, name }, index) =>
      turn(index + 1, { items: [{ kind: "text", id: name, text: markdown, isStreaming: false }] }),
    );
    await view.open(scene({ turns }));
    const outside: string[] = [];
    view.page.on("request", (request) => {
      if (request.url().includes(hostileHost)) outside.push(request.url());
    });
    const count = await view.page.evaluate(() => document.querySelectorAll("[data-testid]").length);
    assert.ok(count > 0);
    await view.conversation().evaluate((element) => (element.scrollTop = 0));
    for (let step = 0; step < 200; step++) {
      await frame(view.page);
      const found = await view.page.evaluate((names) => {
        const list = document.querySelector(".row-list");
        const bad = list?.querySelectorAll(
          `script, style, iframe, object, embed, img, svg, math, form, input, textarea, link, meta, base, video, audio, template,
          ${names.map((name) => `.prose [data-testid="${name}"], .prose #${name}`).join()}, .prose [style], .prose [id], .prose [name],
          a:not([href^="http"], [href^="mailto:"], :not([href]))`,
        );
        return [...(bad ?? [])].map((element) => element.outerHTML.slice(0, 200));
      }, spoofedNames);
      assert.deepEqual(found, []);
      const isDone = await view.conversation().evaluate((element) => {
        element.scrollTop += 500;
        return element.scrollTop + element.clientHeight >= element.scrollHeight - 1;
      });
      if (isDone) break;
    }
    assert.equal(await view.page.evaluate(() => "__pwned" in window), false);
    assert.deepEqual(outside, []);
  });

  describe("accessibility", () => {
    for (const [name, script] of Object.entries(scenes))
      it(`has no violations in any theme: ${name}`, async () => {
        await view.open(script, { width: 320 });
        await view.page.evaluate(() => {
          for (const part of ["[data-testid=tool-call] button.line", ".branches-head"])
            document.querySelector<HTMLElement>(part)?.click();
        });
        await checkAccessible(view.page, name);
      });
  });
});
