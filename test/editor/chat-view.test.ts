import assert from "node:assert/strict";
import { commands, extensions } from "vscode";
import type { ConnectionCore } from "#editor/connection.ts";
import { Channel, type ChannelLookup } from "#core/channel.ts";
import { ChatView } from "#editor/chat-view.ts";
import { Connection } from "#editor/connection.ts";
import type { Handlers } from "#core/handlers.ts";
import type { HostMessage } from "#protocol/protocol.ts";
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
  const open = (pingMs?: number, answersPings = false) => {
    const fake = fakeView(answersPings);
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

  it("posts nothing while hidden, and what came meanwhile once it is shown", async () => {
    const hidden = open(20, true);
    const shown = open(20, true);
    const told = (view: typeof shown, what: HostMessage["type"]) =>
      view.posted.filter(({ type }) => type === what).length;
    for (const view of [hidden, shown]) view.say({ type: "subscribe", channel: "workspace", key: "" });
    await until("both are told", () => told(hidden, "snapshot") + told(shown, "snapshot") === 2);
    hidden.show(false);
    for (const { posted } of [hidden, shown]) posted.length = 0;
    workspace.emit({ type: "workspace-change", change: { modelLabel: "x" } });
    await until("the shown one is told", () => told(shown, "snapshot") === 1 && told(shown, "ping") >= 3);
    assert.deepEqual(hidden.posted.splice(0), []);
    hidden.show(true);
    const [ping, snapshot, ...more] = hidden.posted;
    assert.deepEqual([ping, more], [{ type: "ping" }, []]);
    assert.ok(snapshot?.type === "snapshot" && snapshot.channel === "workspace");
    assert.equal(snapshot.state.modelLabel, "x");
  });

  it("starts a page again that stopped answering, not one that answers", async () => {
    const alive = open(20, true);
    const dead = open(20);
    dead.say({ type: "pong" });
    await until("the page is written again", () => dead.pages.length === 2);
    assert.equal(alive.pages.length, 1);
    alive.close();
  });

  it("does not start a page again and again that never said a word", async () => {
    const silentOne = open(5);
    const alive = open(5, true);
    await until("the other one is asked for long", () => alive.posted.length >= 20);
    assert.deepEqual([silentOne.pages.length, silentOne.posted.length], [1, 6]);
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
