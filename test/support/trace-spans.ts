/** Spans by the hundred thousand, made in the page: sending them there would take longer than drawing them. */
import type { Span } from "../../src/protocol/trace.ts";

/** A step that is made. */
interface MadeStep {
  readonly spans: readonly Span[];
  readonly costUsd: number;
  readonly endedAt: number;
}

/** A long session. */
interface MadeHistory {
  readonly count: number;
  /** The turns up to one, as many as it takes for so many spans. */
  page(
    before: number | undefined,
    limit: number,
  ): { readonly spans: readonly Span[]; readonly before?: string };
}

declare global {
  interface Window {
    makeCall: (turn: number, id: string, startedAt: number) => Span;
    makeTool: (turn: number, id: string, call: number, startedAt: number) => Span;
    /** Makes the spans of a step that begins at a moment (epoch milliseconds). */
    makeStep: (turn: number, step: number, isLast: boolean, startedAt: number) => MadeStep;
    /** A session of at least so many spans, the last of which ends some time before a moment; its turns are made page by page. */
    makeHistory: (count: number, endsAt: number) => MadeHistory;
  }
}

/** Runs in the page first; everything it uses must be inside of it. */
export function scriptCalls(): void {
  const common = { session: "s", agent: "main", outcome: "ok" as const };
  const tools = ["read_file", "search", "edit_file", "list_files", "get_diagnostics"];
  window.makeCall = (turn: number, id: string, startedAt: number): Span => {
    const number = Number(id.slice(id.lastIndexOf("-") + 1));
    const first = 200 + ((turn * number * 37) % 900);
    const generating = 400 + ((turn * number * 91) % 2400);
    const prompt = 4_000 + ((turn * 971 + number * 900) % 90_000);
    const hit = Math.floor(prompt / 1_024) * 1_024;
    const output = 120 + ((number * 53) % 700);
    const isExpired = (turn * number) % 23 === 0;
    return {
      ...common,
      ...{ id: `${id}/1`, parent: id, turn, kind: "model", name: "chat deepseek-flash", attempt: 1 },
      ...{
        model: "deepseek-flash",
        provider: "deepseek",
        startedAt,
        endedAt: startedAt + 4 + first + generating,
      },
      timings: { queuedMs: 4, firstTokenMs: first, generatingMs: generating },
      usage: {
        promptTokens: prompt,
        cacheHitTokens: hit,
        cacheMissTokens: prompt - hit,
        outputTokens: output,
        reasoningTokens: 40,
      },
      costUsd: ((prompt - hit) * 0.28 + hit * 0.028 + output * 0.42) / 1e6,
      cache: {
        cause: isExpired ? "expired" : "none",
        isInferred: isExpired,
        reusableTokens: hit,
        missedTokens: isExpired ? 640 : 0,
        savedUsd: (hit * 0.252) / 1e6,
        lostUsd: isExpired ? 0.00016 : 0,
      },
    };
  };
  window.makeTool = (turn: number, id: string, call: number, startedAt: number): Span => {
    const ms = 8 + ((turn * 31 + id.length * 17 + call * 101) % 700);
    const isFailed = (turn + call) % 41 === 40;
    return {
      ...common,
      ...{ id: `${id}-c${call}`, parent: id, turn, kind: "tool", startedAt, endedAt: startedAt + ms },
      name: `execute_tool ${tools[(turn + call) % tools.length]}`,
      title: `Read src/module-${turn % 400}/file-${call}.ts`,
      timings: { toolMs: ms },
      ...(isFailed && { outcome: "error", error: { code: "not-found", message: "No such file." } }),
    };
  };
}

/** Runs in the page after `scriptCalls`; everything it uses must be inside of it. */
export function scriptSteps(): void {
  const common = { session: "s", agent: "main", outcome: "ok" as const };
  window.makeStep = (turn, step, isLast, startedAt) => {
    const id = `t${turn}-${step}`;
    const call = window.makeCall(turn, id, startedAt);
    const { usage, costUsd = 0 } = call;
    const calls = Array.from({ length: isLast ? 0 : 1 + ((turn + step) % 4) }, (_, index) =>
      window.makeTool(turn, id, index, call.endedAt),
    );
    const endedAt = Math.max(call.endedAt, ...calls.map((one) => one.endedAt));
    const figures = { costUsd, timings: {}, startedAt, endedAt, ...(usage && { usage }) };
    const made: Span = {
      ...common,
      id,
      parent: `t${turn}`,
      turn,
      kind: "step",
      name: `step ${step}`,
      ...figures,
    };
    return { spans: [call, ...calls, made], costUsd, endedAt };
  };
}

/** Runs in the page after `scriptSteps`; everything it uses must be inside of it. Turns are made when they are asked for: the page has to have room for the view. */
export function scriptTurns(): void {
  const makeTurn = (turn: number, startedAt: number): readonly Span[] => {
    const spans: Span[] = [];
    const steps = 1 + ((turn * 7) % 9);
    let [costUsd, at] = [0, startedAt];
    for (let step = 1; step <= steps; step++) {
      const made = window.makeStep(turn, step, step === steps, at);
      spans.push(...made.spans);
      costUsd += made.costUsd;
      at = made.endedAt + 2;
    }
    const title = `Change number ${turn} of the tide table, and run the tests`;
    spans.push({
      ...{
        id: `t${turn}`,
        session: "s",
        agent: "main",
        turn,
        kind: "turn",
        name: "invoke_agent main",
        title,
      },
      ...{ startedAt, endedAt: at, outcome: "ok", timings: {}, costUsd },
    });
    return spans;
  };
  window.makeHistory = (count, endsAt) => {
    const offsets: number[] = [];
    let [at, end, made] = [0, 0, 0];
    while (made < count) {
      offsets.push(at);
      const spans = makeTurn(offsets.length, at);
      made += spans.length;
      end = spans.at(-1)?.endedAt ?? at;
      // Now and then somebody goes for lunch.
      at = end + (offsets.length % 40 === 0 ? 4_000_000 : 2_000);
    }
    const starts = offsets.map((offset) => endsAt - end + offset);
    return {
      count: made,
      page(before = starts.length, limit) {
        const spans: Span[] = [];
        let turn = before;
        while (turn > 0 && spans.length < limit) {
          spans.unshift(...makeTurn(turn, starts[turn - 1] ?? 0));
          turn -= 1;
        }
        return { spans, ...(turn > 0 && { before: String(turn) }) };
      },
    };
  };
}
