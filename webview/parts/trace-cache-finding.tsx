import type { VNode } from "preact";
import type { CacheFinding, Drift } from "#protocol/trace.ts";
import { formatMoney, formatTokens } from "#protocol/words.ts";
import { cutAtDifference } from "../trace/differing.ts";
import { causeSentence, causeWords } from "../trace/words.ts";
import { CopyButton } from "./copy-button.tsx";

/** What the cache did for a call: the cause of what was missed, what it cost, and where the prompt parted from the one before. */
export function TraceCacheFinding({ finding }: { readonly finding: CacheFinding }): VNode {
  const { cause, isInferred, savedUsd, lostUsd, drift } = finding;
  return (
    <section class="detail-part" aria-label="Cache">
      <h3>Cache</h3>
      <p class={`cause of-${cause}`} data-testid="cache-cause">
        <strong>{causeWords[cause]}</strong>
        {isInferred && (
          <span class="chip" title="Concluded from times and sizes; the server does not tell it">
            inferred
          </span>
        )}
      </p>
      <p>{causeSentence(finding)}</p>
      <dl class="facts">
        <dt>Reusable</dt>
        <dd>{formatTokens(finding.reusableTokens)}</dd>
        <dt>Missed all the same</dt>
        <dd>{formatTokens(finding.missedTokens)}</dd>
        <dt>Saved by hits</dt>
        <dd>{savedUsd === undefined ? "unknown" : formatMoney(savedUsd)}</dd>
        <dt>Lost by misses</dt>
        <dd>{lostUsd === undefined ? "unknown" : formatMoney(lostUsd)}</dd>
      </dl>
      {drift !== undefined && <DriftTexts drift={drift} />}
    </section>
  );
}

function DriftTexts({ drift }: { readonly drift: Drift }): VNode {
  const cut = drift.before === undefined ? undefined : cutAtDifference(drift.before, drift.after);
  return (
    <>
      <p>
        First difference in <strong>{drift.place}</strong>
      </p>
      <div class="drift" data-testid="drift">
        <figure>
          <figcaption>
            Request before
            {drift.before !== undefined && <Copy text={drift.before} label="Copy text before" />}
          </figcaption>
          {cut === undefined ? (
            <p class="figure">This text is not known any more.</p>
          ) : (
            <pre tabIndex={0} role="group" aria-label="Request before">
              {cut.head}
              <del>{cut.before}</del>
              {cut.tail}
            </pre>
          )}
        </figure>
        <figure>
          <figcaption>
            This request
            <Copy text={drift.after} label="Copy text after" />
          </figcaption>
          <pre tabIndex={0} role="group" aria-label="This request">
            {cut === undefined ? (
              drift.after
            ) : (
              <>
                {cut.head}
                <ins>{cut.after}</ins>
                {cut.tail}
              </>
            )}
          </pre>
        </figure>
      </div>
    </>
  );
}

function Copy({ text, label }: { readonly text: string; readonly label: string }): VNode {
  return <CopyButton label={label} text={() => text} />;
}
