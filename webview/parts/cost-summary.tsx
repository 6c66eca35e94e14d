import type { VNode } from "preact";
import type { CostLine } from "#protocol/sessions.ts";
import { formatCount, formatMoney, formatShort } from "#protocol/words.ts";

type Figure = "hitTokens" | "missTokens" | "outputTokens" | "reasoningTokens";

const columns: readonly { readonly figure: Figure; readonly name: string; readonly title: string }[] = [
  { figure: "hitTokens", name: "Hit", title: "Prompt tokens that came from the provider's cache" },
  { figure: "missTokens", name: "Miss", title: "Prompt tokens that did not come from the provider's cache" },
  { figure: "outputTokens", name: "Out", title: "Tokens of the answers, with those of the reasoning" },
  { figure: "reasoningTokens", name: "Reasoning", title: "Tokens of the reasoning" },
];

/** What a session's calls came to, by model and key. */
export function CostSummary({ lines }: { readonly lines: readonly CostLine[] }): VNode {
  if (lines.length === 0) return <p class="costs-none">No call to a model yet.</p>;
  const total = totalOf(lines);
  return (
    <div class="costs-box" role="region" aria-label="Cost" tabIndex={0}>
      <table class="costs" aria-label="Cost of this session" data-testid="costs">
        <thead>
          <tr>
            {columns.map(({ figure, name, title }) => (
              <th key={figure} scope="col" title={title}>
                {name}
              </th>
            ))}
            <th scope="col">Cost</th>
          </tr>
        </thead>
        {lines.map((line) => (
          <Line
            key={`${line.provider}/${line.model}/${line.key}`}
            line={line}
            name={line.model}
            detail={`${formatCount(line.calls, "call")} · ${keyWords(line.key)}`}
          />
        ))}
        {lines.length > 1 && <Line line={total} name="All" detail={formatCount(total.calls, "call")} />}
      </table>
    </div>
  );
}

// The name stands above its figures: its columns and a name are too wide for a side bar.
function Line({
  line,
  name,
  detail,
}: {
  readonly line: Total;
  readonly name: string;
  readonly detail: string;
}): VNode {
  return (
    <tbody>
      <tr>
        <th colSpan={columns.length + 1} scope="rowgroup" class="costs-name">
          {name} <span class="figure">{detail}</span>
        </th>
      </tr>
      <tr>
        {columns.map(({ figure }) => (
          <td key={figure}>{line[figure] === undefined ? "–" : formatShort(line[figure])}</td>
        ))}
        <td>{moneyOf(line)}</td>
      </tr>
    </tbody>
  );
}

type Total = Pick<CostLine, Figure | "calls" | "costUsd"> & { readonly isCostPartial?: boolean };

function totalOf(lines: readonly CostLine[]): Total {
  const sum = (figure: Figure | "costUsd"): number | undefined => {
    const known = lines.flatMap((line) => line[figure] ?? []);
    return known.length === 0 ? undefined : known.reduce((all, one) => all + one, 0);
  };
  const figures = Object.fromEntries(
    [...columns.map(({ figure }) => figure), "costUsd" as const].flatMap((figure) => {
      const value = sum(figure);
      return value === undefined ? [] : [[figure, value]];
    }),
  );
  const isCostPartial = lines.some(({ costUsd }) => costUsd === undefined);
  const calls = lines.reduce((all, line) => all + line.calls, 0);
  return { calls, ...figures, isCostPartial };
}

function moneyOf({ costUsd, isCostPartial }: Total): string {
  if (costUsd === undefined) return "not known";
  return `${isCostPartial === true ? "≥ " : ""}${formatMoney(costUsd)}`;
}

function keyWords(key: string): string {
  return key === "no key" ? key : `key ${key}`;
}
