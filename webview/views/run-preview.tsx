import type { VNode } from "preact";
import type { PreviewAgent, RunPreview as Found } from "#protocol/workflows.ts";
import { runWords } from "#protocol/run-words.ts";
import { formatCount, formatMoney, formatTokens } from "#protocol/words.ts";
import { useOwnState } from "../own-state.ts";
import { Icon } from "../parts/icon.tsx";
import { useRuns } from "../runs/app.ts";
import { amount } from "../runs/preview.ts";

/** A script before it is run: what it would do and cost, and what it may spend. */
export function RunPreview(): VNode {
  const { preview } = useRuns();
  const found = preview.found.value;
  if (found === undefined)
    return (
      <p class="quiet-line runs-scroll" role="status">
        {preview.isBusy.value && (
          <>
            <Icon name="loading" /> Walking through the script with made-up answers
          </>
        )}
      </p>
    );
  return (
    <div class="runs-scroll" data-testid="run-preview">
      <h1 class="run-title">{found.title ?? found.workflow}</h1>
      <p class="run-about">{found.description}</p>
      {found.whenToUse !== undefined && <p class="quiet-line">{found.whenToUse}</p>}
      <Estimate found={found} />
      {found.problem !== undefined && (
        <div class="notice error">
          <Icon name="error" />
          <p class="notice-text">The dry run failed. {found.problem}</p>
        </div>
      )}
      <Form />
      <Phases found={found} />
      <Warnings warnings={found.warnings} />
      <Agents found={found} />
    </div>
  );
}

function Estimate({ found }: { readonly found: Found }): VNode {
  const { agentCount, estimate, basis, lastRun, isLarge } = found;
  return (
    <div class="run-estimate">
      <p>
        {isLarge && <Icon name="warning" label="Large:" />} {formatCount(agentCount, "agent")} · about{" "}
        {formatTokens(estimate.tokens)} · about {formatMoney(estimate.usd)}
      </p>
      <p class="figure">
        {basis === "last-run"
          ? "Reckoned from the last run"
          : "Reckoned by rule, as if each agent answered once"}
        {lastRun !== undefined && ` · last: ${runWords(lastRun)}`}
      </p>
    </div>
  );
}

function Form(): VNode {
  const { preview, go } = useRuns();
  const [isStarting, setStarting] = useOwnState(false);
  const isWrong = (text: string): boolean => text.trim() !== "" && amount(text) === undefined;
  const hasMistake = isWrong(preview.tokens.value) || isWrong(preview.usd.value);
  const start = async (): Promise<void> => {
    setStarting(true);
    const run = await preview.start();
    setStarting(false);
    if (run !== undefined) go({ kind: "run", run });
  };
  return (
    <form
      class="run-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!hasMistake && !isStarting) void start();
      }}
    >
      <label class="run-args">
        Arguments
        <textarea
          rows={2}
          placeholder='JSON, or a text: { "paths": ["src"] }'
          spellcheck={false}
          value={preview.args.value}
          onInput={(event) => (preview.args.value = event.currentTarget.value)}
        />
      </label>
      <Limit
        label="Budget in tokens"
        hint="200k"
        value={preview.tokens}
        isWrong={isWrong(preview.tokens.value)}
      />
      <Limit label="Budget in dollars" hint="0.50" value={preview.usd} isWrong={isWrong(preview.usd.value)} />
      <div class="run-actions">
        <button type="submit" class="button" data-testid="run-start" disabled={hasMistake || isStarting}>
          Run
        </button>
        <button
          type="button"
          class="button secondary"
          data-testid="run-dry"
          onClick={() => void preview.look(String(Math.floor(Math.random() * 1_000_000)))}
        >
          Dry run again
        </button>
        {preview.isBusy.value && <Icon name="loading" label="Walking through the script" />}
      </div>
    </form>
  );
}

interface LimitProps {
  readonly label: string;
  readonly hint: string;
  readonly value: { value: string };
  readonly isWrong: boolean;
}

function Limit({ label, hint, value, isWrong }: LimitProps): VNode {
  return (
    <label class="run-limit">
      {label}
      <input
        type="text"
        inputMode="decimal"
        placeholder={`none, e.g. ${hint}`}
        aria-invalid={isWrong}
        value={value.value}
        onInput={(event) => (value.value = event.currentTarget.value)}
      />
      {isWrong && <span class="failed">Write a number, such as {hint}.</span>}
    </label>
  );
}

function Phases({ found }: { readonly found: Found }): VNode | null {
  if (found.phases.length === 0) return null;
  const counts = Map.groupBy(found.agents, ({ phase = "" }) => phase);
  return (
    <section aria-label="Phases">
      <h2>Phases</h2>
      <ol class="preview-phases">
        {found.phases.map(({ title, detail }) => (
          <li key={title}>
            <span>{title}</span>{" "}
            <span class="figure">{formatCount(counts.get(title)?.length ?? 0, "agent")}</span>
            {detail !== undefined && <p class="figure">{detail}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Warnings({ warnings }: { readonly warnings: readonly string[] }): VNode | null {
  if (warnings.length === 0) return null;
  return (
    <section aria-label="Findings">
      <h2>Worth a look</h2>
      <ul class="preview-warnings">
        {warnings.map((text) => (
          <li key={text}>
            <Icon name="info" /> {text}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Agents({ found }: { readonly found: Found }): VNode | null {
  const { agents, agentCount } = found;
  if (agents.length === 0) return null;
  return (
    <section aria-label="Agents">
      <h2>Agents</h2>
      <ul class="preview-agents">
        {agents.map((agent, index) => (
          <Agent key={index} agent={agent} />
        ))}
      </ul>
      {agentCount > agents.length && <p class="figure">{agentCount - agents.length} more</p>}
    </section>
  );
}

function Agent({ agent }: { readonly agent: PreviewAgent }): VNode {
  const { label, agentType, model, prompt } = agent;
  return (
    <li>
      <details>
        <summary>
          <span class="preview-label">{label}</span>{" "}
          <span class="figure">
            {agentType} · {model}
          </span>
        </summary>
        <pre class="run-text" tabIndex={0}>
          {prompt}
        </pre>
      </details>
    </li>
  );
}
