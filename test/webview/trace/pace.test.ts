import assert from "node:assert/strict";
import { setImmediate as handled } from "node:timers/promises";
import { Pace } from "../../../webview/trace/pace.ts";

/** Longer than figures may take beside a drawing, in milliseconds. */
const longMs = 8;

/** A page whose frames come when they are called for. */
class Page {
  readonly log: string[] = [];
  figuresMs = 0;
  isFlooded = false;
  isBroken = false;
  readonly pace = new Pace({
    schedule: (frame) => this.#frames.push(frame),
    prepare: () => {
      if (this.isBroken) throw new Error("These figures can not be worked out.");
      this.#now += this.figuresMs;
      this.log.push("figures");
      return () => this.log.push("drawn");
    },
    isFlooded: () => this.isFlooded,
    now: () => this.#now,
  });
  #now = 0;
  #frames: (() => void)[] = [];

  /** The next frame, and its painting. */
  async frame(): Promise<void> {
    const due = this.#frames;
    this.#frames = [];
    for (const one of due) one();
    this.log.push("|");
    await handled();
    await handled();
  }

  get said(): string {
    return this.log.join(" ");
  }
}

describe("the pace of drawings", () => {
  const check = (name: string, act: (page: Page) => void | Promise<void>, expected: string) =>
    it(name, async () => {
      const page = new Page();
      await act(page);
      for (let frame = 0; frame < 4; frame++) await page.frame();
      assert.equal(page.said.replace(/( \|)+$/u, ""), expected);
    });
  check("asked for once", ({ pace }) => pace.soon(), "figures drawn");
  check(
    "asked for twice before the frame",
    ({ pace }) => {
      pace.soon();
      pace.soon();
    },
    "figures drawn",
  );
  check(
    "figures that take long have a frame of their own",
    (page) => {
      page.figuresMs = longMs;
      page.pace.soon();
    },
    "figures | drawn",
  );
  check(
    "what is asked for between figures and drawing comes after it",
    async (page) => {
      page.figuresMs = longMs;
      page.pace.soon();
      await page.frame();
      page.figuresMs = 0;
      page.pace.soon();
      page.pace.soon();
    },
    "figures | drawn | figures drawn",
  );
  check("news are drawn at once where drawing is quick", ({ pace }) => pace.news(), "figures drawn");
  check(
    "in a flood they wait",
    async (page) => {
      page.pace.soon();
      await page.frame();
      page.isFlooded = true;
      page.pace.news();
    },
    "figures drawn",
  );
  check(
    "what somebody asks for does not",
    async (page) => {
      page.pace.soon();
      await page.frame();
      page.isFlooded = true;
      page.pace.news();
      page.pace.soon();
    },
    "figures drawn | figures drawn",
  );

  it("news that come between figures and drawing are drawn", async () => {
    const page = new Page();
    page.figuresMs = longMs;
    page.pace.soon();
    await page.frame();
    page.figuresMs = 0;
    page.pace.news();
    const isDrawnTwice = () => page.log.filter((entry) => entry === "drawn").length === 2;
    while (!isDrawnTwice()) await page.frame();
    assert.match(page.said, /^figures \| drawn .*figures drawn/u);
  });

  it("a nearer time comes first", async () => {
    const page = new Page();
    page.pace.later(60_000);
    page.pace.later(1);
    while (!page.log.includes("drawn")) await page.frame();
  });

  it("figures that fail leave the next drawing as it is", async () => {
    const page = new Page();
    page.isBroken = true;
    page.pace.soon();
    await assert.rejects(page.frame());
    page.isBroken = false;
    page.pace.soon();
    await page.frame();
    assert.equal(page.said, "figures drawn |");
  });
});
