import assert from "node:assert/strict";
import type { Frame } from "playwright-core";
import { webviewFrame } from "../support/browser.ts";
import { useChat } from "../support/e2e-window.ts";
import { hostileHost, hostileMarkdown, spoofedNames } from "../support/hostile-markdown.ts";
import { reply } from "../support/model-server/reply.ts";

/** What no answer may bring into the page; links that the editor would open are only those of the web and of mail. */
const forbidden = [
  "script, style, iframe, object, embed, img, svg, math, form, input, textarea, link, meta, base, video, audio, template",
  "[style], [id], [name], [data-testid], [contenteditable], [role=alert], dialog",
  "a:not([href^='https:'], [href^='http:'], [href^='mailto:'], :not([href]))",
  ...spoofedNames.map((name) => `.${name}`),
];

/** All but a tool call written as text, which is no answer: the agent asks again instead of showing it. */
const shown = hostileMarkdown.filter(({ name }) => name !== "markup-of-models");
const [stalls, texts] = [true, false].map((isStall) =>
  shown.filter(({ aims }) => aims.includes("stall") === isStall),
) as [typeof shown, typeof shown];

/** Marks of what hostile text may have done, in one frame. */
function marksOf(selectors: readonly string[]): readonly string[] {
  const within = [...document.querySelectorAll(".prose")];
  const found = within.flatMap((prose) =>
    selectors.flatMap((selector) => [...prose.querySelectorAll(selector)]),
  );
  return [
    ...found.map((element) => element.outerHTML.slice(0, 200)),
    ...("__pwned" in window ? [`ran: ${String(window.__pwned)}`] : []),
  ];
}

describe("hostile Markdown from a model, in the editor", () => {
  const its = useChat("shared window");
  let frame: Frame;
  const requests: string[] = [];
  before(async () => {
    its.window.page.on("request", (request) => requests.push(request.url()));
    frame = await webviewFrame(its.window.page, "[data-testid=composer]");
  });

  it(`does nothing in any of ${texts.length} cases`, async () => {
    const { model } = its;
    const { page } = its.window;
    const pages = page.context().pages().length;
    // One turn: each case is the text of a step, and a call ends the step.
    const steps = texts.map(({ markdown }, index) =>
      reply
        .text(`case ${index}\n\n${markdown}\n\n`)
        .toolCall("read_file", { path: "package.json", limit: index + 1 })
        .pace({ chunkCharacters: 2_000 }),
    );
    model.use([...steps, reply.text("All said.")]);
    await its.chat.send("Say it all");
    await its.chat.text("All said.").waitFor({ timeout: 60_000 });
    const list = its.chat.frame.getByRole("region", { name: "Conversation" });
    const marks = new Set<string>();
    const seen = new Set<string>();
    let isAtTop = false;
    while (!isAtTop) {
      for (const mark of await frame.evaluate(marksOf, forbidden)) marks.add(mark);
      for (const text of await its.chat.frame
        .locator(".prose")
        .getByText(/^case \d+$/)
        .allInnerTexts())
        seen.add(text);
      isAtTop = await list.evaluate((element) => {
        element.scrollTop -= element.clientHeight / 2;
        return new Promise<boolean>((done) =>
          requestAnimationFrame(() => requestAnimationFrame(() => done(element.scrollTop === 0))),
        );
      });
    }
    assert.deepEqual([...marks], []);
    assert.equal(seen.size, texts.length);
    for (const each of page.frames()) assert.equal(await each.evaluate(() => "__pwned" in window), false);
    assert.deepEqual(
      requests.filter((url) => url.includes(hostileHost)),
      [],
    );
    assert.equal(page.context().pages().length, pages);
  });

  it(`stays usable after each of ${stalls.length} texts that are hard to draw`, async () => {
    const { model } = its;
    for (const { name, markdown } of stalls) {
      model.use([reply.text(markdown).text("\n\n").pace({ chunkCharacters: 20_000 })]);
      await its.chat.begin();
      await its.chat.ask(name);
      await its.chat.composer.pressSequentially("Still here");
      assert.equal(await its.chat.composer.inputValue(), "Still here", name);
      await its.chat.composer.fill("");
    }
  });
});
