import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { createHttp } from "#node/http.ts";

type Serve = (request: IncomingMessage, response: ServerResponse, sockets: readonly Socket[]) => void;

const encoder = new TextEncoder();

async function ask(url: string, pieces: readonly string[] = ["{}"], signal = new AbortController().signal) {
  return createHttp().post(url, {
    headers: new Headers({ "content-type": "application/json", "x-name": "value" }),
    body: pieces.map((piece) => encoder.encode(piece)),
    signal,
  });
}

async function textOf(body: AsyncIterator<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for (let next = await body.next(); next.done !== true; next = await body.next()) chunks.push(next.value);
  return Buffer.concat(chunks).toString();
}

async function serving(serve: Serve, test: (url: string) => Promise<void>): Promise<void> {
  const sockets: Socket[] = [];
  const server = createServer((request, response) => serve(request, response, sockets));
  server.on("connection", (socket) => sockets.push(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await test(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

describe("the HTTP port", () => {
  it("sends all pieces as one body of known length, with the headers given", () =>
    serving(
      (request, response) => {
        void buffer(request).then((body) => {
          const { "content-length": length, "x-name": name } = request.headers;
          response.end(JSON.stringify({ body: body.toString(), length, name }));
        });
      },
      async (url) => {
        const answer = await ask(url, [`{"a":`, `"é"`, `}`]);
        assert.deepEqual(JSON.parse(await textOf(answer.body)), {
          body: `{"a":"é"}`,
          length: "10",
          name: "value",
        });
      },
    ));

  it("gives status and headers, and follows no redirect", () =>
    serving(
      (request, response) => {
        request.resume();
        response.writeHead(302, { location: "/elsewhere", "retry-after": "7" }).end("gone");
      },
      async (url) => {
        const { status, headers, body } = await ask(url);
        assert.deepEqual([status, headers.get("retry-after"), await textOf(body)], [302, "7", "gone"]);
      },
    ));

  it("asks again on a new connection where the server closed the idle one as it was used", () => {
    let count = 0;
    return serving(
      (request, response, sockets) => {
        count += 1;
        request.resume();
        if (count === 2) sockets[0]?.resetAndDestroy();
        else response.end(String(count));
      },
      async (url) => {
        assert.equal(await textOf((await ask(url)).body), "1");
        assert.equal(await textOf((await ask(url)).body), "3");
      },
    );
  });

  it("does not ask again where a new connection breaks", () => {
    let count = 0;
    return serving(
      (_request, _response, sockets) => {
        count += 1;
        sockets.at(-1)?.resetAndDestroy();
      },
      async (url) => {
        await assert.rejects(ask(url), { code: "ECONNRESET" });
        assert.equal(count, 1);
      },
    );
  });

  it("ends with the signal's reason before and within an answer", () =>
    serving(
      (request, response) => {
        request.resume();
        if (request.url !== "/silent") response.write("first");
      },
      async (url) => {
        const reason = new Error("enough");
        const stopper = new AbortController();
        const { body } = await ask(url, [], stopper.signal);
        assert.equal(Buffer.from((await body.next()).value).toString(), "first");
        const rest = body.next();
        stopper.abort(reason);
        await assert.rejects(rest, reason);
        const second = new AbortController();
        const silent = ask(`${url}silent`, [], second.signal);
        second.abort(reason);
        await assert.rejects(silent, reason);
      },
    ));

  it("throws where an answer breaks off, and tells what is wrong with an address", () =>
    serving(
      (request, response) => {
        request.resume();
        response.writeHead(200, { "content-length": "100" });
        response.write("some", () => response.destroy());
      },
      async (url) => {
        await assert.rejects(textOf((await ask(url)).body), { code: "ECONNRESET" });
        await assert.rejects(ask("ftp://127.0.0.1/"), /no protocol of the web/);
        await assert.rejects(ask("http://127.0.0.1:1/"), { code: "ECONNREFUSED" });
      },
    ));
});
