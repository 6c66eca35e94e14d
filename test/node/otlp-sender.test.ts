import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { isRetryable, rejectedSpans, tracesUrl } from "#core/trace/otlp-endpoint.ts";
import { retryAfterMs } from "#core/retry-after.ts";
import { OtlpSender, type OtlpTarget } from "#core/trace/otlp-sender.ts";
import { createHttp } from "#node/http.ts";
import type { Span } from "#protocol/trace.ts";
import { eventful, span } from "../support/exported-spans.ts";
import { FakeClock } from "../support/fake-ports.ts";
import { attributes, type OtlpAnswer, OtlpCollector } from "../support/otlp-collector.ts";

/** A sender with a clock of its own, and the lines of its log. */
class World implements AsyncDisposable {
  readonly clock = new FakeClock();
  readonly logged: string[] = [];
  readonly collector: OtlpCollector;
  readonly sender: OtlpSender;

  constructor(collector: OtlpCollector, target: Partial<OtlpTarget>) {
    this.collector = collector;
    const keep =
      (level: string) =>
      (message: string): void =>
        void this.logged.push(`${level}: ${message.replaceAll(new URL(collector.endpoint).host, "HOST")}`);
    const log = { info: keep("info"), warn: keep("warn"), error: keep("error") };
    const sleep = this.clock.sleep.bind(this.clock);
    const ports = { http: createHttp(), log, clock: this.clock, sleep };
    this.sender = new OtlpSender({ endpoint: collector.endpoint, ...target }, ports);
  }

  add(...names: readonly string[]): void {
    for (const name of names) this.sender.add(span(name, 1, 2, { name }));
  }

  /** Waits until the sender waits, then lets this time pass. */
  async pass(ms: number): Promise<void> {
    await until(() => this.clock.sleeping === 1);
    await this.clock.advance(ms);
  }

  /** The names of the spans that were taken. */
  get taken(): readonly string[] {
    return this.collector.spans.map(({ name }) => name);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.clock.isAutomatic = true;
    await this.sender.close();
    await this.collector[Symbol.asyncDispose]();
  }
}

async function world(answers: readonly OtlpAnswer[] = [], target: Partial<OtlpTarget> = {}): Promise<World> {
  const collector = await OtlpCollector.start();
  collector.answers.push(...answers);
  return new World(collector, target);
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await setImmediate();
}

const says =
  (status: number, headers: Readonly<Record<string, string>> = {}, body = ""): OtlpAnswer =>
  (response) =>
    response.writeHead(status, headers).end(body);
const cuts: OtlpAnswer = (_response, request) => request.socket.destroy();
const isSilent: OtlpAnswer = () => {};

const address = "the address is in the settings.";

describe("the address for traces", () => {
  const check = (endpoint: string, expected: string) =>
    it(endpoint, () => assert.equal(tracesUrl(endpoint).href, expected));

  check("http://localhost:4318", "http://localhost:4318/v1/traces");
  check(" http://localhost:4318/ ", "http://localhost:4318/v1/traces");
  check("http://localhost:4318/v1/traces", "http://localhost:4318/v1/traces");
  check("http://localhost:4318/v1/traces/", "http://localhost:4318/v1/traces");
  check("https://example.org/otlp", "https://example.org/otlp/v1/traces");
  check("https://example.org/otlp?key=1", "https://example.org/otlp/v1/traces?key=1");

  for (const endpoint of ["", "localhost:4318", "file:///tmp", "not an address"])
    it(`is not "${endpoint}"`, () => assert.throws(() => tracesUrl(endpoint), { code: "bad-endpoint" }));
});

describe("what an answer asks for", () => {
  const now = Date.UTC(2026, 0, 5, 12);
  const check = (value: string | undefined, expected: number | undefined) =>
    it(`Retry-After: ${value}`, () => {
      assert.equal(retryAfterMs(value, now), expected);
    });

  check(undefined, undefined);
  check("0", 0);
  check("7", 7_000);
  check("Mon, 05 Jan 2026 12:00:30 GMT", 30_000);
  check("Mon, 05 Jan 2026 11:00:00 GMT", 0);
  check("999999", 600_000);
  check("soon", undefined);

  const checkStatus = (status: number, expected: boolean) =>
    it(`${status}`, () => assert.equal(isRetryable(status), expected));

  for (const status of [429, 502, 503, 504]) checkStatus(status, true);
  for (const status of [301, 400, 401, 404, 413, 500, 501]) checkStatus(status, false);

  const checkBody = (body: string, expected: number) =>
    it(`rejected by ${body}`, () => assert.equal(rejectedSpans(body), expected));

  checkBody("", 0);
  checkBody("{}", 0);
  checkBody("null", 0);
  checkBody('{"partialSuccess":{"rejectedSpans":"3","errorMessage":"old"}}', 3);
  checkBody('{"partialSuccess":{"rejectedSpans":2}}', 2);
  checkBody('{"partialSuccess":{"errorMessage":"only a hint"}}', 0);
});

