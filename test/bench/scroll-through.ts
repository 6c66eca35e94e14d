import type { Frame } from "playwright-core";
import { startRecording, stopRecording, type Recording } from "./frame-recorder.ts";

const wheelPixels = 600;

/** Numbers of the first question or answer, and of the last answer, that are drawn. A locator would fill the heap that is watched. */
function shownTurns(frame: Frame): Promise<{ readonly first: number; readonly last: number }> {
  return frame.evaluate(() => {
    const text = document.querySelector("[data-testid=conversation]")?.textContent ?? "";
    const first = Number(/(?:Question|Answer) (\d+)/.exec(text)?.[1] ?? Number.NaN);
    const last = Number(/^.*Answer (\d+):/s.exec(text)?.[1] ?? Number.NaN);
    return { first, last };
  });
}

/**
 * Turns the wheel over a conversation of questions and answers numbered from 0, one notch a frame, until its first question is there; then
 * down to the end again.
 */
export async function scrollThrough(frame: Frame, turns: number): Promise<Recording> {
  const page = frame.page();
  await frame.locator("[data-testid=conversation]").hover();
  await startRecording(frame);
  const nextFrame = () => frame.evaluate(() => new Promise((done) => requestAnimationFrame(done)));
  const mostNotches = turns * 10;
  const turn = async (pixels: number, isThere: () => Promise<boolean>) => {
    for (let notch = 0; notch < mostNotches; notch++) {
      await page.mouse.wheel(0, pixels);
      await nextFrame();
      if (notch % 10 === 9 && (await isThere())) return;
    }
    const stuckAt = (await shownTurns(frame)).first;
    throw new Error(
      `The wheel did not reach the other end of the conversation: question ${stuckAt} stays on top.`,
    );
  };
  await turn(-wheelPixels, async () => (await shownTurns(frame)).first === 0);
  await turn(wheelPixels, async () => (await shownTurns(frame)).last === turns - 1);
  return stopRecording(frame);
}
