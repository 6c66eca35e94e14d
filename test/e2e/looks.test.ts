import assert from "node:assert/strict";
import { until } from "../support/e2e-chat.ts";
import { dragSideBar, editorThemes, picture, violations, wearTheme } from "../support/e2e-looks.ts";
import { useChat } from "../support/e2e-window.ts";
import { hold } from "../support/model-server/gate.ts";
import { reply } from "../support/model-server/reply.ts";

const markdown = `The error was in \`src/tides.ts\`, where a **text** was declared a number:

\`\`\`ts
export function formatMinutes(minutes: number): string {
  const hours: string = String(Math.floor(minutes / 60)).padStart(2, "0");
  return \`\${hours}:\${String(minutes % 60).padStart(2, "0")}\`;
}
\`\`\`

### What else I saw

1. \`harbours\` could be read from a file, see [the notes](https://example.com/notes).
2. A list
   - in a list

| Harbour | Delay | High tide after a transit of the moon |
|---|---:|---|
| Cuxhaven | 48 | 0:48 |
| Saint-Malo | 365 | 6:05 |

> Tides wait for nobody.
`;

describe("the looks of the chat", () => {
  const its = useChat("own window", { width: 1400, height: 900 });
  before(async () => {
    await converse();
    await fail();
  });

  /** A turn with every kind of row. */
  async function converse(): Promise<void> {
    its.model.use([
      reply
        .thinking("First the diagnostics, then the file.")
        .text("I look around.")
        .calls([
          ["read_file", { path: "package.json" }],
          ["read_file", { path: "src/tides.ts" }],
          ["search", { pattern: "hours" }],
        ]),
      reply.text("Now the edit.").calls([
        ["edit_file", { path: "src/tides.ts", old: "const hours: number", new: "const hours: string" }],
        [
          "write_file",
          { path: "src/a-rather-long-folder-name/and-a-long-file-name-in-it.ts", content: "export {};\n" },
        ],
        ["edit_file", { path: "src/main.ts", old: "not there", new: "nor there" }],
      ]),
      reply.text(markdown),
    ]);
    await its.chat.ask("Fix the type error in the tides, please, and tell me what else you saw on the way");
  }

  async function fail(): Promise<void> {
    await its.chat.begin();
    its.model.use([reply.noBalance()]);
    await its.chat.ask("Spend");
  }

  const gate = hold();
  let isHeld = true;

  async function work(): Promise<void> {
    await its.chat.begin();
    // Whenever it is asked, also after it was silent for too long.
    its.model.use(() =>
      isHeld ? reply.thinking("Hm.").text("I begin with the first").hold(gate) : reply.text("Done."),
    );
    await its.chat.send("Work");
    await its.chat.text("I begin with the first").waitFor();
    await its.chat.send("And then the second, which takes more than a line to say");
    await its.chat.frame.getByRole("region", { name: "Queued messages" }).waitFor();
  }

  async function endWork(): Promise<void> {
    await openSession("Work")();
    isHeld = false;
    gate.release();
    await its.chat.text("Done.").waitFor();
    await its.chat.stop.waitFor({ state: "detached" });
  }

  const items = () => its.chat.frame.getByTestId("session-item");
  const listSessions = async () => {
    if (!(await items().first().isVisible())) await its.chat.button("Sessions").click();
    await items().first().waitFor();
  };
  const openSession = (title: string) => async () => {
    await listSessions();
    await items().filter({ hasText: title }).click();
    await its.chat.frame.getByRole("heading", { name: title, level: 1 }).waitFor();
    await its.chat.frame.locator(".row").first().waitFor();
  };
  const conversation = openSession("Fix the type error");
  const scenes = {
    empty: () => its.chat.begin(),
    working: work,
    error: openSession("Spend"),
    sessions: listSessions,
    conversation,
  };
  // All scenes are looked at in all themes outside of an editor; here it is its colours that count.
  const scenesIn: Readonly<Record<keyof typeof editorThemes, Readonly<Record<string, () => Promise<void>>>>> =
    {
      dark: scenes,
      light: { conversation },
      "high-contrast": { sessions: listSessions, conversation },
      "high-contrast-light": { conversation },
    };

  for (const theme of Object.keys(editorThemes) as (keyof typeof editorThemes)[]) {
    it(`has no violations in ${theme}, and leaves pictures`, async () => {
      const { page } = its.window;
      await wearTheme(its.chat, theme);
      for (const [scene, show] of Object.entries(scenesIn[theme])) {
        await show();
        assert.deepEqual(await violations(page), [], scene);
        await picture(page, `${theme}-300-${scene}`);
      }
      for (const width of [420, 900, 300]) {
        await dragSideBar(page, width);
        if (width > 300) await picture(page, `${theme}-${width}-conversation`);
      }
      const list = its.chat.frame.getByRole("region", { name: "Conversation" });
      await list.focus();
      await page.keyboard.press("Home");
      await until(
        () => list.evaluate((element) => element.scrollTop),
        (top) => top === 0,
      );
      await picture(page, `${theme}-300-conversation-top`);
      if ("working" in scenesIn[theme]) await endWork();
    });
  }
});
