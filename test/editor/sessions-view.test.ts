import assert from "node:assert/strict";
import { Uri } from "vscode";
import type { ConnectionCore } from "#editor/connection.ts";
import { Channel, type ChannelLookup } from "#core/channel.ts";
import { ChatView } from "#editor/chat-view.ts";
import { Connection } from "#editor/connection.ts";
import { besideChat, SessionsView } from "#editor/sessions-view.ts";
import type { Handlers } from "#core/handlers.ts";
import { root } from "../support/setup.mjs";
import { fakeView } from "./fake-view.ts";
import { until } from "./workspace-files.ts";

const silent = { info: () => {}, warn: () => {}, error: () => {} };

describe("sessions view", () => {
  const sessions = new Channel("sessions");
  const opened: unknown[] = [];
  const core: ConnectionCore = {
    handlers: {
      "session.open": async (params: unknown) => {
        opened.push(params);
        return {};
      },
    } as unknown as Handlers,
    channel: ((name: string) => (name === "sessions" ? sessions : undefined)) as ChannelLookup,
  };
  const extension = Uri.file(root);
  const setUp = () => {
    const chatPage = fakeView();
    const listPage = fakeView();
    const chat = new ChatView(extension, async (post) => new Connection(core, post, silent));
    const beside = { ...core, handlers: besideChat(core.handlers, chat) };
    const list = new SessionsView(extension, async (post) => new Connection(beside, post, silent));
    chat.resolveWebviewView(chatPage.view);
    list.resolveWebviewView(listPage.view);
    opened.length = 0;
    const kinds = () => chatPage.posted.map(({ type }) => type).filter((type) => type !== "ping");
    return { chatPage, listPage, kinds, close: () => [chat, list].forEach((view) => view.dispose()) };
  };
  const open = (params: object) => ({ type: "request", id: 1, method: "session.open", params });

  it("is a page of its own", () => {
    const { chatPage, listPage, close } = setUp();
    assert.match(listPage.pages[0] ?? "", /sessions\.js/);
    assert.doesNotMatch(listPage.pages[0] ?? "", /<textarea/);
    assert.match(chatPage.pages[0] ?? "", /main\.js/);
    close();
  });

  it("brings the chat to the front, at a turn, once its page listens", async () => {
    const { chatPage, listPage, kinds, close } = setUp();
    listPage.say(open({ session: "s", turn: 3 }));
    await until("it is answered", () => listPage.posted.some(({ type }) => type === "result"));
    assert.deepEqual(opened, [{ session: "s", turn: 3 }]);
    assert.equal(chatPage.shown(), 1);
    assert.deepEqual(kinds(), []);
    chatPage.say({ type: "pong" });
    assert.deepEqual(kinds(), ["show-turn"]);
    listPage.say({ ...open({ session: "s", turn: 4 }), id: 2 });
    await until("it is told at once", () => kinds().length === 2);
    close();
  });

  it("refuses what is no turn", async () => {
    const { listPage, close } = setUp();
    listPage.say(open({ session: "s", turn: 0 }));
    await until("it is answered", () => listPage.posted.some(({ type }) => type === "error"));
    assert.deepEqual(opened, []);
    close();
  });
});