describe("live traces", () => {
  it("go to the endpoint in one request for what ends within a second", async () => {
    await using given = await world([], { headers: { authorization: "Bearer key" }, version: "1.2.3" });
    given.add("a", "b", "c");
    await given.pass(1_000);
    await until(() => given.taken.length === 3);
    assert.deepEqual(given.collector.requests, [["a", "b", "c"]]);
    assert.deepEqual(given.collector.paths, ["/v1/traces"]);
    const [headers] = given.collector.headers;
    assert.deepEqual([headers?.["content-type"], headers?.authorization], ["application/json", "Bearer key"]);
    given.add("d");
    await given.pass(1_000);
    await until(() => given.taken.length === 4);
    assert.deepEqual(given.logged, []);
  });

  it("go at once when there are many", async () => {
    await using given = await world();
    given.add(...Array.from({ length: 1_025 }, (_, at) => `n${at}`));
    await until(() => given.taken.length === 1_024);
    await given.pass(1_000);
    await until(() => given.taken.length === 1_025);
    assert.deepEqual(
      given.collector.requests.map(({ length }) => length),
      [512, 512, 1],
    );
  });

  it("are cut into requests of some megabytes", async () => {
    const output = "x".repeat(1_500_000);
    await using given = await world([], { bodies: async () => ({ output }) });
    given.add("a", "b", "c", "d", "e");
    await given.sender.close();
    assert.deepEqual(given.collector.requests, [["a", "b"], ["c", "d"], ["e"]]);
  });

  it("have the same ids as an export, and turns as roots", async () => {
    await using given = await world();
    for (const each of eventful) given.sender.add(each);
    await given.sender.close();
    const ids = new Set(given.collector.spans.map(({ spanId }) => spanId));
    for (const [index, { parentSpanId }] of given.collector.spans.entries()) {
      const { kind } = eventful[index] ?? {};
      assert.equal(parentSpanId !== undefined && ids.has(parentSpanId), kind !== "turn");
    }
  });
});

describe("what live traces tell", () => {
  const said = ['"first"', "Should it go on?", "a.md", "secret", '"was"', '"is"'];
  const check = (name: string, target: Partial<OtlpTarget>, expected: readonly string[]) =>
    it(name, async () => {
      await using given = await world([], target);
      for (const each of eventful) given.sender.add(each);
      await given.sender.close();
      const text = JSON.stringify(given.collector.spans.map((each) => [each.status, attributes(each)]));
      assert.deepEqual(
        [...said, "given to call-a", "http-429", "asks to slow down"].filter((part) => text.includes(part)),
        expected,
      );
    });

  check("is nothing of what was said, unless bodies are asked for", {}, ["http-429", "asks to slow down"]);
  check("is everything where they are", { bodies: async ({ id }: Span) => ({ input: `given to ${id}` }) }, [
    ...said,
    "given to call-a",
    "http-429",
    "asks to slow down",
  ]);
  check("is the rest where bodies can not be read", { bodies: () => Promise.reject(new Error("gone")) }, [
    ...said,
    "http-429",
    "asks to slow down",
  ]);
});

