import assert from "node:assert/strict";
import type { OpenSpan } from "../../src/protocol/trace.ts";
import { until } from "../support/e2e-chat.ts";
import { useTraceView } from "../support/trace-view.ts";

/** The most elements that the page may have, whatever it shows. */
const mostNodes = 1_500;

/** A turn that begins now, after all that the page makes up. */
const live = (): OpenSpan => ({
  ...{ id: "live", session: "s", agent: "main", turn: 1_000_000 },
  ...{ kind: "turn", name: "invoke_agent main", startedAt: Date.now() },
});

describe("rows of the trace that go by quickly", () => {
  const its = useTraceView();
  const { open, rows, row, tree, button } = its;
  const canvas = () => its.page.locator(".row-canvas");
  /** How many of the canvas's points somebody painted on. */
  const painted = () =>
    canvas().evaluate((element) => {
      if (!(element instanceof HTMLCanvasElement) || element.hidden) return 0;
      const { width, height } = element;
      const points = element.getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
      return points.filter((value, index) => index % 4 === 3 && value > 0).length;
    });
  const rowNumbers = () =>
    rows().evaluateAll((elements) => elements.map((element) => Number(element.dataset["row"])));
  const isFilled = (numbers: readonly number[], first: number) =>
    numbers.length > 20 &&
    (numbers[0] ?? Infinity) <= first &&
    numbers.every((row, index) => row === (numbers[0] ?? 0) + index);

  it("they are painted, and have elements as soon as they stand", async () => {
    await open({ generated: 3_000 }, { width: 900 });
    await its.page.waitForFunction(() => !document.body.innerText.includes("Loading"));
    await button("Expand all").click();
    await until(rowNumbers, (numbers) => numbers.length > 20);
    const seen = await tree().evaluate(
      (element) =>
        new Promise<readonly [isPainted: boolean, rows: number]>((done) => {
          element.scrollTop = 20_000;
          requestAnimationFrame(() =>
            requestAnimationFrame(() => {
              const first = Math.floor(element.scrollTop / 22);
              const there = [...element.querySelectorAll<HTMLElement>(".trace-row")].filter(
                (row) => Math.abs(Number(row.dataset["row"]) - first) < 60,
              );
              // Looked at in the same frame: elements come with the next ones.
              const canvas = element.querySelector("canvas");
              const { width = 0, height = 0 } = canvas ?? {};
              const points = canvas?.getContext("2d")?.getImageData(0, 0, width, height).data ?? [];
              const painted = points.filter((value, index) => index % 4 === 3 && value > 0).length;
              done([canvas?.hidden === false && painted > 1_000, there.length]);
            }),
          );
        }),
    );
    assert.deepEqual(seen, [true, 0]);
    const first = await tree().evaluate((element) => Math.floor(element.scrollTop / 22));
    await until(rowNumbers, (numbers) => isFilled(numbers, first));
    assert.equal(await painted(), 0);
  });

  it("because many are added at the end, the last of them are there", async () => {
    await open({ generated: 500, open: [live()] });
    await its.page.waitForFunction(() => !document.body.innerText.includes("Loading"));
    // What is told before the view has heard what runs is in no answer of this host.
    await row("Turn 1000000").waitFor();
    await until(
      () => button("Follow live").getAttribute("aria-pressed"),
      (pressed) => pressed === "true",
    );
    await its.page.evaluate(
      () =>
        new Promise<void>((done) => {
          let told = 0;
          const tell = () => {
            const events = Array.from({ length: 20 }, () => {
              const startedAt = Date.now();
              const one = {
                id: `c${told++}`,
                parent: "live",
                session: "s",
                agent: "main",
                turn: 1,
                startedAt,
              };
              const named = {
                ...one,
                kind: "tool" as const,
                name: "execute_tool x",
                title: `Call ${told}`,
              };
              const end = { endedAt: startedAt + 1, outcome: "ok" as const, timings: { toolMs: 1 } };
              return { type: "span-end" as const, span: { ...named, ...end } };
            });
            window.host.emit("trace", events);
            if (told < 1_000) requestAnimationFrame(tell);
            else done();
          };
          tell();
        }),
    );
    await row("Call 1000").waitFor();
    await until(rowNumbers, (numbers) => isFilled(numbers, Infinity));
    assert.ok((await its.page.locator("*").count()) < mostNodes);
  });
});
