import { isOver, type RunPhase, type RunState, type RunStep } from "#protocol/run-state.ts";

/** A row of a run: the head of a phase, or a step in it. */
export type RunRow =
  | {
      readonly key: string;
      readonly kind: "phase";
      readonly phase: RunPhase;
      readonly isFolded: boolean;
      readonly count: PhaseCount;
    }
  | { readonly key: string; readonly kind: "step"; readonly step: RunStep };

/** How the steps of a phase stand. */
export interface PhaseCount {
  readonly all: number;
  readonly over: number;
  readonly failed: number;
  readonly cached: number;
}

/** What steps without a phase are under. */
const noPhase: RunPhase = { title: "", isDeclared: true };

/** The rows of a run: phases in their order, those without steps too; steps without a phase come first and have no head. */
export function runRows({ phases, steps }: RunState, folded: ReadonlySet<string>): readonly RunRow[] {
  const byPhase = Map.groupBy(steps, ({ phase = "" }) => phase);
  return [noPhase, ...phases].flatMap((phase) => {
    const own = byPhase.get(phase.title) ?? [];
    const rows = own.map((step): RunRow => ({ key: step.step, kind: "step", step }));
    if (phase === noPhase) return rows;
    const isFolded = folded.has(phase.title);
    const key = `phase ${phase.title}`;
    const head: RunRow = { key, kind: "phase", phase, isFolded, count: countOf(own) };
    return isFolded ? [head] : [head, ...rows];
  });
}

function countOf(steps: readonly RunStep[]): PhaseCount {
  return {
    all: steps.length,
    over: steps.filter(isOver).length,
    failed: steps.filter(({ status }) => status === "failed").length,
    cached: steps.filter(({ isCached }) => isCached).length,
  };
}