describe("an endpoint that is in trouble", () => {
  const check = (name: string, answer: OtlpAnswer, from: number, to: number, reason: string) =>
    it(`${name} is asked again after ${from} to ${to} ms`, async () => {
      await using given = await world([answer]);
      given.add("a");
      await given.pass(1_000);
      await given.pass(from - 1);
      assert.equal(given.clock.sleeping, 1);
      await given.pass(to - from + 1);
      await until(() => given.taken.length === 1 && given.logged.length === 2);
      assert.deepEqual(given.logged, [
        `warn: Traces can not be sent to HOST: ${reason}. Nothing else is affected; ${address}`,
        "info: Traces are sent to HOST again.",
      ]);
    });

  check("too busy", says(429), 500, 1_000, "it answered with status 429");
  check("too busy for 7 s", says(429, { "retry-after": "7" }), 7_000, 7_000, "it answered with status 429");
  check(
    "too busy until then",
    says(503, { "retry-after": "Mon, 05 Jan 2026 12:00:21 GMT" }),
    20_000,
    20_000,
    "it answered with status 503",
  );
  check("broken", says(502), 500, 1_000, "it answered with status 502");
  check("cut off", cuts, 500, 1_000, "socket hang up");

  const checkFinal = (status: number) =>
    it(`refusing with ${status} is not asked again`, async () => {
      await using given = await world([says(status)]);
      given.clock.isAutomatic = true;
      given.add("a");
      await until(() => given.logged.length === 1);
      given.add("b");
      await until(() => given.logged.length === 2);
      assert.deepEqual(given.collector.requests, [["a"], ["b"]]);
      assert.deepEqual(given.logged, [
        `warn: Traces can not be sent to HOST: it answered with status ${status}. Nothing else is affected; ${address}`,
        "info: Traces are sent to HOST again. 1 spans were left out.",
      ]);
    });

  for (const status of [302, 400, 401, 413, 500]) checkFinal(status);

  it("is given up for a batch after five tries, and told of once", async () => {
    await using given = await world(Array.from({ length: 10 }, () => says(503)));
    given.clock.isAutomatic = true;
    const began = given.clock.now();
    given.add("a");
    await until(() => given.collector.requests.length === 5);
    const passed = given.clock.now() - began;
    assert.ok(passed >= 1_000 + 7_500 && passed <= 1_000 + 15_000, `${passed} ms`);
    given.add("b");
    await until(() => given.collector.requests.length === 10);
    given.add("c");
    await until(() => given.taken.length === 1 && given.logged.length === 2);
    assert.deepEqual(given.taken, ["c"]);
    assert.match(given.logged[1] ?? "", /again\. 2 spans were left out\.$/);
  });

  it("that does not take all is believed", async () => {
    await using given = await world([says(200, {}, '{"partialSuccess":{"rejectedSpans":"2"}}')]);
    given.add("a", "b", "c");
    await given.sender.close();
    assert.deepEqual(given.collector.requests, [["a", "b", "c"]]);
    assert.deepEqual(given.logged, [
      `warn: Traces can not be sent to HOST: it did not take 2 spans. Nothing else is affected; ${address}`,
      "info: 2 spans could not be sent to HOST.",
    ]);
  });

  it("that answers without end is let go of", async () => {
    const endless: OtlpAnswer = (response) => {
      const write = (): void => {
        while (!response.destroyed && response.write("x".repeat(65_536)));
      };
      response.on("drain", write);
      write();
    };
    await using given = await world([endless]);
    given.add("a");
    await given.sender.close();
    assert.deepEqual(given.logged, []);
  });

  it("makes the oldest spans of too many be left out", async () => {
    let release = (): void => {};
    const held: OtlpAnswer = (response) => {
      release = () => void response.end("{}");
    };
    await using given = await world([held]);
    given.add("held");
    await given.pass(1_000);
    await until(() => given.collector.requests.length === 1);
    given.add(...Array.from({ length: 3_000 }, (_, at) => `n${at}`));
    release();
    await given.sender.close();
    assert.deepEqual([given.taken.length, given.taken[0], given.taken.at(-1)], [2_048, "n952", "n2999"]);
    assert.deepEqual(given.logged, ["info: 952 spans could not be sent to HOST."]);
  });

  it("is named without what its address and headers hold", async () => {
    await using given = await world([says(401)], { headers: { authorization: "Bearer key-1" } });
    const endpoint = `${given.collector.endpoint.replace("//", "//user:key-2@")}/?token=key-3`;
    const ports = { http: createHttp(), log: logInto(given.logged), clock: given.clock };
    const sender = new OtlpSender({ endpoint }, ports);
    sender.add(span("a", 1, 2));
    await sender.close();
    assert.equal(given.logged.length, 2);
    assert.doesNotMatch(given.logged.join(), /key/);
  });

  it("with headers that HTTP does not allow is refused without telling them", () => {
    const headers = { authorization: "Bearer\nkey" };
    const ports = { http: createHttp(), log: logInto([]), clock: new FakeClock() };
    assert.throws(
      () => new OtlpSender({ endpoint: "http://127.0.0.1", headers }, ports),
      (error: Error & { code?: string }) => error.code === "bad-headers" && !error.message.includes("key"),
    );
  });
});

describe("the end of live traces", () => {
  it("sends what waits, and takes nothing more", async () => {
    await using given = await world();
    given.add("a", "b");
    await given.sender.close();
    given.add("c");
    await given.sender.close();
    assert.deepEqual(given.collector.requests, [["a", "b"]]);
  });

  it("of nothing is at once", async () => {
    await using given = await world();
    await given.sender.close();
    assert.deepEqual(given.collector.requests, []);
  });

  it("tries once more what waits for a better time", async () => {
    await using given = await world([says(503, { "retry-after": "600" })]);
    given.add("a");
    await given.pass(1_000);
    await until(() => given.clock.sleeping === 1);
    await given.sender.close();
    assert.deepEqual(given.taken, ["a"]);
  });

  const checkBound = (name: string, answer: OtlpAnswer, target: Partial<OtlpTarget>) =>
    it(`does not wait for ${name}`, async () => {
      await using given = await world([answer], target);
      given.add("a");
      const closed = given.sender.close(2_000);
      await given.pass(1_999);
      assert.equal(given.clock.sleeping, 1);
      await given.pass(1);
      await closed;
      assert.match(given.logged.at(-1) ?? "", /^info: 1 spans could not be sent/);
    });

  checkBound("an endpoint that says nothing", isSilent, {});
  checkBound("bodies that never come", isSilent, { bodies: () => new Promise(() => {}) });

  it("is not needed for the process to end", async () => {
    await using collector = await OtlpCollector.start();
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const ports = { http: createHttp(), log: logInto([]), clock: new FakeClock() };
    const sender = new OtlpSender({ endpoint: collector.endpoint }, ports);
    sender.add(span("a", 1, 2));
    assert.equal(timers(), before);
    await sender.close();
    assert.equal(collector.spans.length, 1);
  });
});

function logInto(lines: string[]): {
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
} {
  const keep = (text: string): void => void lines.push(text);
  return { info: keep, warn: keep, error: keep };
}
