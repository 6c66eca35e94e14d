import assert from "node:assert/strict";
import { commands, extensions } from "vscode";
import type { ConnectionCore } from "#editor/connection.ts";
import { Channel, type ChannelLookup } from "#core/channel.ts";
import { ChatView } from "#editor/chat-view.ts";
import { Connection } from "#editor/connection.ts";
import type { Handlers } from "#core/handlers.ts";
import { fakeView } from "./fake-view.ts";
import { until } from "./workspace-files.ts";

const silent = { info: () => {}, warn: () => {}, error: () => {} };

describe("chat view", () => {
  const workspace = new Channel("workspace");
  const core: ConnectionCore = {
    handlers: { "session.create": async () => ({ session: "s" }) } as unknown as Handlers,
    channel: ((name: string) => (name === "workspace" ? workspace : undefined)) as ChannelLookup,
  };
  const extension = () =>
    extensions.getExtension("boocode.boocode")?.extensionUri ?? assert.fail("BooCode is installed");
  const chats: ChatView[] = [];
  const open = (pingMs?: number) => {
    const fake = fakeView();
    const chat = new ChatView(extension(), async (post) => new Connection(core, post, silent), pingMs);
    chats.push(chat);
    chat.resolveWebviewView(fake.view);
    return fake;
  };
  afterEach(async () => {
    for (const chat of chats.splice(0)) chat.dispose();
    await commands.executeCommand("notifications.clearAll");
  });

  it("writes a page that may load nothing but its own files", () => {
    const { view, pages } = open();
    const policy = /Content-Security-Policy" content="([^"]+)"/.exec(pages[0] ?? "")?.[1] ?? "";
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? "";
    assert.equal(
      policy.replaceAll(nonce, "N"),
      "default-src 'none'; script-src https://view.example 'nonce-N'; style-src https://view.example 'nonce-N'; " +
        "font-src https://view.example; base-uri 'none'; form-action 'none'",
    );
    const tags = [...(pages[0] ?? "").matchAll(/<(?:script|style)\b[^>]*>/g)].map(([tag]) => tag);
    assert.ok(tags.length > 0 && tags.every((tag) => tag.includes(`nonce="${nonce}"`)));
    assert.deepEqual(
      view.webview.options.localResourceRoots?.map(({ path }) => path.slice(extension().path.length)),
      ["/dist/webview"],
    );
    assert.notEqual(open().pages[0], pages[0], "nonces are fresh");
  });

  it("answers what the page said before the core was there", async () => {
    const { say, posted } = open();
    say({ type: "subscribe", channel: "workspace", key: "" });
    say({ type: "request", id: 1, method: "session.create", params: {} });
    await until("both are answered", () => posted.length === 2);
    assert.deepEqual(
      posted.map(({ type }) => type),
      ["snapshot", "result"],
    );
  });

  it("posts nothing while hidden", async () => {
    const { say, show, posted } = open(200);
    say({ type: "subscribe", channel: "workspace", key: "" });
    await until("the snapshot is there", () => posted.some(({ type }) => type === "snapshot"));
    show(false);
    posted.length = 0;
    workspace.emit({ type: "workspace-change", change: { modelLabel: "x" } });
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.deepEqual(posted, []);
  });

  it("starts a page again that stopped answering, not one that answers", async () => {
    const alive = open(20);
    const dead = open(20);
    const answering = setInterval(() => alive.say({ type: "pong" }), 10);
    dead.say({ type: "pong" });
    await until("the page is written again", () => dead.pages.length === 2);
    assert.equal(alive.pages.length, 1);
    clearInterval(answering);
    alive.close();
  });

  it("does not start a page again and again that never said a word", async () => {
    const { pages, posted } = open(5);
    await until("it is given up", () => posted.length >= 6);
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.deepEqual([pages.length, posted.length], [1, 6]);
  });

  it("registers its commands", async () => {
    await extensions.getExtension("boocode.boocode")?.activate();
    const registered = await commands.getCommands(true);
    const names = [
      ...["newSession", "setApiKey", "stop", "selectModel", "showLog"],
      ...["searchSessions", "continueLastSession", "exportSession", "importSession"],
    ].map((name) => `boocode.${name}`);
    assert.deepEqual(
      names.filter((name) => !registered.includes(name)),
      [],
    );
    await commands.executeCommand("boocode.stop");
  });
});
