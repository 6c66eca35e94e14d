import assert from "node:assert/strict";
import type { ViewMessage } from "../../src/protocol/protocol.ts";
import { createClient, RequestError } from "../../webview/client.ts";

function setUp() {
  const sent: ViewMessage[] = [];
  const client = createClient({
    post: (message) => sent.push(message),
    listen: () => {},
    readState: () => undefined,
    writeState: () => {},
  });
  return { sent, client };
}

describe("the client", () => {
  it("gives each answer to its request", async () => {
    const { sent, client } = setUp();
    const first = client.request("session.create", {});
    const second = client.request("session.create", {});
    client.receive({ type: "result", id: 2, result: { session: "b" } });
    client.receive({ type: "result", id: 1, result: { session: "a" } });
    assert.deepEqual(await Promise.all([first, second]), [{ session: "a" }, { session: "b" }]);
    assert.deepEqual(sent[0], { type: "request", id: 1, method: "session.create", params: {} });
  });

  it("rejects with what the host says", async () => {
    const { client } = setUp();
    const request = client.request("session.stop", { session: "s" });
    client.receive({ type: "error", id: 1, code: "gone", message: "There is no such session." });
    await assert.rejects(request, new RequestError("gone", "There is no such session."));
  });

  it("cancels", async () => {
    const { sent, client } = setUp();
    const controller = new AbortController();
    const request = client.request("session.create", {}, controller.signal);
    controller.abort(new Error("enough"));
    await assert.rejects(request, /enough/);
    assert.deepEqual(sent.at(-1), { type: "cancel", id: 1 });
    client.receive({ type: "result", id: 1, result: {} });
  });
});
