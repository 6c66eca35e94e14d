/** `parallel` and `pipeline`: they hold functions, so they live where the script does. */
import { send, tell } from "./bridge.ts";
import { currentPath, runAt } from "./context.ts";
import { callSite, describe, placeError } from "./errors.ts";
import { isArray } from "./natives.ts";

/** Most thunks or items of one call. */
const maxItems = 4096;

type Thunk = () => unknown;
type Stage = (previous: unknown, item: unknown, index: number) => unknown;

/** What the host sets for all pipelines of a run. */
export const flowSettings = { nullStops: true };

function fail(Kind: typeof TypeError | typeof RangeError, message: string): never {
  const error = new Kind(message);
  placeError(error, callSite());
  throw error;
}

function checkLength(name: string, length: number): void {
  if (length > maxItems)
    fail(RangeError, `${name}() takes at most ${maxItems} items, not ${length}: split the list.`);
}

/** Runs one slot to its end; what it throws is told, and its place holds null. */
async function runSlot(path: string, body: Thunk): Promise<unknown> {
  try {
    return await runAt(path, body);
  } catch (error) {
    send({ t: "failure", path, ...describe(error) });
    return null;
  }
}

/** Runs thunks at once and waits for all; results are in the order of the thunks, null where one threw. */
export function parallel(thunks: unknown): Promise<unknown[]> {
  const hint = "parallel() expects an array of functions, not promises. Wrap each call: () => agent(...)";
  return new Promise((resolve) => {
    if (!isArray(thunks)) fail(TypeError, hint);
    checkLength("parallel", thunks.length);
    const list = thunks as readonly unknown[];
    for (let index = 0; index < list.length; index++)
      if (typeof list[index] !== "function") fail(TypeError, hint);
    const path = currentPath();
    const slots = (list as readonly Thunk[]).map((thunk, index) =>
      runSlot(`${path}/parallel[${index}]`, () => thunk()),
    );
    resolve(Promise.all(slots));
  });
}

async function runItem(
  path: string,
  item: unknown,
  index: number,
  stages: readonly Stage[],
): Promise<unknown> {
  let previous = item;
  for (let number = 0; number < stages.length; number++) {
    const stage = stages[number];
    if (stage === undefined) break;
    const input = previous;
    try {
      previous = await runAt(`${path}.${number}`, () => stage(input, item, index));
    } catch (error) {
      send({ t: "failure", path: `${path}.${number}`, ...describe(error) });
      return null;
    }
    if (previous === null && flowSettings.nullStops && number < stages.length - 1) {
      runAt(path, () =>
        tell("log", [`Item ${index + 1} of a pipeline ends after stage ${number + 1}: it gave null.`]),
      );
      return null;
    }
  }
  return previous;
}

/** Sends each item through the stages on its own, without a barrier; results are in the order of the items. */
export function pipeline(items: unknown, ...stages: readonly unknown[]): Promise<unknown[]> {
  return new Promise((resolve) => {
    if (!isArray(items))
      fail(
        TypeError,
        "pipeline() expects an array of items first, then its stages: pipeline(items, (item) => …).",
      );
    checkLength("pipeline", items.length);
    for (const stage of stages)
      if (typeof stage !== "function")
        fail(TypeError, "pipeline() expects functions as stages: (previous, item, index) => …");
    const path = currentPath();
    const list = Array.from(items as readonly unknown[]);
    resolve(
      Promise.all(
        list.map((item, index) =>
          runItem(`${path}/pipeline[${index}]`, item, index, stages as readonly Stage[]),
        ),
      ),
    );
  });
}
